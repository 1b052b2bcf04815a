import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { creditable, splitCredit, taxInCredit } from "#domain/billing/credit.ts";
import { type creditNoteInput, parseCoins, type refundInput } from "#domain/billing/payment.ts";
import { monthOf } from "#domain/billing/period.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, amountFromDatabase, formatAmount, lesserAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { actorLabel, type Context } from "#server/trpc/context.ts";
import { billingNow } from "../limit-window.ts";
import { type LockedInvoice, lockInvoice, moveBalance } from "./invoice-balance.ts";
import type { CreditNote, Refund } from "./payment-view.ts";
import { getCreditNote, ownerOf } from "./read-payments.ts";
import { executeRefund, openRefund, refundable } from "./refund-payment.ts";
import { paymentRow } from "./settle-payment.ts";
import { moveWallet } from "./wallet.ts";

/** Where the part of a credit that was paid already goes; a named payment is given back and no other. */
type Settlement = { refund: boolean; paymentId: string | null };
type Plan = { invoiceId: string; amount: Amount | null; reason: string; by: string } & Settlement;
type Written = { noteId: string; refundIds: string[] };

async function takeNumber(tx: TenantTransaction, month: string): Promise<string> {
  const [row] = await tx.sql`
    insert into credit_note_numbers (tenant_id, month, last_number) values (${tx.tenantId}, ${month}, 1)
    on conflict (tenant_id, month) do update set last_number = credit_note_numbers.last_number + 1 returning last_number`;
  return `CN-${month.slice(0, 7)}-${String(row?.last_number).padStart(3, "0")}`;
}

function requireCreditable(invoice: LockedInvoice, wanted: Amount | null): Amount {
  if (invoice.status === "void")
    throw new AppError("precondition", "invoices.void", `Invoice ${invoice.number} is void.`);
  const most = creditable(invoice);
  const amount = wanted ?? most;
  if (amount > 0n && amount <= most) return amount;
  const message = `amount: of invoice ${invoice.number}, ${formatMinor(most, invoice.currency)} ${invoice.currency} can still be credited.`;
  throw new AppError("precondition", "credit_notes.too_much", message);
}

/** Refunds out of the invoice's payments, the newest first, as far as they reach. */
async function openRefunds(
  tx: TenantTransaction,
  plan: Plan,
  note: { id: string; currency: string },
  wanted: Amount,
): Promise<{ ids: string[]; amount: Amount }> {
  const ids: string[] = [];
  let left = wanted;
  const rows =
    await tx.sql`select * from payments where tenant_id = ${tx.tenantId} and invoice_id = ${plan.invoiceId}
    and status in ('succeeded', 'partially_refunded')
    and (${plan.paymentId}::uuid is null or id = ${plan.paymentId}::uuid) order by id desc for update`;
  for (const payment of rows) {
    const most = await refundable(tx, payment);
    const amount = lesserAmount(most, left);
    if (amount <= 0n) continue;
    const base = { paymentId: payment.id as string, creditNoteId: note.id, reason: plan.reason, by: plan.by };
    ids.push(await openRefund(tx, { ...base, amount, currency: note.currency }));
    left -= amount;
  }
  return { ids, amount: wanted - left };
}

async function writeNote(tx: TenantTransaction, plan: Plan): Promise<Written> {
  const invoice = await lockInvoice(tx, plan.invoiceId);
  const amount = requireCreditable(invoice, plan.amount);
  const { toDue, fromPaid, fromWallet } = splitCredit(invoice, amount);
  const { zone, nowMs } = await billingNow(tx);
  const month = monthOf(localDay(zone, nowMs));
  const id = newId();
  const earlier =
    await tx.sql`select tax from credit_notes where tenant_id = ${tx.tenantId} and invoice_id = ${invoice.id}`;
  const tax = taxInCredit(
    invoice,
    amount,
    earlier.map((row) => amountFromDatabase(row.tax as string)),
  );
  const note = { id, currency: invoice.currency };
  const refunds =
    plan.refund && fromPaid > 0n ? await openRefunds(tx, plan, note, fromPaid) : { ids: [], amount: 0n };
  if (plan.paymentId && refunds.amount !== amount) {
    const message =
      "More of this payment went into the wallet than onto the invoice; credit the invoice instead.";
    throw new AppError("precondition", "refunds.not_on_invoice", message);
  }
  const toWallet = fromPaid + fromWallet - refunds.amount;
  const number = await takeNumber(tx, month);
  await tx.sql`
    insert into credit_notes (tenant_id, id, number, month, invoice_id, currency, amount, tax, applied_to_due, to_wallet,
      refunded, reason, created_by, issued_at)
    values (${tx.tenantId}, ${id}, ${number}, ${month}, ${invoice.id}, ${invoice.currency}, ${formatAmount(amount)},
      ${formatAmount(tax)}, ${formatAmount(toDue)}, ${formatAmount(toWallet)}, ${formatAmount(refunds.amount)}, ${plan.reason},
      ${plan.by}, ${new Date(nowMs).toISOString()})`;
  await moveBalance(
    tx,
    invoice,
    [
      { from: "credited", amount },
      { from: "paid", amount: -fromPaid },
      { from: "wallet", amount: -fromWallet },
    ],
    { method: "Credit note", transactionId: number },
  );
  if (toWallet > 0n) {
    await moveWallet(tx, {
      kind: "credit_note",
      amount: toWallet,
      currency: invoice.currency,
      description: `Credit note ${number}`,
      cause: `credit-note:${id}`,
      invoiceId: invoice.id,
    });
  }
  return { noteId: id, refundIds: refunds.ids };
}

async function credit(
  by: Context,
  tenantId: TenantId,
  planOf: (tx: TenantTransaction) => Promise<Plan>,
): Promise<Written> {
  const written = await withTenant(tenantId, async (tx) => {
    const plan = await planOf(tx);
    const made = await writeNote(tx, plan);
    await recordAudit(tx, by, {
      action: "credit_note.issued",
      subjectType: "credit_notes",
      subjectId: made.noteId,
      after: { invoiceId: plan.invoiceId, reason: plan.reason, refund: plan.refund },
    });
    return made;
  });
  wakeRelay();
  return written;
}

/**
 * Credits a final invoice, at most what was invoiced and not credited yet. The credit first lowers what is due; what
 * was paid goes into the wallet, or back to the payer. A refund that the provider does not take now stays pending.
 */
export async function issueCreditNote(
  by: Context,
  input: z.output<typeof creditNoteInput>,
): Promise<CreditNote & { refunds: Refund[] }> {
  const tenantId = await ownerOf("invoices", input.invoiceId);
  const written = await credit(by, tenantId, async (tx) => {
    const { currency } = await lockInvoice(tx, input.invoiceId);
    return {
      invoiceId: input.invoiceId,
      amount: input.amount ? parseCoins(input.amount, currency) : null,
      reason: input.reason,
      by: actorLabel(by.principal),
      refund: input.settleAs === "refund",
      paymentId: null,
    };
  });
  const refunds: Refund[] = [];
  for (const id of written.refundIds) refunds.push(await executeRefund(tenantId, id));
  return { ...(await getCreditNote(tenantId, written.noteId)), refunds };
}

function tooMuch(most: Amount, currency: string): AppError {
  const message = `amount: of this payment, ${formatMinor(most, currency)} ${currency} can still be given back.`;
  return new AppError("precondition", "refunds.too_much", message);
}

async function planRefund(
  tx: TenantTransaction,
  input: z.output<typeof refundInput>,
  by: string,
): Promise<Plan> {
  const { invoice_id: invoiceId } = await paymentRow(tx, input.paymentId);
  if (invoiceId) await lockInvoice(tx, invoiceId as string);
  const payment = await paymentRow(tx, input.paymentId, true);
  const currency = payment.currency as string;
  const most = await refundable(tx, payment);
  const amount = input.amount ? parseCoins(input.amount, currency) : most;
  if (amount <= 0n || amount > most) throw tooMuch(most, currency);
  return {
    invoiceId: invoiceId as string,
    amount,
    reason: input.reason,
    by,
    refund: true,
    paymentId: input.paymentId,
  };
}

/** Money that was paid into the wallet goes back as far as the wallet still holds it. */
async function refundTopUp(
  by: Context,
  tenantId: TenantId,
  input: z.output<typeof refundInput>,
): Promise<string> {
  return withTenant(tenantId, async (tx) => {
    const label = actorLabel(by.principal);
    const { amount, reason } = await planRefund(tx, input, label);
    const { currency } = await paymentRow(tx, input.paymentId);
    const sum = { amount: amount ?? 0n, currency: currency as string };
    const id = await openRefund(tx, {
      paymentId: input.paymentId,
      creditNoteId: null,
      reason,
      by: label,
      ...sum,
    });
    await moveWallet(tx, {
      kind: "refund",
      amount: -sum.amount,
      currency: sum.currency,
      description: `Given back: ${reason}`,
      cause: `refund:${id}`,
      paymentId: input.paymentId,
    });
    await recordAudit(tx, by, { action: "refund.started", subjectType: "refunds", subjectId: id });
    return id;
  });
}

/**
 * Gives a payment back, wholly or in part, at most what is left of it. For an invoice's payment a credit note of the
 * same amount is written with it, so that the bill stays even. Throws `precondition` for more than is left.
 */
export async function refundPayment(by: Context, input: z.output<typeof refundInput>): Promise<Refund> {
  const tenantId = await ownerOf("payments", input.paymentId);
  const { invoice_id: invoiceId } = await withTenant(tenantId, (tx) => paymentRow(tx, input.paymentId));
  if (!invoiceId) return executeRefund(tenantId, await refundTopUp(by, tenantId, input));
  const written = await credit(by, tenantId, async (tx) => {
    const plan = await planRefund(tx, input, actorLabel(by.principal));
    const invoice = await lockInvoice(tx, invoiceId as string);
    // What is due is not this payment's business: only what was paid is given back.
    if (invoice.due > 0n) {
      const message = `Invoice ${invoice.number} is not wholly paid; write a credit note for it.`;
      throw new AppError("precondition", "refunds.invoice_open", message);
    }
    return plan;
  });
  const [id = ""] = written.refundIds;
  return executeRefund(tenantId, id);
}
