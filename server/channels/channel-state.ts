import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { clock } from "#server/runtime/clock.ts";
import { logger } from "#server/runtime/logger.ts";
import { wakeRelaySoon } from "#server/runtime/outbox.ts";
import { recordSystemEvent, resolveSystemEvents } from "#server/runtime/system-event.ts";
import { connectedChannelChanged, type LiveChannel } from "./connected-channel.ts";

type State = { status: "connected" } | { status: "failed"; error: string };
type Known = Pick<LiveChannel, "id" | "tenantId">;

/**
 * Moves a channel's connection to a state it is not in and tells it, once a change however many find out at the same
 * time: browsers and programs by a notice, staff where a working channel broke. One that lacks settings stays so.
 */
export async function changeChannelState(channel: Known, state: State): Promise<boolean> {
  const { id, tenantId } = channel;
  const error = state.status === "failed" ? state.error : null;
  const now = (await clock.now(tenantId)).toISOString();
  const changed = await withTenant(tenantId, async (tx) => {
    const [row] = await tx.sql`
      with before as (
        select id, name, status from channels where tenant_id = ${tenantId} and id = ${id} and archived_at is null
          and status not in ('disconnected', ${state.status}) for update
      )
      update channels c set status = ${state.status}, status_changed_at = clock_timestamp(), updated_at = now(),
        last_error = coalesce(${error}, c.last_error), last_error_at = case when ${error}::text is null then c.last_error_at else ${now}::timestamptz end
      from before where c.tenant_id = ${tenantId} and c.id = before.id returning before.name, before.status`;
    if (!row) return null;
    const payload = JSON.stringify({ tenantId, channelId: id, status: state.status, error });
    await tx.sql`insert into outbox (id, tenant_id, name, payload)
      values (${newId()}, ${tenantId}, 'channel.status_changed', ${payload})`;
    return { name: String(row.name), before: String(row.status) };
  });
  connectedChannelChanged(tenantId, id);
  if (!changed) return false;
  wakeRelaySoon();
  const event = { kind: "channel.failed", source: `channel:${id}`, tenantId };
  if (error === null) await resolveSystemEvents(event);
  else if (changed.before === "connected") {
    const message = `The channel “${changed.name}” stopped working: ${error}`;
    await recordSystemEvent({ ...event, severity: 2, message });
  }
  return true;
}

/** The first genuine webhook proves a new channel. It proves nothing of a token, so what failed stays failed. */
export async function channelHeard(channel: LiveChannel): Promise<void> {
  if (channel.status === "connecting") await changeChannelState(channel, { status: "connected" });
}

/**
 * What an attempt to send says about the channel: an accepted message proves it, a refused token or account breaks it.
 * Never throws: the message's own end must be recorded whatever happens here.
 */
export async function noteChannelAnswer(
  channel: LiveChannel,
  answer: { ok: true } | { ok: false; channelRefused: boolean; reason: string },
): Promise<void> {
  const state: State = answer.ok ? { status: "connected" } : { status: "failed", error: answer.reason };
  if (channel.status === state.status || !(answer.ok || answer.channelRefused)) return;
  try {
    await changeChannelState(channel, state);
  } catch (error) {
    logger.error({ error, channelId: channel.id }, "a channel's state was not written");
  }
}
