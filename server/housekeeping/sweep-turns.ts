import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { applyEarlyStatuses, lockExternalId } from "#server/inbox/ingest/ingest-status.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";

/**
 * Frees the leases of turns that a dead process left behind, and asks for those turns again. They are found by what
 * they left undone, a queue item or a run under way: an index over leases would make every turn's end write to all
 * indexes of its conversation. A lease with nothing undone behind it harms nobody: the next message takes it.
 */
export async function sweepStaleTurns(): Promise<number> {
  const rows = await withSystem(
    "sweep stale turns",
    (tx) => tx.sql`
    with undone as (
      select tenant_id, conversation_id as id from conversation_inbox where handled_at is null
      union select tenant_id, conversation_id from flow_executions where status = 'running'
    ), stale as (
      update conversations set lease_owner = null, lease_expires_at = null
      where (tenant_id, id) in (
        select v.tenant_id, v.id from undone join conversations v on v.tenant_id = undone.tenant_id and v.id = undone.id
        where v.lease_owner is not null and v.lease_expires_at < clock_timestamp()
        limit 200 for update of v skip locked)
      returning tenant_id, id
    )
    insert into outbox (id, tenant_id, name, payload)
    select gen_random_uuid(), tenant_id, 'conversations/turn.requested', json_build_object('tenantId', tenant_id, 'conversationId', id)
    from stale returning id`,
  );
  if (rows.length > 0) wakeRelay();
  return rows.length;
}

/** Folds in statuses that came before their message's id was recorded, where a process died in between. */
export async function sweepEarlyStatuses(): Promise<number> {
  const rows = await withSystem(
    "sweep early statuses",
    (tx) => tx.sql`
    select distinct e.tenant_id, e.channel_id, e.external_message_id, m.id from early_statuses e
    join channel_messages m on m.tenant_id = e.tenant_id and m.channel_id = e.channel_id
      and m.external_message_id = e.external_message_id and m.direction = 'outbound'
    where e.created_at > now() - interval '1 day' limit 200`,
  );
  for (const row of rows) {
    const [channelId, externalId] = [String(row.channel_id), String(row.external_message_id)];
    await withTenant(tenantIdFrom(String(row.tenant_id)), async (tx) => {
      await lockExternalId(tx, channelId, externalId);
      await applyEarlyStatuses(tx, channelId, externalId, String(row.id));
    });
  }
  return rows.length;
}

/**
 * Marks messages whose attempt began over a minute ago and never ended: uncertain, for a person to see. They are not
 * sent again; a status of the provider settles them.
 */
export async function sweepUnsettledMessages(): Promise<number> {
  const rows = await withSystem(
    "sweep unsettled messages",
    (tx) => tx.sql`
    with lost as (
      update delivery_attempts set outcome = 'uncertain', ended_at = clock_timestamp()
      where outcome = 'pending' and started_at < clock_timestamp() - interval '60 seconds'
      returning tenant_id, channel_message_id
    )
    update channel_messages m set uncertain = true,
      error_reason = 'No answer came. The provider''s status settles it; it is not sent again by itself.'
    from lost where m.tenant_id = lost.tenant_id and m.id = lost.channel_message_id and m.status = 'sending' returning m.id`,
  );
  return rows.length;
}
