import { withSystem } from "#db/system.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { applyPaymentEvent } from "./apply-payment-event.ts";

type Row = Record<string, unknown>;

function toEvent(row: Row) {
  return {
    id: row.id as string,
    gatewayId: row.gateway_id as string,
    provider: row.provider as string,
    deliveryKey: row.delivery_key as string,
    type: row.type as string,
    deliveries: Number(row.deliveries),
    status: row.status as string,
    error: row.error as string | null,
    tenantId: row.tenant_ref as string | null,
    paymentId: row.payment_id as string | null,
    receivedAt: row.received_at as string,
    processedAt: row.processed_at as string | null,
  };
}

/** Webhooks of payment providers, the newest first. */
export async function listPaymentEvents(input: { limit: number; cursor?: string | undefined }) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withSystem(
    "list payment webhooks",
    (tx) => tx.sql<
      Row[]
    >`select e.*, g.provider from payment_events e join payment_gateways g on g.id = e.gateway_id
      where ${after}::uuid is null or e.id < ${after}::uuid order by e.id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [row.id as string], toEvent);
}

/** One of them. Throws `not_found`. */
export async function getPaymentEvent(id: string) {
  const [row] = await withSystem(
    "read a payment webhook",
    (tx) => tx.sql<
      Row[]
    >`select e.*, g.provider from payment_events e join payment_gateways g on g.id = e.gateway_id
      where e.id = ${id}`,
  );
  if (!row) throw notFound("payment_event");
  return toEvent(row);
}

/** Applies a journalled webhook again; what it already changed stays as it is. */
export async function replayPaymentEvent(id: string) {
  await applyPaymentEvent(id);
  return getPaymentEvent(id);
}
