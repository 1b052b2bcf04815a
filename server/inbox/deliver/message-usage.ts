import type { TenantTransaction } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type FeeFacts, feeFacts, isFeeDue, oweUsage } from "#server/billing/meter/owe-usage.ts";
import type { OutboundMessage, SendOutcome } from "#server/providers/channels/channel-adapter.ts";

type Sent = {
  channel: { id: string; type: string };
  fee: FeeFacts;
  outcome: SendOutcome;
  template: OutboundMessage["template"];
  now: string;
  conversationId: string;
  messageId: string;
  executionId: string | null;
};

/**
 * A message that its provider took, as usage: the channel's type is the provider, the template's category (or
 * `service` for free words) the model. Null where it was not taken, or where metering it leads to nothing.
 */
export async function messageUsage(tenantId: TenantId, sent: Sent) {
  const { channel, fee, outcome, now, conversationId, messageId, executionId } = sent;
  if (!outcome.ok) return null;
  const use = {
    serviceType: "message",
    provider: channel.type,
    model: sent.template ? (sent.template.category ?? "template") : "service",
  } as const;
  if (!(await isFeeDue(tenantId, fee, use, now))) return null;
  return {
    ...use,
    status: "succeeded" as const,
    idempotencyKey: `message:${channel.id}:${outcome.externalId}`,
    occurredAt: now,
    conversationId,
    messageId,
    executionId,
  };
}

/** Meters a message whose answer was lost, now that a status of the provider's proves that it was taken. */
export async function oweProvenMessage(
  tx: TenantTransaction,
  channelMessageId: string,
  externalId: string,
  at: string,
): Promise<void> {
  const [row] = await tx.sql`
    select c.id as channel_id, c.type, m.id, m.conversation_id, m.flow_execution_id, m.payload, ${feeFacts(tx, "message")} as fee
    from channel_messages cm join messages m on m.tenant_id = cm.tenant_id and m.id = cm.message_id
    join channels c on c.tenant_id = cm.tenant_id and c.id = cm.channel_id
    where cm.tenant_id = ${tx.tenantId} and cm.id = ${channelMessageId}`;
  if (!row) return;
  const payload = row.payload as { template?: OutboundMessage["template"] } | null;
  const owed = await messageUsage(tx.tenantId, {
    channel: { id: row.channel_id as string, type: row.type as string },
    fee: row.fee as FeeFacts,
    outcome: { ok: true, externalId, raw: null, httpStatus: 200 },
    template: payload?.template ?? null,
    now: new Date(at).toISOString(),
    conversationId: row.conversation_id as string,
    messageId: row.id as string,
    executionId: row.flow_execution_id as string | null,
  });
  if (owed) await oweUsage(tx, owed);
}
