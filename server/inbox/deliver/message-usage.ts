import type { TenantTransaction } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { meter } from "#server/billing/meter/meter.ts";
import {
  type FeeFacts,
  feeFacts,
  isFeeDue,
  type OwedUsage,
  type OwnUse,
  oweUsage,
  reserveOwnUse,
} from "#server/billing/meter/owe-usage.ts";
import type { OutboundMessage, SendOutcome } from "#server/providers/channels/channel-adapter.ts";

type Leaving = {
  channel: { id: string; type: string };
  fee: FeeFacts;
  template: OutboundMessage["template"];
  now: string;
};
type Subject = { now: string; conversationId: string; messageId: string; executionId: string | null };

/** The channel's type is the provider, the template's category (or `service` for free words) the model. */
function ownUseOf({ channel, template }: Leaving): OwnUse {
  const model = template ? (template.category ?? "template") : "service";
  return { serviceType: "message", provider: channel.type, model };
}

/**
 * A message as usage, before it leaves: `refusal` where it is metered and a quota pauses it (the bot's only: `bound`),
 * and what is owed for it once its provider took it; nothing where metering it leads to nothing.
 */
export async function meterMessage(tenantId: TenantId, leaving: Leaving & { bound: boolean }) {
  const use = ownUseOf(leaving);
  const due = await isFeeDue(tenantId, leaving.fee, use, leaving.now);
  const room = due && leaving.bound ? await reserveOwnUse(tenantId, use) : null;
  const refusal = room instanceof AppError ? room : null;
  const reservation = room instanceof AppError ? null : room;
  const owed = async (outcome: SendOutcome, { now, ...subject }: Subject): Promise<OwedUsage | null> => {
    if (!due) return null;
    if (outcome.ok) {
      const idempotencyKey = `message:${leaving.channel.id}:${outcome.externalId}`;
      return { ...use, ...subject, status: "succeeded", idempotencyKey, occurredAt: now, reservation };
    }
    if (reservation) await meter.release(tenantId, reservation);
    return null;
  };
  return { refusal, owed };
}

/** What is owed for a message that left already, or null. */
export async function messageUsage(
  tenantId: TenantId,
  sent: Leaving & Subject & { outcome: SendOutcome },
): Promise<OwedUsage | null> {
  const { channel, fee, template, outcome, now, conversationId, messageId, executionId } = sent;
  const metered = await meterMessage(tenantId, { channel, fee, template, now, bound: false });
  return metered.owed(outcome, { now, conversationId, messageId, executionId });
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
