import { LRUCache } from "lru-cache";
import { withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type FlowSnapshot, type FlowTrigger, flowSnapshot } from "#domain/flows/flow-definition.ts";
import { once } from "#server/runtime/process.ts";

export type LiveVersion = { id: string; flowId: string; version: number; snapshot: FlowSnapshot };
export type PublishedFlow = {
  flowId: string;
  name: string;
  versionId: string;
  trigger: FlowTrigger;
  priority: number;
};

const versions = once("flows.versions", () => new LRUCache<string, LiveVersion>({ max: 2_000 }));
const published = once(
  "flows.published",
  () => new LRUCache<string, PublishedFlow[]>({ max: 5_000, ttl: 2_000 }),
);

/** A version's snapshot. Versions never change, so they are cached for good. Throws `not_found`. */
export async function getFlowVersion(tenantId: TenantId, versionId: string): Promise<LiveVersion> {
  const key = `${tenantId}:${versionId}`;
  const known = versions.get(key);
  if (known) return known;
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`
    select id, flow_id, version, snapshot from flow_versions where tenant_id = ${tenantId} and id = ${versionId}`,
  );
  const row = rows[0];
  if (!row) throw notFound("flow_versions");
  const live = {
    id: String(row.id),
    flowId: String(row.flow_id),
    version: Number(row.version),
    snapshot: flowSnapshot.parse(row.snapshot),
  };
  versions.set(key, live);
  return live;
}

/** A tenant's published flows by priority; cached for two seconds. */
export async function listPublishedFlows(tenantId: TenantId): Promise<PublishedFlow[]> {
  const known = published.get(tenantId);
  if (known) return known;
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`
    select f.id, f.name, f.priority, f.published_version_id, v.snapshot -> 'trigger' as trigger
    from flows f join flow_versions v on v.tenant_id = f.tenant_id and v.id = f.published_version_id
    where f.tenant_id = ${tenantId} and f.archived_at is null order by f.priority desc, f.created_at`,
  );
  const flows = rows.map((row) => ({
    flowId: String(row.id),
    name: String(row.name),
    versionId: String(row.published_version_id),
    trigger: row.trigger as FlowTrigger,
    priority: Number(row.priority),
  }));
  published.set(tenantId, flows);
  return flows;
}

/** Takes a publish at once in this process; others follow within two seconds. */
export function publishedFlowsChanged(tenantId: TenantId): void {
  published.delete(tenantId);
}
