import { withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { channelAdapter } from "#server/providers/channels/adapters.ts";
import type { Actor } from "#server/trpc/context.ts";
import { changeChannelState } from "./channel-state.ts";
import { channelView, readChannel, selectChannels } from "./channel-view.ts";
import { connectedChannelChanged, getConnectedChannel } from "./connected-channel.ts";

/** A tenant's channels, newest first. */
export async function listChannels(
  actor: Actor,
  input: { limit: number; cursor?: string | undefined; type?: string | undefined },
) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(actor.tenantId, (tx) =>
    selectChannels(
      tx,
      tx.sql`c.archived_at is null and (${input.type ?? null}::text is null or c.type = ${input.type ?? null})
        and (${after}::uuid is null or c.id < ${after}::uuid) order by c.id desc limit ${input.limit + 1}`,
    ),
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], channelView);
}

/** One channel. Throws `not_found`. */
export async function getChannel(actor: Actor, id: string) {
  return channelView(await withTenant(actor.tenantId, (tx) => readChannel(tx, id)));
}

/** Asks the provider whether the credentials work; the result and its time stay on the channel. */
export async function testChannel(actor: Actor, id: string) {
  const { tenantId } = actor;
  await getChannel(actor, id);
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
    update channels set last_test_at = now(), last_test_result = ${outcome.message} where tenant_id = ${tenantId} and id = ${id}`,
  );
  await changeChannelState(
    channel,
    outcome.ok ? { status: "connected" } : { status: "failed", error: outcome.message },
  );
  return { ...outcome, testedAt: new Date().toISOString() };
}

/** How a channel does: its state, why it broke, the last webhook, and the deliveries of the last hour that failed. */
export async function getChannelHealth(actor: Actor, id: string) {
  const [row, journal] = await withTenant(actor.tenantId, async (tx) => [
    await readChannel(tx, id),
    await tx.sql`select max(last_received_at) as last from webhook_journal
      where tenant_id = ${tx.tenantId} and channel_id = ${id} and received_at > now() - interval '1 day'`,
  ]);
  const { status, health, statusChangedAt, lastError, lastErrorAt } = channelView(row);
  return {
    status,
    health,
    statusChangedAt,
    lastError,
    lastErrorAt,
    lastWebhookAt: (journal[0]?.last as string | null) ?? null,
    failedWebhooks: Number(row.failed_webhooks),
    lastHour: {
      sent: Number(row.hour_sent),
      failed: Number(row.hour_failed),
      uncertain: Number(row.hour_uncertain),
    },
  };
}
