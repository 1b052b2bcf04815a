import { LRUCache } from "lru-cache";
import { withTenant } from "#db/tenant.ts";
import type { EndpointTemplate } from "#domain/connectors/request-template.ts";
import { notFound } from "#domain/core/app-error.ts";
import type { Json } from "#domain/core/json.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { once } from "#server/runtime/process.ts";
import { decryptSecret } from "#server/runtime/secrets.ts";

export type LiveEndpoint = EndpointTemplate & {
  id: string;
  name: string;
  responseMapping: Record<string, string>;
  cacheSeconds: number;
  idempotencyHeader: string | null;
};

export type LiveConnector = {
  id: string;
  name: string;
  preset: string;
  baseUrl: string;
  authentication: string;
  credentials: Record<string, string>;
  headers: Record<string, string>;
  timeoutSeconds: number;
  retryCount: number;
  endpoints: Map<string, LiveEndpoint>;
};

const cache = once("connectors.live", () => new LRUCache<string, LiveConnector>({ max: 5_000, ttl: 5_000 }));

export const connectorSecretRow = (connectorId: string) => `connectors:${connectorId}`;

function endpointOf(row: Record<string, unknown>): LiveEndpoint {
  return {
    id: String(row.id),
    name: String(row.name),
    method: String(row.method),
    pathTemplate: String(row.path_template),
    queryTemplate: row.query_template as Record<string, string>,
    headerTemplate: row.header_template as Record<string, string>,
    bodyTemplate: (row.body_template ?? null) as Json,
    responseMapping: row.response_mapping as Record<string, string>,
    cacheSeconds: Number(row.cache_seconds),
    idempotencyHeader: row.idempotency_header as string | null,
  };
}

/** A tenant's connector with credentials opened and its endpoints, cached for five seconds. Throws `not_found`. */
export async function getLiveConnector(tenantId: TenantId, connectorId: string): Promise<LiveConnector> {
  const key = `${tenantId}:${connectorId}`;
  const known = cache.get(key);
  if (known) return known;
  const [connectors, endpoints] = await withTenant(tenantId, (tx) =>
    Promise.all([
      tx.sql`select * from connectors where tenant_id = ${tenantId} and id = ${connectorId} and archived_at is null`,
      tx.sql`select * from connector_endpoints where tenant_id = ${tenantId} and connector_id = ${connectorId} and archived_at is null`,
    ]),
  );
  const row = connectors[0];
  if (!row) throw notFound("connectors");
  const sealed = row.credentials as string | null;
  const live: LiveConnector = {
    id: String(row.id),
    name: String(row.name),
    preset: String(row.preset),
    baseUrl: String(row.base_url),
    authentication: String(row.authentication),
    credentials: sealed
      ? JSON.parse(await decryptSecret(tenantId, connectorSecretRow(connectorId), sealed))
      : {},
    headers: row.headers as Record<string, string>,
    timeoutSeconds: Number(row.timeout_seconds),
    retryCount: Number(row.retry_count),
    endpoints: new Map(endpoints.map((endpoint) => [String(endpoint.id), endpointOf(endpoint)])),
  };
  cache.set(key, live);
  return live;
}

/** Forgets a changed connector in this process. */
export function connectorChanged(tenantId: TenantId, connectorId: string): void {
  cache.delete(`${tenantId}:${connectorId}`);
}
