import { LRUCache } from "lru-cache";
import { withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { ConnectedChannel } from "#server/providers/channels/channel-adapter.ts";
import { once } from "#server/runtime/process.ts";
import { openChannelSecrets } from "./directory.ts";

export type LiveChannel = ConnectedChannel & {
  tenantId: TenantId;
  status: string;
  botEnabled: boolean;
  paused: boolean;
};

const cache = once(
  "channels.connected",
  () => new LRUCache<string, LiveChannel>({ max: 10_000, ttl: 5_000 }),
);

/** A tenant's channel with its secrets opened, cached for five seconds. Throws `not_found`. */
export async function getConnectedChannel(tenantId: TenantId, channelId: string): Promise<LiveChannel> {
  const key = `${tenantId}:${channelId}`;
  const known = cache.get(key);
  if (known) return known;
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`
    select id, type, name, status, settings, secrets, bot_enabled, paused_at from channels
    where tenant_id = ${tenantId} and id = ${channelId}`,
  );
  const row = rows[0];
  if (!row) throw notFound("channels");
  const channel: LiveChannel = {
    id: String(row.id),
    tenantId,
    type: String(row.type),
    name: String(row.name),
    status: String(row.status),
    settings: row.settings as Record<string, unknown>,
    secrets: await openChannelSecrets(tenantId, channelId, row.secrets as string | null),
    botEnabled: Boolean(row.bot_enabled),
    paused: row.paused_at !== null,
  };
  cache.set(key, channel);
  return channel;
}

/** Forgets a changed channel in this process. */
export function connectedChannelChanged(tenantId: TenantId, channelId: string): void {
  cache.delete(`${tenantId}:${channelId}`);
}
