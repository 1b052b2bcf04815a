import { withSystem } from "#db/system.ts";
import { isUuid } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import type { WebhookNote } from "#server/providers/payments/payment-gateway.ts";

export type EventSubject = { kind: "payment" | "method"; tenantId: TenantId; id: string };

/** Our row that a webhook is about: by the id that the provider keeps for us, else by the provider's own. */
export async function findSubject(gatewayId: string, note: WebhookNote): Promise<EventSubject | null> {
  const { subject, reference } = note;
  const externalId = subject.kind === "other" ? null : subject.externalId;
  const ours = reference && isUuid(reference) ? reference : null;
  const [row] = await withSystem("find a webhook's payment", (tx) =>
    subject.kind === "setup"
      ? tx.sql`select tenant_id, id from payment_methods where gateway_id = ${gatewayId} and setup_id = ${externalId}`
      : tx.sql`select tenant_id, id from payments where gateway_id = ${gatewayId}
            and (id = ${ours}::uuid or (${ours}::uuid is null and external_payment_id = ${externalId}))`,
  );
  if (!row) return null;
  return {
    kind: subject.kind === "setup" ? "method" : "payment",
    tenantId: tenantIdFrom(row.tenant_id as string),
    id: row.id as string,
  };
}
