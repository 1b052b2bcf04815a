import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import {
  isReceived,
  nextPaymentStatus,
  type PaymentStatus,
  refundedStatus,
} from "#domain/billing/payment.ts";
import { notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, amountFromDatabase, formatAmount, lesserAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import type { GatewayPayment } from "#server/providers/payments/payment-gateway.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { billingNow } from "../limit-window.ts";
import { addPaidRoom } from "../paid-room.ts";
import { startDunning } from "./dunning-case.ts";
import { lockInvoice, moveBalance } from "./invoice-balance.ts";
import { moveWallet } from "./wallet.ts";

type Row = Record<string, unknown>;
export type Settled = "applied" | "unchanged" | "mismatch";

/** A payment with its gateway's provider and its invoice's number. Throws `not_found`. */
export async function paymentRow(tx: TenantTransaction, id: string, lock = false): Promise<Row> {
  const [row] = await tx.sql`
    select p.*, g.provider, g.name as gateway_name, i.number as invoice_number from payments p
    join payment_gateways g on g.id = p.gateway_id
    left join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
    where p.tenant_id = ${tx.tenantId} and p.id = ${id} ${lock ? tx.sql`for update of p` : tx.sql``}`;
  if (!row) throw notFound("payment");
  return row;
}

async function write(tx: TenantTransaction, row: Row, stated: GatewayPayment, status: PaymentStatus) {
  const { nowMs } = await billingNow(tx);
  const final = status !== "pending" && status !== "processing";
  await tx.sql`
    update payments set status = ${status},
      external_payment_id = coalesce(${stated.externalId}, external_payment_id),
      external_charge_id = coalesce(${stated.chargeId}, external_charge_id),
      external_customer_id = coalesce(${stated.customerId}, external_customer_id),
      method_label = coalesce(${stated.methodLabel}, method_label),
      receipt_url = coalesce(${stated.receiptUrl}, receipt_url),
      checkout_url = coalesce(${stated.checkoutUrl}, checkout_url),
      failure_code = ${status === "failed" ? stated.failureCode : null},
      failure_reason = ${status === "failed" ? (stated.failureReason ?? "The provider gave no reason.") : null},
      processed_at = case when ${final} then coalesce(processed_at, ${new Date(nowMs).toISOString()}::timestamptz) end,
      updated_at = now()
    where tenant_id = ${tx.tenantId} and id = ${row.id as string}`;
}

/** Money that came in: onto its invoice as far as that is due, the rest (or all of a top-up) into the wallet. */
async function receive(tx: TenantTransaction, row: Row, amount: Amount, externalId: string | null) {
  const paymentId = row.id as string;
  const currency = row.currency as string;
  const invoiceId = row.invoice_id as string | null;
  let rest = amount;
  if (invoiceId) {
    const invoice = await lockInvoice(tx, invoiceId);
    const payable = invoice.status === "open" || invoice.status === "uncollectible";
    const taken = payable ? lesserAmount(amount, invoice.due) : 0n;
    const how = { method: row.gateway_name as string, transactionId: externalId };
    if (taken > 0n) await moveBalance(tx, invoice, [{ from: "paid", amount: taken }], how);
    rest -= taken;
  }
  if (rest === 0n) return;
  await moveWallet(tx, {
    kind: invoiceId ? "overpayment" : "top_up",
    amount: rest,
    currency,
    description: invoiceId
      ? `Paid beyond what was due: ${row.description as string}`
      : (row.description as string),
    cause: `payment:${paymentId}`,
    invoiceId,
    paymentId,
  });
  if (row.quota_id) await addPaidRoom(tx, row.quota_id as string, rest);
}

/**
 * What the provider states as given back: refunds of ours that wait for it have succeeded then, and what was given back
 * outside of Aurora becomes a refund record here too.
 */
async function noteRefunded(tx: TenantTransaction, row: Row, stated: GatewayPayment): Promise<boolean> {
  const paymentId = row.id as string;
  const known = amountFromDatabase(row.refunded_amount as string);
  let more = stated.refunded - known;
  if (more <= 0n) return false;
  const waiting = await tx.sql`select id, amount from refunds
    where tenant_id = ${tx.tenantId} and payment_id = ${paymentId} and status = 'pending' order by id for update`;
  for (const refund of waiting) {
    const amount = amountFromDatabase(refund.amount as string);
    if (amount > more) continue;
    more -= amount;
    await tx.sql`update refunds set status = 'succeeded', processed_at = now()
      where tenant_id = ${tx.tenantId} and id = ${refund.id as string}`;
  }
  // A refund of ours that is stated in part only is no foreign one.
  const open = waiting.length > 0 ? 0n : more;
  if (open > 0n) {
    await tx.sql`
      insert into refunds (tenant_id, id, payment_id, status, amount, currency, reason, created_by, processed_at)
      values (${tx.tenantId}, ${newId()}, ${paymentId}, 'succeeded', ${formatAmount(open)}, ${row.currency as string},
        'Given back at the provider', 'provider', now())`;
  }
  const refunded = stated.refunded - (more - open);
  if (refunded === known) return false;
  await tx.sql`update payments set refunded_amount = ${formatAmount(refunded)},
      status = ${refundedStatus(amountFromDatabase(row.amount as string), refunded)}, updated_at = now()
    where tenant_id = ${tx.tenantId} and id = ${paymentId}`;
  return true;
}

async function apply(tx: TenantTransaction, row: Row, stated: GatewayPayment): Promise<Settled> {
  const amount = amountFromDatabase(row.amount as string);
  if (stated.amount !== amount || stated.currency !== row.currency) return "mismatch";
  const now = row.status as PaymentStatus;
  const next = nextPaymentStatus(now, stated.status);
  const learned = stated.externalId !== null && stated.externalId !== row.external_payment_id;
  if (next === now && !learned) {
    return isReceived(now) && (await noteRefunded(tx, row, stated)) ? "applied" : "unchanged";
  }
  await write(tx, row, stated, next);
  if (isReceived(next) && !isReceived(now)) await receive(tx, row, amount, stated.externalId);
  if (next === "failed" && now !== "failed" && row.invoice_id) {
    await startDunning(tx, row.invoice_id as string, stated.failureReason ?? "The payment was refused.");
  }
  return "applied";
}

/**
 * Applies what a provider states about a payment, in one transaction. The same or an older statement changes nothing;
 * another amount or currency changes nothing either and is told to staff.
 */
export async function settlePayment(
  tenantId: TenantId,
  paymentId: string,
  stated: GatewayPayment,
): Promise<Settled> {
  const [outcome, row] = await withTenant(tenantId, async (tx) => {
    const { invoice_id: invoiceId } = await paymentRow(tx, paymentId);
    // The invoice first, then the payment: the order in which paying takes them.
    if (invoiceId) await lockInvoice(tx, invoiceId as string);
    const locked = await paymentRow(tx, paymentId, true);
    return [await apply(tx, locked, stated), locked] as const;
  });
  if (outcome === "mismatch") await tellMismatch(tenantId, row, stated);
  if (outcome === "applied") wakeRelay();
  return outcome;
}

/** Tells staff that a provider names another sum than the payment has. */
export async function tellMismatch(
  tenantId: TenantId,
  row: Row,
  stated: { amount: Amount; currency: string },
): Promise<void> {
  const ours = `${formatMinor(amountFromDatabase(row.amount as string), row.currency as string)} ${row.currency as string}`;
  await recordSystemEvent({
    kind: "payments.amount_mismatch",
    source: `payment:${row.id as string}`,
    severity: 3,
    tenantId,
    message: `${row.provider as string} states ${formatAmount(stated.amount)} ${stated.currency} for a payment of ${ours}; nothing was changed.`,
    details: { paymentId: row.id, invoiceId: row.invoice_id },
  });
}
