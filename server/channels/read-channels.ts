import { withTenant } from "#db/tenant.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { channelAdapter } from "#server/providers/channels/adapters.ts";
import type { Actor } from "#server/trpc/context.ts";
import { type ChannelRow, channelView } from "./channel-view.ts";
import { connectedChannelChanged, getConnectedChannel } from "./connected-channel.ts";

/** A tenant's channels, newest first. */
export async function listChannels(
  actor: Actor,
  input: { limit: number; cursor?: string | undefined; type?: string | undefined },
) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<ChannelRow[]>`
    select * from channels where tenant_id = ${actor.tenantId} and archived_at is null
      and (${input.type ?? null}::text is null or type = ${input.type ?? null}) and (${after}::uuid is null or id < ${after}::uuid)
    order by id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], channelView);
}

/** One channel. Throws `not_found`. */
export async function getChannel(actor: Actor, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<ChannelRow[]>`
    select * from channels where tenant_id = ${actor.tenantId} and id = ${id} and archived_at is null`,
  );
  if (!rows[0]) throw notFound("channels");
  return channelView(rows[0]);
}

/** Asks the provider whether the credentials work; the result and its time stay on the channel. */
export async function testChannel(actor: Actor, id: string) {
  const { tenantId } = actor;
  const shown = await getChannel(actor, id);
  connectedChannelChanged(tenantId, id);
  const channel = await getConnectedChannel(tenantId, id);
  const adapter = channelAdapter(channel.type);
  const outcome = adapter
    ? await adapter.test(channel).then(
        (message) => ({ ok: true, message }),
        (error: unknown) => ({
          ok: false,
          message:
            error instanceof AppError
              ? error.message
              : "The provider did not answer. Check the address and try again.",
        }),
      )
    : { ok: true, message: "This channel needs no provider." };
  await withTenant(
    tenantId,
    (tx) => tx.sql`
    update channels set last_test_at = now(), last_test_result = ${outcome.message}, status = ${outcome.ok ? "connected" : "failed"},
      health = ${outcome.ok ? "healthy" : "critical"} where tenant_id = ${tenantId} and id = ${id} and ${shown.status !== "disconnected"}`,
  );
  return { ...outcome, testedAt: new Date().toISOString() };
}

/** How a channel does: the last webhook, and the deliveries of the last hour that failed. */
export async function getChannelHealth(actor: Actor, id: string) {
  const channel = await getChannel(actor, id);
  const [journal, sent] = await withTenant(actor.tenantId, (tx) =>
    Promise.all([
      tx.sql`select max(last_received_at) as last, count(*) filter (where status = 'failed')::int as failed
        from webhook_journal where tenant_id = ${actor.tenantId} and channel_id = ${id} and received_at > now() - interval '1 day'`,
      tx.sql`select count(*)::int as total, count(*) filter (where status = 'failed')::int as failed, count(*) filter (where uncertain)::int as uncertain
        from channel_messages where tenant_id = ${actor.tenantId} and channel_id = ${id} and direction = 'outbound' and created_at > now() - interval '1 hour'`,
    ]),
  );
  const [total, failed] = [Number(sent[0]?.total ?? 0), Number(sent[0]?.failed ?? 0)];
  const share = total === 0 ? 0 : failed / total;
  const health =
    share > 0.2 ? "critical" : share > 0.05 || Number(journal[0]?.failed) > 0 ? "warning" : "healthy";
  return {
    status: channel.status,
    health,
    lastWebhookAt: (journal[0]?.last as string | null) ?? null,
    failedWebhooks: Number(journal[0]?.failed ?? 0),
    lastHour: { sent: total, failed, uncertain: Number(sent[0]?.uncertain ?? 0) },
  };
}
