import { z } from "zod";
import { INVOICE_STATUSES } from "#domain/billing/invoice.ts";
import { payInvoiceInput } from "#domain/billing/payment.ts";
import { paging } from "#domain/core/paging.ts";
import { dayInput } from "#domain/core/time-input.ts";
import { router, tenantPayment, tenantQuery } from "#server/trpc/procedures.ts";
import { payInvoice } from "../payments/pay-invoice.ts";
import { veilCost } from "../veil-cost.ts";
import {
  type InvoicePath,
  listConversationMessages,
  listDayConversations,
  listLineDays,
  listPathRecords,
} from "./drill-down.ts";
import { EXPORT_LEVELS, exportInvoice } from "./export-invoice.ts";
import { printInvoice } from "./invoice-pdf.ts";
import { nameConversations, nameMessages, nameRecords } from "./name-rows.ts";
import { getInvoice, listInvoiceLines, listInvoices } from "./read-invoice.ts";

const view = "billing.view";
const id = z.uuid();
const key = z.union([z.uuid(), z.literal("none")]);
const line = { id, lineId: id };
const day = { ...line, day: dayInput };
const conversation = { ...day, conversationId: key };

/** Invoices, and the way from a line down to the single call; `none` stands for "without conversation" or message. */
export const invoicesRouter = router({
  list: tenantQuery(view, { route: "GET /invoices", summary: "List invoices, the newest month first" })
    .input(z.strictObject({ ...paging, status: z.enum(INVOICE_STATUSES).optional() }))
    .query(({ ctx, input }) => listInvoices(ctx.actor.tenantId, input)),
  get: tenantQuery(view, { route: "GET /invoices/{id}", summary: "Read an invoice" })
    .input(z.strictObject({ id }))
    .query(({ ctx, input }) => getInvoice(ctx.actor.tenantId, input.id)),
  lines: tenantQuery(view, { route: "GET /invoices/{id}/lines", summary: "List an invoice's lines" })
    .input(z.strictObject({ id, ...paging }))
    .query(async ({ ctx, input }) =>
      veilCost(ctx.actor, await listInvoiceLines(ctx.actor.tenantId, input.id, input)),
    ),
  days: tenantQuery(view, {
    route: "GET /invoices/{id}/lines/{lineId}/days",
    summary: "Open a line into its days",
  })
    .input(z.strictObject({ ...line, ...paging }))
    .query(async ({ ctx, input }) => {
      const page = await listLineDays(ctx.actor.tenantId, input, input);
      return veilCost(ctx.actor, {
        ...page,
        data: page.data.map(({ key: name, ...row }) => ({ day: name, ...row })),
      });
    }),
  conversations: tenantQuery(view, {
    route: "GET /invoices/{id}/lines/{lineId}/days/{day}/conversations",
    summary: "Open a line's day into its conversations",
  })
    .input(z.strictObject({ ...day, ...paging }))
    .query(async ({ ctx, input }) => {
      const page = await listDayConversations(ctx.actor.tenantId, input, input);
      const rows = page.data.map(({ key: name, ...row }) => ({ conversationId: idOf(name), ...row }));
      return veilCost(ctx.actor, { ...page, data: await nameConversations(ctx.actor.tenantId, rows) });
    }),
  messages: tenantQuery(view, {
    route: "GET /invoices/{id}/lines/{lineId}/days/{day}/conversations/{conversationId}/messages",
    summary: "Open a conversation on a line's day into its messages",
  })
    .input(z.strictObject({ ...conversation, ...paging }))
    .query(async ({ ctx, input }) => {
      const page = await listConversationMessages(ctx.actor.tenantId, input, input);
      const rows = page.data.map(({ key: name, ...row }) => ({ messageId: idOf(name), ...row }));
      return veilCost(ctx.actor, { ...page, data: await nameMessages(ctx.actor.tenantId, rows) });
    }),
  records: tenantQuery(view, {
    route:
      "GET /invoices/{id}/lines/{lineId}/days/{day}/conversations/{conversationId}/messages/{messageId}/records",
    summary: "Open a message into the single calls that are billed",
  })
    .input(z.strictObject({ ...conversation, messageId: key, ...paging }))
    .query(async ({ ctx, input }) => {
      const path: InvoicePath = input;
      const level = await listPathRecords(ctx.actor.tenantId, path, input);
      const data = await nameRecords(ctx.actor.tenantId, level.data);
      return veilCost(ctx.actor, { ...level, data });
    }),
  pay: tenantPayment("billing.pay", {
    route: "POST /invoices/{id}/pay",
    summary:
      "Pay an invoice: the payment, perhaps with the address of the page to pay on, and the invoice after it",
    example: { source: "gateway" },
  })
    .input(payInvoiceInput)
    .mutation(async ({ ctx, input }) => {
      const payment = await payInvoice(ctx.actor, input);
      return { payment, invoice: await getInvoice(ctx.actor.tenantId, input.id) };
    }),
  pdf: tenantQuery(view, {
    route: "GET /invoices/{id}/pdf",
    summary: "Download a final invoice as PDF, with the SHA-256 of its CSV",
    file: true,
  })
    .input(z.strictObject({ id }))
    .query(async ({ ctx, input }) => ({
      contentType: "application/pdf",
      ...(await printInvoice(ctx.actor.tenantId, input.id)),
    })),
  exportCsv: tenantQuery(view, {
    route: "GET /invoices/{id}/export.csv",
    summary: "Download a level of an invoice as CSV: its lines, or what lies under one",
    file: true,
  })
    .input(
      z.strictObject({
        id,
        level: z.enum(EXPORT_LEVELS).default("lines"),
        lineId: id.optional(),
        day: dayInput.optional(),
        conversationId: key.optional(),
        messageId: key.optional(),
      }),
    )
    .query(async ({ ctx, input }) => ({
      contentType: "text/csv; charset=utf-8",
      ...(await exportInvoice(ctx.actor, input)),
    })),
});

function idOf(name: string): string | null {
  return name === "none" ? null : name;
}
