import { withSystem } from "#db/system.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";

/** Frees the leases of turns that a dead process left behind, and asks for those turns again. */
export async function sweepStaleTurns(): Promise<number> {
  const rows = await withSystem(
    "sweep stale turns",
    (tx) => tx.sql`
    with stale as (
      update conversations set lease_owner = null, lease_expires_at = null
      where (tenant_id, id) in (
        select tenant_id, id from conversations where lease_owner is not null and lease_expires_at < clock_timestamp()
        order by lease_expires_at limit 200 for update skip locked)
      returning tenant_id, id
    )
    insert into outbox (id, tenant_id, name, payload)
    select gen_random_uuid(), tenant_id, 'conversations/turn.requested', json_build_object('tenantId', tenant_id, 'conversationId', id)
    from stale returning id`,
  );
  if (rows.length > 0) wakeRelay();
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
