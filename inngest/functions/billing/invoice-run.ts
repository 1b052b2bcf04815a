import { continueInvoiceRun } from "#server/billing/invoices/invoice-runs.ts";
import { inngest } from "../../client.ts";
import { eventSchemas } from "../../events.ts";

/** Bills the tenants of a run that have no result yet; a run of many goes on in a job after this one. */
export const continueInvoices = inngest.createFunction(
  { id: "billing/continue-invoices", retries: 8, triggers: [{ event: "billing/invoice_run.requested" }] },
  async ({ event }) => {
    const { runId } = eventSchemas["billing/invoice_run.requested"].parse(event.data);
    return { over: await continueInvoiceRun(runId) };
  },
);
