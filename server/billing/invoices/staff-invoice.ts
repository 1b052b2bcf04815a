import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { creditable } from "#domain/billing/credit.ts";
import { amountFromDatabase } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { nameActors } from "#server/people/name-actors.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import type { Context } from "#server/trpc/context.ts";
import { mailInvoice } from "../notify.ts";
import { lockInvoice } from "../payments/invoice-balance.ts";
import { listRefunds, ownerOf } from "../payments/read-payments.ts";
import { refundable } from "../payments/refund-payment.ts";
import { printInvoice } from "./invoice-pdf.ts";
import { getInvoice, listInvoiceLines } from "./read-invoice.ts";

/** The lines of any tenant's invoice, for staff. Throws `not_found`. */
export async function listAnyInvoiceLines(id: string, input: { limit: number; cursor?: string | undefined }) {
  return listInvoiceLines(await ownerOf("invoices", id), id, input);
}

/** The PDF of any tenant's final invoice, for staff. Throws `not_found`, `precondition` for a draft. */
export async function printAnyInvoice(id: string) {
  return printInvoice(await ownerOf("invoices", id), id);
}

/**
 * How far staff's deeds on an invoice reach now, in its currency: what can be marked as paid, credited, and given back
 * of each payment, with the refunds made so far. All is nothing for a draft. Throws `not_found`.
 */
export async function getInvoiceLimits(id: string) {
  const tenantId = await ownerOf("invoices", id);
  const { status, currency } = await getInvoice(tenantId, id);
  const money = (amount: bigint) => formatMinor(amount, currency);
  if (status === "draft") return { currency, due: money(0n), creditable: money(0n), payments: [] };
  return withTenant(tenantId, async (tx) => {
    const invoice = await lockInvoice(tx, id);
    const dead = status === "void";
    const rows =
      await tx.sql`select * from payments where tenant_id = ${tenantId} and invoice_id = ${id} order by id`;
    const payments = [];
    for (const row of rows) {
      const most = await refundable(tx, row);
      // A bill that waits for money is corrected by a credit note, not by giving back what was paid of it.
      const open = invoice.due > 0n && !dead;
      payments.push({
        paymentId: row.id as string,
        amount: money(amountFromDatabase(row.amount as string)),
        refundable: money(open ? 0n : most),
        reason: open && most > 0n ? "The invoice is not wholly paid: write a credit note." : null,
      });
    }
    const payable = (status === "open" || status === "uncollectible") && invoice.due > 0n;
    return {
      currency,
      due: money(payable ? invoice.due : 0n),
      creditable: money(dead ? 0n : creditable(invoice)),
      payments,
    };
  });
}

/** Refunds of an invoice's payments, the newest first, for staff. Throws `not_found`. */
export async function listInvoiceRefunds(id: string) {
  const tenantId = await ownerOf("invoices", id);
  const page = await listRefunds(tenantId, { limit: 100, invoiceId: id });
  const nameOf = await nameActors(page.data.map((row) => row.createdBy));
  return { ...page, data: page.data.map((row) => ({ ...row, createdByName: nameOf(row.createdBy) })) };
}

/** Mail about an invoice: the invoice itself, reminders, the receipt; the newest first. Throws `not_found`. */
export async function listInvoiceMails(id: string) {
  const tenantId = await ownerOf("invoices", id);
  const rows = await withSystem(
    "list an invoice's mail",
    (tx) => tx.sql`
      select m.id, m.subject, m.recipients, m.status, m.error, m.created_at, m.sent_at from mail_messages m
      where m.tenant_ref = ${tenantId} and (m.dedupe_key like any(array[${`invoice:${id}%`}, ${`receipt:${id}%`}, ${`overdue:${id}%`}])
        or exists (select from dunning_cases d where d.tenant_id = ${tenantId} and d.invoice_id = ${id}
          and split_part(m.dedupe_key, ':', 1) in ('dunning', 'suspended', 'resumed')
          and split_part(m.dedupe_key, ':', 2) = d.id::text))
      order by m.id desc limit 100`,
  );
  return {
    data: rows.map((row) => ({
      id: row.id as string,
      subject: row.subject as string,
      to: row.recipients as string[],
      status: row.status as string,
      error: row.error as string | null,
      createdAt: row.created_at as string,
      sentAt: row.sent_at as string | null,
    })),
    nextCursor: null,
  };
}

/** Sends a final invoice to its billing address once more. Throws `precondition` for a draft, `not_found`. */
export async function sendInvoiceAgain(by: Context, id: string) {
  const tenantId = await ownerOf("invoices", id);
  const mailId = await mailInvoice(tenantId, id, "again");
  await withTenant(tenantId, (tx) =>
    recordAudit(tx, by, {
      action: "invoice.sent_again",
      subjectType: "invoices",
      subjectId: id,
      after: { mailId },
    }),
  );
  return listInvoiceMails(id);
}
