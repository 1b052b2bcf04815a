import { z } from "zod";
import { INVOICE_STATUSES } from "#domain/billing/invoice.ts";
import { monthInput } from "#domain/billing/usage-report.ts";
import { paging } from "#domain/core/paging.ts";
import { actorLabel } from "#server/trpc/context.ts";
import { platformMutation, platformQuery, router } from "#server/trpc/procedures.ts";
import {
  cancelInvoiceRun,
  getInvoiceRun,
  listInvoiceRunResults,
  listInvoiceRuns,
  startInvoiceRun,
} from "./invoice-runs.ts";
import { listLateUsage } from "./late-usage.ts";
import {
  finalizeInvoice,
  getAnyInvoice,
  listAllInvoices,
  recalculateInvoice,
  voidInvoice,
} from "./read-invoice.ts";
import { RUN_OUTCOMES, runInvoices } from "./run-invoices.ts";
import {
  getInvoiceLimits,
  listAnyInvoiceLines,
  listInvoiceMails,
  listInvoiceRefunds,
  printAnyInvoice,
  sendInvoiceAgain,
} from "./staff-invoice.ts";

const id = z.uuid();
const byId = z.strictObject({ id });

/** Invoices of all tenants, and what staff do about them. */
export const platformInvoicesRouter = router({
  list: platformQuery({ route: "GET /invoices", summary: "List invoices of all tenants" })
    .input(
      z.strictObject({ ...paging, tenantId: id.optional(), status: z.enum(INVOICE_STATUSES).optional() }),
    )
    .query(({ input }) => listAllInvoices(input)),
  get: platformQuery({ route: "GET /invoices/{id}", summary: "Read an invoice of any tenant" })
    .input(byId)
    .query(({ input }) => getAnyInvoice(input.id)),
  lines: platformQuery({
    route: "GET /invoices/{id}/lines",
    summary: "List the lines of any tenant's invoice",
  })
    .input(byId.extend(paging))
    .query(({ input }) => listAnyInvoiceLines(input.id, input)),
  limits: platformQuery({
    route: "GET /invoices/{id}/limits",
    summary: "Read how much of an invoice can be marked as paid, credited and given back now",
  })
    .input(byId)
    .query(({ input }) => getInvoiceLimits(input.id)),
  refunds: platformQuery({
    route: "GET /invoices/{id}/refunds",
    summary: "List refunds of an invoice's payments",
  })
    .input(byId)
    .query(({ input }) => listInvoiceRefunds(input.id)),
  mails: platformQuery({ route: "GET /invoices/{id}/mails", summary: "List the mail about an invoice" })
    .input(byId)
    .query(({ input }) => listInvoiceMails(input.id)),
  pdf: platformQuery({
    route: "GET /invoices/{id}/pdf",
    summary: "Download a final invoice of any tenant as PDF",
    file: true,
  })
    .input(byId)
    .query(async ({ input }) => ({ contentType: "application/pdf", ...(await printAnyInvoice(input.id)) })),
  sendAgain: platformMutation({
    route: "POST /invoices/{id}/send",
    summary: "Mail a final invoice to its billing address once more; the answer lists its mail",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => sendInvoiceAgain(ctx, input.id)),
  run: platformMutation({
    route: "POST /invoices/run",
    summary: "Make the invoices of a closed month; running again changes nothing",
    example: { period: "2026-10" },
  })
    .input(z.strictObject({ tenantId: id.optional(), period: monthInput.optional() }))
    .mutation(async ({ input }) => ({ data: await runInvoices(input) })),
  finalize: platformMutation({
    route: "POST /invoices/{id}/finalize",
    summary: "Make a draft final before its grace has ended; a final one stays as it is",
    example: {},
  })
    .input(byId)
    .mutation(({ input }) => finalizeInvoice(input.id)),
  recalculate: platformMutation({
    route: "POST /invoices/{id}/recalculate",
    summary: "Work a draft out anew from all usage that came until now",
    example: {},
  })
    .input(byId)
    .mutation(({ input }) => recalculateInvoice(input.id)),
  void: platformMutation({
    route: "POST /invoices/{id}/void",
    summary: "Void an invoice: it keeps its number, what it billed can be billed again",
    example: {},
  })
    .input(byId)
    .mutation(({ input }) => voidInvoice(input.id)),
});

/** Runs that make a month's invoices for all tenants in the background. */
export const invoiceRunsRouter = router({
  list: platformQuery({ route: "GET /invoice-runs", summary: "List invoice runs, the newest first" })
    .input(z.strictObject(paging))
    .query(({ input }) => listInvoiceRuns(input)),
  get: platformQuery({
    route: "GET /invoice-runs/{id}",
    summary: "Read an invoice run: how far it is, and the tenants that were stopped or failed",
  })
    .input(byId)
    .query(({ input }) => getInvoiceRun(input.id)),
  results: platformQuery({
    route: "GET /invoice-runs/{id}/results",
    summary: "List what a run came to for each tenant",
  })
    .input(z.strictObject({ ...paging, id, outcome: z.enum(RUN_OUTCOMES).optional() }))
    .query(({ input }) => listInvoiceRunResults(input)),
  create: platformMutation({
    route: "POST /invoice-runs",
    summary: "Start a run of all tenants for a month; where one runs already, that is the answer",
    status: 202,
    example: { period: "2025-01" },
  })
    .input(z.strictObject({ period: monthInput.optional() }))
    .mutation(({ ctx, input }) => startInvoiceRun(input, actorLabel(ctx.principal))),
  cancel: platformMutation({
    route: "POST /invoice-runs/{id}/cancel",
    summary: "Stop a run; what is billed stays, and another run goes on from there",
    example: {},
  })
    .input(byId)
    .mutation(({ input }) => cancelInvoiceRun(input.id)),
});

/** Usage that came after its month was closed. */
export const lateUsageRouter = router({
  list: platformQuery({
    route: "GET /late-usage",
    summary: "List usage that came after its month was closed, with the invoice that bills it",
  })
    .input(z.strictObject({ ...paging, tenantId: id.optional() }))
    .query(({ input }) => listLateUsage(input)),
});
