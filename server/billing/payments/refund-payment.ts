import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { refundedStatus } from "#domain/billing/payment.ts";
import { notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import type { GatewayRefund } from "#server/providers/payments/payment-gateway.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { billingNow } from "../limit-window.ts";
import { openGateway } from "./open-gateway.ts";
import { type Refund, toRefund } from "./payment-view.ts";
import { moveWallet } from "./wallet.ts";

type Row = Record<string, unknown>;

/** How much of a received payment can still be given back; refunds under way count. The payment must be locked. */
export async function refundable(tx: TenantTransaction, payment: Row): Promise<Amount> {
  if (!["succeeded", "partially_refunded"].includes(payment.status as string)) return 0n;
  const [row] = await tx.sql`select coalesce(sum(amount), 0)::text as amount from refunds
    where tenant_id = ${tx.tenantId} and payment_id = ${payment.id as string} and status <> 'failed'`;
  return amountFromDatabase(payment.amount as string) - amountFromDatabase(row?.amount as string);
}

/** Writes a refund down before the provider is asked for it. */
export async function openRefund(
  tx: TenantTransaction,
  refund: {
    paymentId: string;
    creditNoteId: string | null;
    amount: Amount;
    currency: string;
    reason: string;
    by: string;
  },
): Promise<string> {
  const id = newId();
  await tx.sql`
    insert into refunds (tenant_id, id, payment_id, credit_note_id, amount, currency, reason, created_by)
    values (${tx.tenantId}, ${id}, ${refund.paymentId}, ${refund.creditNoteId}, ${formatAmount(refund.amount)},
      ${refund.currency}, ${refund.reason}, ${refund.by})`;
  return id;
}

async function readRefund(tx: TenantTransaction, id: string, lock = false): Promise<Row> {
  const [row] = await tx.sql`select * from refunds
    where tenant_id = ${tx.tenantId} and id = ${id} ${lock ? tx.sql`for update` : tx.sql``}`;
  if (!row) throw notFound("refund");
  return row;
}

async function succeed(tx: TenantTransaction, refund: Row): Promise<void> {
  const [payment] = await tx.sql`select amount, refunded_amount from payments
    where tenant_id = ${tx.tenantId} and id = ${refund.payment_id as string} for update`;
  const refunded =
    amountFromDatabase(payment?.refunded_amount as string) + amountFromDatabase(refund.amount as string);
  await tx.sql`update payments set refunded_amount = ${formatAmount(refunded)},
      status = ${refundedStatus(amountFromDatabase(payment?.amount as string), refunded)}, updated_at = now()
    where tenant_id = ${tx.tenantId} and id = ${refund.payment_id as string}`;
}

/** A refund that the provider refuses leaves the money where the payer can use it: in the wallet. */
async function fail(tx: TenantTransaction, refund: Row): Promise<void> {
  const amount = amountFromDatabase(refund.amount as string);
  await moveWallet(tx, {
    kind: "refund",
    amount,
    currency: refund.currency as string,
    description: "A refund that the provider refused",
    cause: `refund-failed:${refund.id as string}`,
    paymentId: refund.payment_id as string,
  });
  if (refund.credit_note_id) {
    await tx.sql`update credit_notes set refunded = refunded - ${formatAmount(amount)}::numeric,
      to_wallet = to_wallet + ${formatAmount(amount)}::numeric
      where tenant_id = ${tx.tenantId} and id = ${refund.credit_note_id as string}`;
  }
}

async function settle(tenantId: TenantId, id: string, stated: GatewayRefund): Promise<Refund> {
  return withTenant(tenantId, async (tx) => {
    const refund = await readRefund(tx, id, true);
    if (refund.status !== "pending") return toRefund(refund);
    const { nowMs } = await billingNow(tx);
    await tx.sql`update refunds set status = ${stated.status}, external_refund_id = ${stated.externalId},
        failure_reason = ${stated.failureReason},
        processed_at = case when ${stated.status} = 'pending' then null else ${new Date(nowMs).toISOString()}::timestamptz end
      where tenant_id = ${tenantId} and id = ${id}`;
    if (stated.status === "succeeded") await succeed(tx, refund);
    if (stated.status === "failed") await fail(tx, refund);
    return toRefund(await readRefund(tx, id));
  });
}

/**
 * Asks the provider to give a written-down refund back, and applies the answer; a transfer is given back by hand.
 * Doing it again is safe. Throws `unavailable` when the outcome is unknown; the refund then stays pending.
 */
export async function executeRefund(tenantId: TenantId, id: string): Promise<Refund> {
  const row = await withTenant(tenantId, async (tx) => {
    const refund = await readRefund(tx, id);
    const [payment] = await tx.sql`select gateway_id, external_payment_id, external_charge_id from payments
      where tenant_id = ${tenantId} and id = ${refund.payment_id as string}`;
    return { ...refund, ...payment } as Row;
  });
  if (row.status !== "pending") return toRefund(row);
  const { adapter, account } = await openGateway(row.gateway_id as string);
  const amount = amountFromDatabase(row.amount as string);
  const currency = row.currency as string;
  const payment = {
    externalId: row.external_payment_id as string,
    chargeId: row.external_charge_id as string | null,
  };
  const asked = { refundId: id, payment, amount, currency, reason: row.reason as string };
  const byHand: GatewayRefund = {
    externalId: id,
    status: "succeeded",
    amount,
    currency,
    failureReason: null,
  };
  const stated = adapter ? await adapter.refund(account, asked) : byHand;
  const refund = await settle(tenantId, id, stated);
  wakeRelay();
  return refund;
}
