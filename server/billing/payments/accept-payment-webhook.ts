import { createHash } from "node:crypto";
import { withSystem } from "#db/system.ts";
import { AppError } from "#domain/core/app-error.ts";
import { isUuid, newId } from "#domain/core/id.ts";
import type { PaymentGateway, WebhookNote } from "#server/providers/payments/payment-gateway.ts";
import { readRaw } from "#server/runtime/net/read-raw.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { findSubject } from "./find-subject.ts";
import { type OpenGateway, openGateway } from "./open-gateway.ts";

const MAX_BODY = 1024 * 1024;
const KEPT_HEADERS = [
  "content-type",
  "user-agent",
  "stripe-signature",
  "paypal-transmission-id",
  "x-razorpay-event-id",
];

const plain = (status: number, text: string) =>
  new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });

async function findGateway(id: string, provider: string) {
  if (!isUuid(id)) return null;
  const gateway = await openGateway(id).catch((error: unknown) => {
    if (error instanceof AppError && error.kind === "not_found") return null;
    throw error;
  });
  return gateway?.provider === provider && gateway.adapter ? gateway : null;
}

function readNote(adapter: PaymentGateway, headers: Headers, rawBody: Buffer): WebhookNote | null {
  try {
    return adapter.parseWebhook({ headers, rawBody });
  } catch {
    return null;
  }
}

/** Keeps the event once; told again only what is new, or may be. */
async function journal(gateway: OpenGateway, note: WebhookNote | null, rawBody: Buffer, headers: Headers) {
  const key = note?.deliveryKey ?? createHash("sha256").update(rawBody).digest("hex");
  const kept = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : [])),
  );
  await withSystem("journal a payment webhook", async (tx) => {
    const [row] = await tx.sql`
      insert into payment_events (id, gateway_id, delivery_key, type, body, headers, status, error)
      values (${newId()}, ${gateway.id}, ${key}, ${note?.type ?? "unreadable"}, decode(${rawBody.toString("base64")}, 'base64'),
        ${JSON.stringify(kept)}, ${note ? "received" : "failed"}, ${note ? null : "The body is not an event of this provider."})
      on conflict (gateway_id, delivery_key) do update set deliveries = payment_events.deliveries + 1
      returning id, deliveries, status`;
    const again = Number(row?.deliveries) > 1;
    if (!note || !row || (again && row.status !== "failed" && !gateway.adapter?.unsigned)) return;
    await appendOutbox(tx, [
      { tenantId: null, name: "payments/event.received", payload: { eventId: row.id as string } },
    ]);
  });
}

/**
 * The door of a payment provider's webhooks. 404 for an unknown address, 413 over 1 MB, 401 for a bad signature
 * (nothing is stored but a counted security event), else 200 as soon as the raw bytes are safe.
 */
export async function acceptPaymentWebhook(
  request: Request,
  provider: string,
  gatewayId: string,
): Promise<Response> {
  const gateway = await findGateway(gatewayId, provider);
  if (!gateway?.adapter) return plain(404, "There is no such payment gateway.");
  const { adapter, account } = gateway;
  const rawBody = await readRaw(request, MAX_BODY);
  if (!rawBody) return plain(413, "The body is larger than 1 MB.");
  const { headers } = request;
  if (!(await adapter.verifyWebhook(account, { headers, rawBody }))) {
    await recordSystemEvent({
      kind: "webhook.signature_refused",
      source: `payment gateway:${gatewayId}`,
      severity: 2,
      message: `A ${gateway.name} webhook with a wrong signature was refused.`,
    });
    return plain(401, "The signature does not fit.");
  }
  const note = readNote(adapter, headers, rawBody);
  // Whoever likes can post an unsigned note; one about nothing of ours is answered and forgotten.
  if (adapter.unsigned && !(note && (await findSubject(gatewayId, note)))) return plain(200, "OK");
  await journal(gateway, note, rawBody, headers);
  wakeRelay();
  return plain(200, "OK");
}
