import type { TenantTransaction } from "#db/tenant.ts";
import { amountDue, type InvoiceStanding } from "#domain/billing/credit.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { type Amount, amountFromDatabase, formatAmount, lesserAmount } from "#domain/money/amount.ts";
import { appendOutbox } from "#server/runtime/outbox.ts";
import { billingNow } from "../limit-window.ts";
import { endDunning } from "./dunning-case.ts";
import { lockWallet, moveWallet } from "./wallet.ts";

export type LockedInvoice = InvoiceStanding & { id: string; number: string; status: string; due: Amount };

/** Locks a final invoice and tells what it stands at. Throws `not_found`, and `precondition` for a draft. */
export async function lockInvoice(tx: TenantTransaction, id: string): Promise<LockedInvoice> {
  const [row] = await tx.sql`select * from invoices
    where tenant_id = ${tx.tenantId} and id = ${id} for update`;
  if (!row) throw notFound("invoice");
  if (row.status === "draft") {
    const message = "This invoice is a draft: it can be paid and credited when it is final.";
    throw new AppError("precondition", "invoices.draft", message);
  }
  const amount = (column: string) => amountFromDatabase(row[column] as string);
  const standing: InvoiceStanding = {
    total: amount("total"),
    tax: amount("tax"),
    credited: amount("credited"),
    walletApplied: amount("wallet_applied"),
    amountPaid: amount("amount_paid"),
    currency: row.currency as string,
  };
  return {
    ...standing,
    id,
    number: row.number as string,
    status: row.status as string,
    due: amountDue(standing),
  };
}

/** Throws `precondition` unless the invoice waits for money. */
export function requirePayable(invoice: LockedInvoice): void {
  if ((invoice.status === "open" || invoice.status === "uncollectible") && invoice.due > 0n) return;
  const message =
    invoice.status === "paid"
      ? `Invoice ${invoice.number} is paid already.`
      : `Invoice ${invoice.number} is ${invoice.status}; there is nothing to pay.`;
  throw new AppError("precondition", `invoices.${invoice.status}`, message);
}

export type Part = { from: "paid" | "wallet" | "credited"; amount: Amount };

/**
 * Moves parts of an invoice's balance and marks it paid once nothing is due. A part below 0 is taken back. The
 * invoice must be locked. Throws when the parts would leave the due below 0.
 */
export async function moveBalance(
  tx: TenantTransaction,
  invoice: LockedInvoice,
  parts: readonly Part[],
  how: { method: string; transactionId: string | null },
): Promise<void> {
  const sum = (from: Part["from"]) =>
    parts.reduce((total, part) => total + (part.from === from ? part.amount : 0n), 0n);
  const [paid, wallet, credited] = [sum("paid"), sum("wallet"), sum("credited")];
  const due = invoice.due - paid - wallet - credited;
  if (due < 0n) throw new AppError("conflict", "invoices.overpaid", "That is more than is due.");
  const { nowMs } = await billingNow(tx);
  const settled = due === 0n && invoice.status !== "paid" && invoice.status !== "void";
  await tx.sql`
    update invoices set amount_paid = amount_paid + ${formatAmount(paid)}::numeric,
      wallet_applied = wallet_applied + ${formatAmount(wallet)}::numeric,
      credited = credited + ${formatAmount(credited)}::numeric, amount_due = ${formatAmount(due)}::numeric,
      status = case when ${settled} then 'paid' else status end,
      paid_at = case when ${settled} then ${new Date(nowMs).toISOString()}::timestamptz else paid_at end,
      payment_method = case when ${settled} then ${how.method}::text else payment_method end,
      payment_transaction_id = case when ${settled} then ${how.transactionId}::text else payment_transaction_id end,
      updated_at = now()
    where tenant_id = ${tx.tenantId} and id = ${invoice.id}`;
  if (!settled) return;
  await endDunning(tx, invoice.id);
  await appendOutbox(tx, [
    {
      tenantId: tx.tenantId,
      name: "invoice.paid",
      payload: { invoiceId: invoice.id, number: invoice.number },
      dedupeKey: `invoice-paid:${invoice.id}`,
    },
  ]);
}

/** Pays what the wallet holds of what is due, and tells how much that was. The invoice must be locked. */
export async function payFromWallet(tx: TenantTransaction, invoice: LockedInvoice): Promise<Amount> {
  const balance = await lockWallet(tx, invoice.currency);
  const amount = lesserAmount(balance, invoice.due);
  if (amount <= 0n) return 0n;
  await moveWallet(tx, {
    kind: "invoice",
    amount: -amount,
    currency: invoice.currency,
    description: `Invoice ${invoice.number}`,
    invoiceId: invoice.id,
    // The wallet may pay the rest of one invoice again after it was filled up.
    cause: `invoice:${invoice.id}:${formatAmount(invoice.walletApplied)}:${formatAmount(invoice.credited)}`,
  });
  await moveBalance(tx, invoice, [{ from: "wallet", amount }], { method: "Wallet", transactionId: null });
  return amount;
}

/**
 * Puts what an invoice below nothing gives back into the wallet, with which it is settled; what is due on older invoices
 * is paid with it at once. The invoice must be locked.
 */
export async function putIntoWallet(tx: TenantTransaction, invoice: LockedInvoice): Promise<void> {
  await moveWallet(tx, {
    kind: "invoice",
    amount: -invoice.due,
    currency: invoice.currency,
    description: `Given back on invoice ${invoice.number}`,
    invoiceId: invoice.id,
    cause: `given-back:${invoice.id}`,
  });
  const parts = [{ from: "wallet", amount: invoice.due }] as const;
  await moveBalance(tx, invoice, parts, { method: "Wallet", transactionId: null });
  const owed = await tx.sql`select id from invoices where tenant_id = ${tx.tenantId} and status = 'open'
    and amount_due > 0 and currency = ${invoice.currency} order by period_start, id`;
  for (const row of owed) await payFromWallet(tx, await lockInvoice(tx, row.id as string));
}

/** Puts what the wallet paid of an invoice back into it, before the invoice becomes void. */
export async function giveBackToWallet(tx: TenantTransaction, invoiceId: string): Promise<void> {
  const invoice = await lockInvoice(tx, invoiceId);
  if (invoice.walletApplied === 0n) return;
  await moveWallet(tx, {
    kind: "refund",
    amount: invoice.walletApplied,
    currency: invoice.currency,
    description: `Invoice ${invoice.number} is void`,
    invoiceId,
    cause: `void:${invoiceId}`,
  });
}
