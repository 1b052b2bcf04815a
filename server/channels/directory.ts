import { LRUCache } from "lru-cache";
import { withSystem } from "#db/system.ts";
import { isUuid } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { once } from "#server/runtime/process.ts";
import { decryptSecret } from "#server/runtime/secrets.ts";

export type DirectoryEntry = {
  channelId: string;
  tenantId: TenantId;
  type: string;
  secrets: Record<string, string>;
};

const cache = once(
  "channels.directory",
  () => new LRUCache<string, { entry: DirectoryEntry | null }>({ max: 20_000, ttl: 5_000 }),
);

/** The row a channel's secrets are sealed for; part of what is authenticated. */
export const channelSecretRow = (channelId: string) => `channels:${channelId}`;

/** Opens a channel's sealed settings. */
export async function openChannelSecrets(tenantId: string, channelId: string, sealed: string | null) {
  if (!sealed) return {};
  return JSON.parse(await decryptSecret(tenantId, channelSecretRow(channelId), sealed)) as Record<
    string,
    string
  >;
}

/** The tenant and opened secrets behind a webhook address, or null for an unknown or archived channel. */
export async function findInDirectory(channelId: string): Promise<DirectoryEntry | null> {
  if (!isUuid(channelId)) return null;
  const known = cache.get(channelId);
  if (known) return known.entry;
  const rows = await withSystem(
    "webhook door",
    (tx) => tx.sql`
    select tenant_ref, type, secrets from channel_directory where channel_id = ${channelId} and not archived`,
  );
  const row = rows[0];
  const entry = row
    ? {
        channelId,
        tenantId: tenantIdFrom(String(row.tenant_ref)),
        type: String(row.type),
        secrets: await openChannelSecrets(String(row.tenant_ref), channelId, row.secrets as string | null),
      }
    : null;
  cache.set(channelId, { entry });
  return entry;
}

/** Takes a changed channel at once in this process; others follow within five seconds. */
export function directoryChanged(channelId: string): void {
  cache.delete(channelId);
}
