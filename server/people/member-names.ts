import { LRUCache } from "lru-cache";
import { withSystem } from "#db/system.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { once } from "#server/runtime/process.ts";

const cache = once(
  "people.names",
  () => new LRUCache<string, ReadonlyMap<string, string>>({ max: 5_000, ttl: 5_000 }),
);

/** Names of a tenant's members by user id, past members included; people stand outside tenants, hence the system read. */
export async function memberNames(tenantId: TenantId): Promise<ReadonlyMap<string, string>> {
  const known = cache.get(tenantId);
  if (known) return known;
  const rows = await withSystem(
    "read member names",
    (tx) => tx.sql`
      select u.id, u.name from memberships m join users u on u.id = m.user_id where m.tenant_id = ${tenantId}`,
  );
  const names = new Map(rows.map((row) => [String(row.id), String(row.name)]));
  cache.set(tenantId, names);
  return names;
}

/** Forgets a tenant's names, after its members changed in this process. */
export function memberNamesChanged(tenantId: TenantId): void {
  cache.delete(tenantId);
}
