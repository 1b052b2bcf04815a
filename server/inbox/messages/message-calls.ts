import type { TenantTransaction } from "#db/tenant.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import type { MessageCalls } from "./message-view.ts";

export type CallRow = Record<string, unknown>;

/**
 * The model calls behind the bot's messages between two positions of a conversation, each with the message it led to
 * (`for_message_id`): the next one that the bot sent. Their usage records are found by the attempt's key, which is the
 * record's, so that a record shows as soon as it is committed.
 */
export function readCalls(
  tx: TenantTransaction,
  conversationId: string,
  span: { from: number; to: number },
): Promise<CallRow[]> {
  const { tenantId } = tx;
  return tx.sql<CallRow[]>`
    with said as (
      select id, position, created_at, lag(created_at) over (order by position) as before from messages
      where tenant_id = ${tenantId} and conversation_id = ${conversationId} and role = 'assistant' and position <= ${span.to}
        and position >= coalesce((select max(position) from messages where tenant_id = ${tenantId}
          and conversation_id = ${conversationId} and role = 'assistant' and position < ${span.from}), 0)
    )
    select s.id as for_message_id, r.id, r.task, r.message_id, r.flow_execution_id, r.node_key, r.provider, r.model, r.status,
      r.input_tokens, r.output_tokens, r.confidence, r.started_at, r.duration_ms, r.error, r.attempt_key,
      u.id as record_id, u.provider_cost, u.client_price, u.covered_quantity,
      coalesce(u.input_quantity, 0) + coalesce(u.output_quantity, 0) as total_quantity
    from said s
    join ai_responses r on r.tenant_id = ${tenantId} and r.conversation_id = ${conversationId}
      and r.created_at > coalesce(s.before, '-infinity') and r.created_at <= s.created_at
    left join usage_breakdown u on u.tenant_id = r.tenant_id and u.conversation_id = r.conversation_id
      and u.key_hash = substr(encode(sha256(convert_to(r.attempt_key, 'UTF8')), 'hex'), 1, 32)::uuid
    where s.position >= ${span.from}
    order by r.created_at, r.id`;
}

const priceOf = (call: CallRow) =>
  call.client_price === null ? 0n : amountFromDatabase(String(call.client_price));

/** How many calls, their tokens and their price. */
export function sumCalls(calls: readonly CallRow[]): MessageCalls {
  return {
    count: calls.length,
    tokens: calls.reduce((sum, call) => sum + Number(call.total_quantity), 0),
    clientPrice: formatAmount(calls.reduce((sum, call) => sum + priceOf(call), 0n)),
  };
}
