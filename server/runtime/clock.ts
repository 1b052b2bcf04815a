import { LRUCache } from "lru-cache";
import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { once } from "./process.ts";

async function readOffset(tenantId: TenantId): Promise<number> {
  return withTenant(tenantId, async (tx) => {
    const rows = await tx.sql`select clock_offset_ms from tenants where id = ${tenantId}`;
    return Number(rows[0]?.clock_offset_ms ?? 0);
  });
}

// Those who find the offset too old at the same moment share one look at it.
const offsets = once(
  "clock.offsets",
  () =>
    new LRUCache<TenantId, number>({
      max: 50_000,
      ttl: 1000,
      fetchMethod: (tenantId) => readOffset(tenantId),
    }),
);

/** The tenant's clock: real time, moved by the offset of a sandbox tenant. Signatures and leases use real time. */
export const clock = {
  /** Now on the tenant's clock. The offset is cached for a second in each process. */
  async now(tenantId: TenantId): Promise<Date> {
    return new Date(Date.now() + (await clock.offsetMs(tenantId)));
  },

  /** Milliseconds between the tenant's clock and real time. */
  async offsetMs(tenantId: TenantId): Promise<number> {
    return offsets.get(tenantId) ?? (await offsets.forceFetch(tenantId));
  },

  /** Takes a changed offset at once in this process; others follow within a second. */
  offsetChanged(tenantId: TenantId, offsetMs: number): void {
    offsets.set(tenantId, offsetMs);
  },
};
