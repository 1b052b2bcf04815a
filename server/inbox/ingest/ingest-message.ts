import type { TenantTransaction } from "#db/tenant.ts";
import type { InboundEvent } from "#domain/channels/inbound-event.ts";
import { newId } from "#domain/core/id.ts";
import { LEASE_SECONDS } from "../turn/lease.ts";
import { findThread } from "./find-thread.ts";

export type Ingested = { conversationId: string; messageId: string | null; leased: boolean };

type MessageEvent = Extract<InboundEvent, { kind: "message" }>;
export type IngestWhere = {
  channelId: string;
  /** Null: the tenant's own app brought the message, there is no webhook. */
  journalId: string | null;
  now: string;
  offsetMs: number;
  /** The turn that will work the message off at once; null: the queue's own turn will. */
  leaseOwner: string | null;
};

/** A customer's message on the thread's clock: the provider's time, or a sandbox's own clock where that was set. */
const shownTime = (event: MessageEvent, { now, offsetMs }: IngestWhere) =>
  offsetMs === 0 ? event.providerTime : now;

/**
 * Stores one inbound message exactly once: thread, message, raw channel message and queue row, and takes the
 * conversation's lease where it is free, all under the conversation's row lock. A redelivery changes nothing.
 */
export async function ingestMessage(
  tx: TenantTransaction,
  event: MessageEvent,
  where: IngestWhere,
): Promise<Ingested> {
  const { channelId, now } = where;
  const { tenantId } = tx;
  const known = tx.sql`select m.conversation_id from channel_messages cm join messages m
    on m.tenant_id = cm.tenant_id and m.id = cm.message_id
    where cm.tenant_id = ${tenantId} and cm.channel_id = ${channelId} and cm.external_message_id = ${event.externalId}`;
  const [repeat] = await known;
  if (repeat) return { conversationId: String(repeat.conversation_id), messageId: null, leased: false };

  const thread = await findThread(tx, channelId, event.sender, now);
  return storeMessage(tx, event, where, thread);
}

/** Writes an inbound message into its thread: message, raw channel message, queue row, counters, notice and lease. */
export async function storeMessage(
  tx: TenantTransaction,
  event: MessageEvent,
  where: IngestWhere,
  thread: { conversationId: string; isNew: boolean },
): Promise<Ingested> {
  const { channelId, journalId } = where;
  const { tenantId } = tx;
  const messageId = newId();
  const sentAt = shownTime(event, where);
  const takes = where.leaseOwner !== null;
  const preview = (event.content || event.format).slice(0, 160);
  const live = JSON.stringify({
    tenantId,
    conversationId: thread.conversationId,
    messageId,
    isNew: thread.isNew,
  });
  const stored = tx.sql`
    with conversation as (
      update conversations set message_count = message_count + 1, unread_count = unread_count + 1,
        last_message_at = ${sentAt}, last_inbound_at = ${sentAt}, last_message_preview = ${preview},
        last_message_role = 'customer', updated_at = now(),
        lease_owner = case when ${takes} and (lease_owner is null or lease_expires_at < clock_timestamp())
          then ${where.leaseOwner} else lease_owner end,
        lease_expires_at = case when ${takes} and (lease_owner is null or lease_expires_at < clock_timestamp())
          then clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}) else lease_expires_at end
      where tenant_id = ${tenantId} and id = ${thread.conversationId}
      returning message_count, lease_owner
    ), message as (
      insert into messages (tenant_id, id, conversation_id, position, role, format, content, payload, status, reply_to_message_id, sent_at)
      select ${tenantId}, ${messageId}, ${thread.conversationId}, conversation.message_count, 'customer', ${event.format},
        ${event.content}, ${JSON.stringify(event.payload)}, 'received',
        (select message_id from channel_messages where tenant_id = ${tenantId} and channel_id = ${channelId}
          and external_message_id = ${event.replyToExternalId}), ${sentAt}
      from conversation
    ), carried as (
      insert into channel_messages (tenant_id, id, message_id, channel_id, direction, external_message_id, status, journal_id, raw)
      values (${tenantId}, ${newId()}, ${messageId}, ${channelId}, 'inbound', ${event.externalId}, 'received', ${journalId},
        ${JSON.stringify(event.raw)})
    ), counted as (
      insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta)
      values (${tenantId}, ${newId()}, 'channel', ${channelId}, 'message_count', 1)
    ), told as (
      insert into outbox (id, tenant_id, name, payload) values (${newId()}, ${tenantId}, 'message.created', ${live})
    )
    select lease_owner from conversation`;
  const queued = tx.sql`
    insert into conversation_inbox (tenant_id, id, conversation_id, kind, message_id, payload, provider_time)
    values (${tenantId}, ${newId()}, ${thread.conversationId}, 'message', ${messageId},
      ${JSON.stringify({ buttonId: event.buttonId })}, ${event.providerTime})`;
  const [rows] = await Promise.all([stored, queued]);
  return {
    conversationId: thread.conversationId,
    messageId,
    leased: takes && rows[0]?.lease_owner === where.leaseOwner,
  };
}
