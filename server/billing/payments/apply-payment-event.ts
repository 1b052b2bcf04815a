import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { AppError, FINAL_KINDS, notFound } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { amountFromDatabase } from "#domain/money/amount.ts";
import type { WebhookNote } from "#server/providers/payments/payment-gateway.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { type EventSubject, findSubject } from "./find-subject.ts";
import { type OpenGateway, openGateway } from "./open-gateway.ts";
import { finishSetup } from "./payment-methods.ts";
import { executeRefund } from "./refund-payment.ts";
import { paymentRow, settlePayment, tellMismatch } from "./settle-payment.ts";

type Outcome = {
  status: "applied" | "ignored" | "refused" | "failed";
  error?: string;
  subject?: EventSubject;
};

/** A payer's objection has a deadline at the provider: staff must hear of it. */
async function tellDispute(gateway: OpenGateway, type: string, payment: { tenantId: TenantId; id: string }) {
  await recordSystemEvent({
    kind: "payments.disputed",
    source: `payment:${payment.id}`,
    severity: 3,
    tenantId: payment.tenantId,
    message: `${gateway.name} reports ${type}; answer it there before its deadline.`,
    details: { paymentId: payment.id },
  });
}

async function applyToPayment(
  gateway: OpenGateway,
  note: WebhookNote,
  { tenantId, id }: { tenantId: TenantId; id: string },
): Promise<Outcome> {
  const row = await withTenant(tenantId, (tx) => paymentRow(tx, id));
  const { claimed, subject } = note;
  if (/dispute|chargeback/i.test(note.type)) await tellDispute(gateway, note.type, { tenantId, id });
  if (
    claimed &&
    (claimed.amount !== amountFromDatabase(row.amount as string) || claimed.currency !== row.currency)
  ) {
    await tellMismatch(tenantId, row, claimed);
    return { status: "refused", error: "The event names another amount or currency than the payment has." };
  }
  const known = row.external_payment_id as string | null;
  const externalId = known ?? (subject.kind === "payment" ? subject.externalId : null);
  if (!externalId || !gateway.adapter) return { status: "ignored" };
  const stated = await gateway.adapter.getPayment(gateway.account, externalId);
  if (stated.reference !== null && stated.reference !== id) {
    return { status: "refused", error: "The provider keeps this payment for another one of ours." };
  }
  const settled = await settlePayment(tenantId, id, stated);
  if (settled === "mismatch")
    return { status: "refused", error: "The provider states another amount or currency." };
  const refunds = await withTenant(
    tenantId,
    (tx) =>
      tx.sql`select id from refunds where tenant_id = ${tenantId} and payment_id = ${id} and status = 'pending'`,
  );
  for (const refund of refunds) await executeRefund(tenantId, refund.id as string);
  return { status: settled === "applied" || refunds.length > 0 ? "applied" : "ignored" };
}

async function decide(gateway: OpenGateway, note: WebhookNote): Promise<Outcome> {
  if (note.subject.kind === "other") return { status: "ignored" };
  const subject = await findSubject(gateway.id, note);
  if (!subject) return { status: "ignored", error: "No payment of ours is meant." };
  if (subject.kind === "payment") return { ...(await applyToPayment(gateway, note, subject)), subject };
  await finishSetup(subject.tenantId, subject.id);
  return { status: "applied", subject };
}

async function attempt(gateway: OpenGateway, headers: Headers, rawBody: Buffer): Promise<Outcome> {
  if (!gateway.adapter) return { status: "ignored" };
  try {
    return await decide(gateway, gateway.adapter.parseWebhook({ headers, rawBody }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof AppError && !FINAL_KINDS.has(error.kind)) throw error;
    return { status: "failed", error: message.slice(0, 1000) };
  }
}

/**
 * Applies a journalled webhook: the object it is about is fetched again, and that answer counts, so events may come
 * late, twice or in any order. Throws `unavailable` when the provider could not be asked; then try again.
 */
export async function applyPaymentEvent(eventId: string): Promise<Outcome["status"]> {
  const [row] = await withSystem(
    "read a payment webhook",
    (tx) =>
      tx.sql`select gateway_id, headers, encode(body, 'base64') as body from payment_events where id = ${eventId}`,
  );
  if (!row) throw notFound("payment_event");
  const gateway = await openGateway(row.gateway_id as string);
  const headers = new Headers(row.headers as Record<string, string>);
  const outcome = await attempt(gateway, headers, Buffer.from(row.body as string, "base64"));
  const { status, error = null, subject } = outcome;
  await withSystem(
    "settle a payment webhook",
    (
      tx,
    ) => tx.sql`update payment_events set status = ${status}, error = ${error}, tenant_ref = ${subject?.tenantId ?? null},
      payment_id = ${subject?.kind === "payment" ? subject.id : null}, processed_at = now() where id = ${eventId}`,
  );
  return status;
}
