import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type FeeFacts, feeFacts, oweUsage } from "#server/billing/meter/owe-usage.ts";
import { getConnectedChannel } from "#server/channels/connected-channel.ts";
import type { OutboundMessage } from "#server/providers/channels/channel-adapter.ts";
import { clock } from "#server/runtime/clock.ts";
import { wakeRelaySoon } from "#server/runtime/outbox.ts";
import { messageUsage } from "./message-usage.ts";
import { sendOutbound } from "./send-outbound.ts";
import { settleOutbound } from "./settle-outbound.ts";

type Row = {
  channel_message_id: string;
  message_id: string;
  conversation_id: string;
  channel_id: string;
  attempts: number;
  content: string;
  payload: { buttons?: OutboundMessage["buttons"]; template?: OutboundMessage["template"] } | null;
  address: string;
  scoped_user_id: string | null;
  phone: string | null;
  flow_execution_id: string | null;
  fee: FeeFacts;
};

/** Begins a further attempt of a queued message: the attempt row first, so that a second caller finds nothing to do. */
async function beginAttempt(
  tenantId: TenantId,
  channelMessageId: string,
  attemptId: string,
): Promise<Row | undefined> {
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql<Row[]>`
    with carried as (
      update channel_messages set status = 'sending', status_rank = 1, attempts = attempts + 1, next_attempt_at = null
      where tenant_id = ${tenantId} and id = ${channelMessageId} and direction = 'outbound' and status in ('queued', 'failed')
        and not uncertain
      returning id, message_id, channel_id, attempts
    ), attempt as (
      insert into delivery_attempts (tenant_id, id, channel_message_id, number, started_at)
      select ${tenantId}, ${attemptId}, id, attempts, clock_timestamp() from carried
    ), mirrored as (
      update messages m set status = 'sending' from carried where m.tenant_id = ${tenantId} and m.id = carried.message_id
    )
    select c.id as channel_message_id, c.message_id, m.conversation_id, c.channel_id, c.attempts, m.content, m.payload,
      m.flow_execution_id, i.address, i.scoped_user_id, u.phone, ${feeFacts(tx, "message")} as fee
    from carried c join messages m on m.tenant_id = ${tenantId} and m.id = c.message_id
    join conversations v on v.tenant_id = ${tenantId} and v.id = m.conversation_id
    join customers u on u.tenant_id = ${tenantId} and u.id = v.customer_id
    left join customer_identities i on i.tenant_id = ${tenantId} and i.id = v.identity_id`,
  );
  return rows[0];
}

/** A further, real attempt to deliver a message that was refused. Does nothing where it is not waiting for one. */
export async function retryDelivery(tenantId: TenantId, channelMessageId: string): Promise<boolean> {
  const attemptId = newId();
  const row = await beginAttempt(tenantId, channelMessageId, attemptId);
  if (!row) return false;
  const channel = await getConnectedChannel(tenantId, row.channel_id);
  const outcome = await sendOutbound(channel, {
    to: { address: row.address, phone: row.phone, scopedUserId: row.scoped_user_id },
    text: row.content,
    buttons: row.payload?.buttons ?? [],
    template: row.payload?.template ?? null,
    replyToExternalId: null,
    attemptId,
  });
  const prepared = { messageId: row.message_id, channelMessageId, attemptId, provider: true, fee: row.fee };
  const now = (await clock.now(tenantId)).toISOString();
  const sent = {
    prepared,
    conversationId: row.conversation_id,
    channelId: row.channel_id,
    outcome,
    attempt: row.attempts,
  };
  const owed = await messageUsage(tenantId, {
    channel,
    fee: row.fee,
    outcome,
    template: row.payload?.template ?? null,
    now,
    conversationId: row.conversation_id,
    messageId: row.message_id,
    executionId: row.flow_execution_id,
  });
  await withTenant(tenantId, (tx) =>
    Promise.all([settleOutbound(tx, sent, now), owed && oweUsage(tx, owed)]),
  );
  wakeRelaySoon();
  return true;
}
