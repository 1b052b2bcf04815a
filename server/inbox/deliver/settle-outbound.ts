import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { STATUS_RANK } from "#domain/channels/inbound-event.ts";
import { newId } from "#domain/core/id.ts";
import type { SendOutcome } from "#server/providers/channels/channel-adapter.ts";
import { logger } from "#server/runtime/logger.ts";
import { scheduleTimer } from "#server/runtime/timers.ts";
import { applyEarlyStatuses, lockExternalId } from "../ingest/ingest-status.ts";
import type { PreparedOutbound } from "./prepare-outbound.ts";

/** Tries in all, the first included. */
export const MAX_ATTEMPTS = 5;
export const DELIVERY_RETRY = "delivery.retry";

export type Sent = {
  prepared: PreparedOutbound;
  conversationId: string;
  channelId: string;
  outcome: SendOutcome;
  attempt: number;
};

/** Seconds before the next try: what the provider asks for, else 4ⁿ as WhatsApp advises for its pair limit. */
function retryDelay(outcome: Extract<SendOutcome, { ok: false }>, attempt: number): number {
  return outcome.retryAfterSeconds ?? Math.min(3600, 4 ** attempt);
}

/** Folds in what came early, in a transaction of its own that waits for this one; the sweep does it after a crash. */
function foldEarly(tx: TenantTransaction, sent: Sent, externalId: string): void {
  const { channelId, prepared } = sent;
  withTenant(tx.tenantId, async (own) => {
    await lockExternalId(own, channelId, externalId);
    await applyEarlyStatuses(own, channelId, externalId, prepared.channelMessageId);
  }).catch((error: unknown) => logger.warn({ error }, "early statuses are left to the sweep"));
}

async function settleSent(tx: TenantTransaction, sent: Sent, now: string): Promise<void> {
  const { prepared, channelId, outcome } = sent;
  if (!outcome.ok) return;
  const { tenantId } = tx;
  const live = {
    tenantId,
    conversationId: sent.conversationId,
    messageId: prepared.messageId,
    status: "sent",
  };
  const locked = lockExternalId(tx, channelId, outcome.externalId).execute();
  const settled = tx.sql`
    with attempt as (
      update delivery_attempts set ended_at = clock_timestamp(), outcome = 'accepted', http_status = ${outcome.httpStatus}
      where tenant_id = ${tenantId} and id = ${prepared.attemptId}
    ), carried as (
      update channel_messages set external_message_id = coalesce(external_message_id, ${outcome.externalId}), uncertain = false,
        status = case when status_rank < ${STATUS_RANK.sent} then 'sent' else status end,
        status_rank = greatest(status_rank, ${STATUS_RANK.sent}), sent_at = coalesce(sent_at, ${now}::timestamptz),
        raw = ${JSON.stringify(outcome.raw)}, next_attempt_at = null, error_code = null, error_reason = null, retryable = null
      where tenant_id = ${tenantId} and id = ${prepared.channelMessageId} returning status
    ), told as (
      insert into outbox (id, tenant_id, name, payload) values (${newId()}, ${tenantId}, 'message.status_changed', ${JSON.stringify(live)})
    )
    update messages set status = carried.status from carried
    where messages.tenant_id = ${tenantId} and messages.id = ${prepared.messageId}`.execute();
  // After the update, so that a status that found no message has been written by now.
  const early =
    tx.sql`select 1 from early_statuses where tenant_id = ${tenantId} and channel_id = ${channelId}
    and external_message_id = ${outcome.externalId} limit 1`.execute();
  const [, , waiting] = await Promise.all([locked, settled, early]);
  if (waiting.length > 0) foldEarly(tx, sent, outcome.externalId);
}

async function settleRefused(tx: TenantTransaction, sent: Sent, now: string): Promise<void> {
  const { prepared, outcome, attempt } = sent;
  if (outcome.ok) return;
  const { tenantId } = tx;
  const again = outcome.retryable && !outcome.uncertain && attempt < MAX_ATTEMPTS;
  const status = outcome.uncertain ? "sending" : again ? "queued" : "failed";
  const nextAt = again ? new Date(Date.parse(now) + retryDelay(outcome, attempt) * 1000).toISOString() : null;
  const live = { tenantId, conversationId: sent.conversationId, messageId: prepared.messageId, status };
  const settled = tx.sql`
    with attempt as (
      update delivery_attempts set ended_at = clock_timestamp(), outcome = ${outcome.uncertain ? "uncertain" : "refused"},
        http_status = ${outcome.httpStatus}, error_code = ${outcome.code}, error_message = ${outcome.reason}
      where tenant_id = ${tenantId} and id = ${prepared.attemptId}
    ), carried as (
      update channel_messages set status = ${status}, status_rank = ${STATUS_RANK[status]}, uncertain = ${outcome.uncertain},
        error_code = ${outcome.code}, error_reason = ${outcome.reason}, retryable = ${outcome.retryable}, next_attempt_at = ${nextAt},
        failed_at = case when ${status} = 'failed' then ${now}::timestamptz else failed_at end, raw = ${JSON.stringify(outcome.raw)}
      where tenant_id = ${tenantId} and id = ${prepared.channelMessageId} and status_rank < ${STATUS_RANK.sent}
    ), told as (
      insert into outbox (id, tenant_id, name, payload) values (${newId()}, ${tenantId}, 'message.status_changed', ${JSON.stringify(live)})
    )
    update messages set status = ${status} where tenant_id = ${tenantId} and id = ${prepared.messageId}
      and status in ('queued', 'sending')`.execute();
  const subjectId = prepared.channelMessageId;
  const retry = { kind: DELIVERY_RETRY, subjectId, payload: { attempt: attempt + 1 }, replace: true };
  await Promise.all([settled, nextAt ? scheduleTimer(tx, { ...retry, dueAt: nextAt }) : null]);
}

/**
 * Records how an attempt ended: accepted with the provider's id, refused (with a later try planned where it can
 * help), or uncertain: sent, answer unknown. An uncertain message is never sent again by itself.
 */
export function settleOutbound(tx: TenantTransaction, sent: Sent, now: string): Promise<void> {
  return sent.outcome.ok ? settleSent(tx, sent, now) : settleRefused(tx, sent, now);
}
