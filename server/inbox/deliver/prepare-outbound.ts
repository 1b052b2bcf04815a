import type { TenantTransaction } from "#db/tenant.ts";
import { STATUS_RANK } from "#domain/channels/inbound-event.ts";
import { newId } from "#domain/core/id.ts";

export type OutboundDraft = {
  conversationId: string;
  channelId: string;
  /** Whether a provider must be asked; the tenant's own app fetches an `api` channel's messages. */
  provider: boolean;
  role: "assistant" | "agent" | "system";
  format: string;
  content: string;
  payload: unknown;
  now: string;
  recipient: string | null;
  /** execution:node:visit, or the client's id of an agent's message: the same deed never makes a second. */
  effectKey: string | null;
  authorUserId?: string | null;
  replyToMessageId?: string | null;
  flowExecutionId?: string | null;
  nodeKey?: string | null;
};

export type PreparedOutbound = {
  messageId: string;
  channelMessageId: string;
  attemptId: string;
  provider: boolean;
};

/**
 * Commits an outbound message together with its first attempt, before anything leaves: message, channel message,
 * attempt and the conversation's counters in one statement. A draft whose effect key exists already changes nothing;
 * the statement then returns no row and the promise gives null.
 */
export function prepareOutbound(
  tx: TenantTransaction,
  draft: OutboundDraft,
): Promise<PreparedOutbound | null> {
  const ids = { messageId: newId(), channelMessageId: newId(), attemptId: newId(), provider: draft.provider };
  const { tenantId } = tx;
  const status = draft.provider ? "sending" : "sent";
  const preview = draft.content.slice(0, 160);
  const live = JSON.stringify({ tenantId, conversationId: draft.conversationId, messageId: ids.messageId });
  return tx.sql`
    with conversation as (
      update conversations set message_count = message_count + 1, last_message_at = ${draft.now},
        last_message_preview = ${preview}, last_message_role = ${draft.role}, updated_at = now()
      where tenant_id = ${tenantId} and id = ${draft.conversationId} and not exists (
        select from messages where tenant_id = ${tenantId} and effect_key = ${draft.effectKey})
      returning message_count
    ), message as (
      insert into messages (tenant_id, id, conversation_id, position, role, format, content, payload, status, author_user_id,
        reply_to_message_id, flow_execution_id, node_key, effect_key, sent_at)
      select ${tenantId}, ${ids.messageId}, ${draft.conversationId}, conversation.message_count, ${draft.role}, ${draft.format},
        ${draft.content}, ${draft.payload === null ? null : JSON.stringify(draft.payload)}, ${status}, ${draft.authorUserId ?? null},
        ${draft.replyToMessageId ?? null}, ${draft.flowExecutionId ?? null}, ${draft.nodeKey ?? null}, ${draft.effectKey}, ${draft.now}
      from conversation returning id
    ), carried as (
      insert into channel_messages (tenant_id, id, message_id, channel_id, direction, status, status_rank, recipient, attempts, queued_at, sent_at)
      select ${tenantId}, ${ids.channelMessageId}, id, ${draft.channelId}, 'outbound', ${status}, ${STATUS_RANK[status]},
        ${draft.recipient}, ${draft.provider ? 1 : 0}, ${draft.now}, ${draft.provider ? null : draft.now}
      from message
    ), attempt as (
      insert into delivery_attempts (tenant_id, id, channel_message_id, number, started_at)
      select ${tenantId}, ${ids.attemptId}, ${ids.channelMessageId}, 1, clock_timestamp() from message where ${draft.provider}
    ), counted as (
      insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta)
      select ${tenantId}, ${newId()}, 'channel', ${draft.channelId}, 'message_count', 1 from message
    ), told as (
      insert into outbox (id, tenant_id, name, payload) select ${newId()}, ${tenantId}, 'message.created', ${live} from message
    )
    select id from message`.then((rows) => (rows.length > 0 ? ids : null));
}
