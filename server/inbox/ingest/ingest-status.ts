import type { TenantTransaction } from "#db/tenant.ts";
import { type InboundEvent, STATUS_RANK } from "#domain/channels/inbound-event.ts";
import { isUuid, newId } from "#domain/core/id.ts";
import { oweProvenMessage } from "../deliver/message-usage.ts";

type StatusEvent = Extract<InboundEvent, { kind: "status" }>;

/** Serialises the recording of an external id with the statuses that speak of it. */
export function lockExternalId(tx: TenantTransaction, channelId: string, externalId: string) {
  return tx.sql`select pg_advisory_xact_lock(hashtextextended(${`${channelId}:${externalId}`}, 0))`;
}

/**
 * Moves a message's delivery state forward, never back; each state's time is kept. Finds the message by its external
 * id, or by our attempt's id that the provider echoes, which also settles a message whose acknowledgement we lost.
 * A status of a message we do not know yet is kept until we do.
 */
export async function ingestStatus(
  tx: TenantTransaction,
  event: StatusEvent,
  channelId: string,
): Promise<void> {
  const { tenantId } = tx;
  const attemptId = event.callbackData && isUuid(event.callbackData) ? event.callbackData : null;
  await lockExternalId(tx, channelId, event.externalId);
  const found = await tx.sql`
    select cm.id, cm.uncertain from channel_messages cm where cm.tenant_id = ${tenantId} and cm.channel_id = ${channelId}
      and cm.direction = 'outbound' and (cm.external_message_id = ${event.externalId}
        or cm.id = (select channel_message_id from delivery_attempts where tenant_id = ${tenantId} and id = ${attemptId}))
    limit 1`;
  const id = found[0]?.id as string | undefined;
  if (!id) {
    await tx.sql`insert into early_statuses (tenant_id, id, channel_id, external_message_id, status, provider_time, error_code, error_message)
      values (${tenantId}, ${newId()}, ${channelId}, ${event.externalId}, ${event.status}, ${event.providerTime}, ${event.errorCode}, ${event.errorMessage})`;
    return;
  }
  await applyStatus(tx, id, event);
  // Its own answer was lost, so nobody has metered it.
  if (found[0]?.uncertain && event.status !== "failed")
    await oweProvenMessage(tx, id, event.externalId, event.providerTime);
}

type Status = Pick<StatusEvent, "externalId" | "status" | "providerTime" | "errorCode" | "errorMessage">;

/** Applies one status to one channel message and mirrors the state on its message. */
export async function applyStatus(
  tx: TenantTransaction,
  channelMessageId: string,
  status: Status,
): Promise<void> {
  const { tenantId } = tx;
  const rank = STATUS_RANK[status.status];
  await tx.sql`
    with moved as (
      update channel_messages set
        status = case when ${rank} > status_rank then ${status.status} else status end,
        status_rank = greatest(status_rank, ${rank}),
        external_message_id = coalesce(external_message_id, ${status.externalId}),
        uncertain = false,
        sent_at = case when ${status.status} = 'sent' then coalesce(sent_at, ${status.providerTime}::timestamptz) else sent_at end,
        delivered_at = case when ${status.status} = 'delivered' then coalesce(delivered_at, ${status.providerTime}::timestamptz) else delivered_at end,
        read_at = case when ${status.status} = 'read' then coalesce(read_at, ${status.providerTime}::timestamptz) else read_at end,
        failed_at = case when ${status.status} = 'failed' then coalesce(failed_at, ${status.providerTime}::timestamptz) else failed_at end,
        error_code = case when ${status.status} = 'failed' then ${status.errorCode} else error_code end,
        error_reason = case when ${status.status} = 'failed' then ${status.errorMessage} else error_reason end,
        next_attempt_at = null
      where tenant_id = ${tenantId} and id = ${channelMessageId}
      returning message_id, status
    ), mirrored as (
      update messages m set status = moved.status from moved
      where m.tenant_id = ${tenantId} and m.id = moved.message_id and m.status is distinct from moved.status
      returning m.id, m.conversation_id, m.status
    )
    insert into outbox (id, tenant_id, name, payload)
    select ${newId()}, ${tenantId}, 'message.status_changed',
      json_build_object('tenantId', ${tenantId}::text, 'conversationId', conversation_id, 'messageId', id, 'status', status)
    from mirrored`;
}

/** Folds in the statuses that came before an external id was recorded. Call it under `lockExternalId`. */
export async function applyEarlyStatuses(
  tx: TenantTransaction,
  channelId: string,
  externalId: string,
  channelMessageId: string,
) {
  const early =
    await tx.sql`delete from early_statuses where tenant_id = ${tx.tenantId} and channel_id = ${channelId}
    and external_message_id = ${externalId} returning status, provider_time, error_code, error_message`;
  for (const row of early) {
    await applyStatus(tx, channelMessageId, {
      externalId,
      status: row.status as StatusEvent["status"],
      providerTime: String(row.provider_time),
      errorCode: row.error_code as string | null,
      errorMessage: row.error_message as string | null,
    });
  }
}
