import type { TenantTransaction } from "#db/tenant.ts";
import { STATUS_RANK } from "#domain/channels/inbound-event.ts";
import { newId } from "#domain/core/id.ts";
import { knownFees, rememberFees } from "#server/billing/meter/known-fees.ts";
import { type FeeFacts, feeFacts } from "#server/billing/meter/owe-usage.ts";

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
  /** The bot's farewell before a person takes over: a full plan does not make Aurora silent. */
  lastWords?: boolean;
};

export type PreparedOutbound = {
  messageId: string;
  channelMessageId: string;
  attemptId: string;
  provider: boolean;
  fee: FeeFacts;
};

/** A message on its way, or the plan's limit that it would have broken; neither where it was made before. */
export type Preparation = { prepared: PreparedOutbound | null; limit: number | null };

/**
 * Commits an outbound message together with its first attempt, before anything leaves: message, channel message,
 * attempt and the conversation's counters in one statement. A draft whose effect key exists already changes nothing.
 * Where the plan limits messages, the same statement takes one of the month's: exact however many leave at once. Only
 * the bot is refused. A person's reply is counted and goes: the customer waits for it, and whoever answers cannot
 * choose the plan.
 */
export function prepareOutbound(tx: TenantTransaction, draft: OutboundDraft): Promise<Preparation> {
  const ids = { messageId: newId(), channelMessageId: newId(), attemptId: newId(), provider: draft.provider };
  const { tenantId } = tx;
  const status = draft.provider ? "sending" : "sent";
  const preview = draft.content.slice(0, 160);
  const live = JSON.stringify({ tenantId, conversationId: draft.conversationId, messageId: ids.messageId });
  const known = draft.provider ? knownFees(tenantId, "message") : undefined;
  const light = known !== undefined && !known.limited;
  const { opening, closing } = light ? unlimited(tx, draft, preview) : limited(tx, draft, preview);
  return tx.sql`
    ${opening}
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
    ${closing}`.then(([row]) => {
    const fee = (light ? known.fee : row?.fee) as FeeFacts;
    if (!light && draft.provider && row)
      rememberFees(tenantId, "message", { fee, limited: row.most !== null });
    return {
      prepared: row?.made ? { ...ids, fee } : null,
      limit: row?.refused ? Number(row.most) : null,
    };
  });
}

/** The conversation's part for a tenant whose plan is known not to limit messages. */
function unlimited({ sql, tenantId }: TenantTransaction, draft: OutboundDraft, preview: string) {
  const opening = sql`
    with conversation as (
      update conversations set message_count = message_count + 1, last_message_at = ${draft.now},
        last_message_preview = ${preview}, last_message_role = ${draft.role}, updated_at = now()
      where tenant_id = ${tenantId} and id = ${draft.conversationId} and not exists (
        select from messages where tenant_id = ${tenantId} and effect_key = ${draft.effectKey})
      returning message_count`;
  return { opening, closing: sql`select true as made from message` };
}

/**
 * The conversation's part where the plan is to be asked, and what it says. The conversation is locked before the plan's
 * counter, in every statement: two can then never wait for each other.
 */
function limited(tx: TenantTransaction, draft: OutboundDraft, preview: string) {
  const { sql, tenantId } = tx;
  const bound = draft.role === "assistant" && !draft.lastWords;
  const opening = sql`
    with plan as (
      select (p.limits ->> 'messages')::bigint as most,
        date_trunc('month', ${draft.now}::timestamptz at time zone coalesce(l.timezone, t.timezone))::date as month
      from tenants t left join billing_ledgers l on l.tenant_id = t.id
      left join tenant_subscriptions s on s.tenant_id = t.id and s.ended_at is null
      left join plans p on p.id = s.plan_id
      where t.id = ${tenantId}
    ), held as (
      select v.id from conversations v where v.tenant_id = ${tenantId} and v.id = ${draft.conversationId} and not exists (
        select from messages where tenant_id = ${tenantId} and effect_key = ${draft.effectKey}) for update
    ), room as (
      insert into plan_counters as u (tenant_id, id, month, kind, used)
      select ${tenantId}, ${newId()}, plan.month, 'messages', 1 from held cross join plan
      where plan.most > 0 or (plan.most = 0 and not ${bound})
      on conflict (tenant_id, month, kind) do update set used = u.used + 1
        where not ${bound} or u.used < (select most from plan)
      returning used
    ), conversation as (
      update conversations v set message_count = message_count + 1, last_message_at = ${draft.now},
        last_message_preview = ${preview}, last_message_role = ${draft.role}, updated_at = now()
      from held cross join plan where v.tenant_id = ${tenantId} and v.id = held.id
        and (plan.most is null or exists (select from room))
      returning message_count`;
  const closing = sql`
    select message.id is not null as made, held.id is not null and message.id is null as refused, plan.most,
      ${draft.provider ? feeFacts(tx, "message") : sql`null`} as fee
    from plan left join held on true left join message on true`;
  return { opening, closing };
}
