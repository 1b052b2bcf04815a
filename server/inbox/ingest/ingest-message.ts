import type { TenantTransaction } from "#db/tenant.ts";
import type { InboundEvent } from "#domain/channels/inbound-event.ts";
import { newId } from "#domain/core/id.ts";
import { wakeConversation } from "../conversation-state.ts";
import { LEASE_SECONDS } from "../turn/lease.ts";
import { readTurnFacts, type TurnFacts } from "../turn/load-turn.ts";
import { openThread, readThread } from "./find-thread.ts";

export type Ingested = {
  conversationId: string;
  messageId: string | null;
  leased: boolean;
  /** What the turn that holds the lease decides on, read in the same transaction. */
  facts: TurnFacts | null;
};

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

/** The statements that one inbound event ends with: what became of it, and whatever else is sent beside. */
export type SentIngest = readonly [Promise<Ingested | undefined>, ...unknown[]];

/**
 * Stores one inbound message exactly once: thread, message, raw channel message and queue row, and takes the
 * conversation's lease where it is free, all under the conversation's row lock. A redelivery changes nothing. Reads,
 * then sends everything at once.
 */
export async function ingestMessage(
  tx: TenantTransaction,
  event: MessageEvent,
  where: IngestWhere,
): Promise<SentIngest> {
  const { channelId, now } = where;
  const known = await readThread(tx, channelId, event.sender, event.externalId);
  if (known.repeat_conversation_id) {
    const conversationId = known.repeat_conversation_id;
    return [Promise.resolve({ conversationId, messageId: null, leased: false, facts: null })];
  }
  const { thread, writes } = openThread(tx, channelId, event.sender, now, known);
  if (known.conversation_status === "snoozed") {
    const { conversationId } = thread;
    writes.push(wakeConversation(tx, { conversationId, by: "customer", dueAt: null }));
  }
  const stored = storeMessage(tx, event, where, thread);
  if (where.leaseOwner === null) return [stored, ...writes];
  const facts = readTurnFacts(tx, thread.conversationId);
  const ingested = Promise.all([stored, facts]).then(([result, read]) => ({
    ...result,
    facts: result.leased ? read : null,
  }));
  return [ingested, ...writes];
}

/** Writes an inbound message into its thread: message, raw channel message, queue row, counters, notice, lease. */
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
      insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta, occurred_at)
      values (${tenantId}, ${newId()}, 'channel', ${channelId}, 'inbound_count', 1, ${sentAt})
    ), told as (
      insert into outbox (id, tenant_id, name, payload) values (${newId()}, ${tenantId}, 'message.created', ${live})
    )
    select lease_owner from conversation`.execute();
  const queued = tx.sql`
    insert into conversation_inbox (tenant_id, id, conversation_id, kind, message_id, payload, provider_time)
    values (${tenantId}, ${newId()}, ${thread.conversationId}, 'message', ${messageId},
      ${JSON.stringify({ buttonId: event.buttonId })}, ${event.providerTime})`.execute();
  const [rows] = await Promise.all([stored, queued]);
  return {
    conversationId: thread.conversationId,
    messageId,
    leased: takes && rows[0]?.lease_owner === where.leaseOwner,
    facts: null,
  };
}
