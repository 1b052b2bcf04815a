import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import type {
  connectorCreate,
  connectorPatch,
  endpointCreate,
  endpointPatch,
} from "#domain/connectors/connector-input.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { requirePlanRoom } from "#server/billing/plan-limits.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { decryptSecret, encryptSecret, maskedTail } from "#server/runtime/secrets.ts";
import type { Actor } from "#server/trpc/context.ts";
import { connectorView, endpointView, type Row } from "./connector-view.ts";
import { connectorChanged, connectorSecretRow } from "./live-connector.ts";

type Secrets = Record<string, string>;

function onDuplicate(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new AppError("conflict", "connectors.name_taken", "name: this name is in use already.");
  }
  throw error;
}

async function seal(tenantId: string, id: string, secrets: Secrets) {
  if (Object.keys(secrets).length === 0) return { sealed: null, tails: {} };
  const sealed = await encryptSecret(tenantId, connectorSecretRow(id), JSON.stringify(secrets));
  return {
    sealed,
    tails: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, maskedTail(value)])),
  };
}

function mergeSecrets(before: Secrets, change: Record<string, string | null>): Secrets {
  const merged = { ...before };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

/** Connects an external system. It becomes active with its first good call. */
export async function createConnector(actor: Actor, input: z.output<typeof connectorCreate>) {
  const { tenantId } = actor;
  const id = newId();
  const { sealed, tails } = await seal(tenantId, id, mergeSecrets({}, input.credentials));
  return withTenant(tenantId, async (tx) => {
    await requirePlanRoom(tx, "connectors");
    const rows = await tx.sql<Row[]>`
      insert into connectors (tenant_id, id, name, preset, type, base_url, authentication, credentials, credential_tails, headers, timeout_seconds, retry_count)
      values (${tenantId}, ${id}, ${input.name}, ${input.preset}, ${input.type}, ${input.baseUrl}, ${input.authentication}, ${sealed},
        ${JSON.stringify(tails)}, ${JSON.stringify(input.headers)}, ${input.timeoutSeconds}, ${input.retryCount}) returning *`;
    await recordAudit(tx, actor, {
      action: "create",
      subjectType: "connectors",
      subjectId: id,
      after: { name: input.name, baseUrl: input.baseUrl },
    });
    return connectorView(rows[0] as Row);
  }).catch(onDuplicate);
}

/** Credentials belong to one host: moving a connector elsewhere without naming them again drops them. */
function sameHost(before: string, after: string): boolean {
  return URL.parse(before)?.host === URL.parse(after)?.host;
}

/** Changes what is named. Credentials are kept only while the host stays the same. */
export async function updateConnector(actor: Actor, id: string, change: z.output<typeof connectorPatch>) {
  const { tenantId } = actor;
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql<Row[]>`
    select * from connectors where tenant_id = ${tenantId} and id = ${id} and archived_at is null`,
  );
  const before = rows[0];
  if (!before) throw notFound("connectors");
  const stays = sameHost(String(before.base_url), change.baseUrl ?? String(before.base_url));
  const kept: Secrets =
    before.credentials && stays
      ? JSON.parse(await decryptSecret(tenantId, connectorSecretRow(id), String(before.credentials)))
      : {};
  const { sealed, tails } = await seal(tenantId, id, mergeSecrets(kept, change.credentials ?? {}));
  const view = await withTenant(tenantId, async (tx) => {
    const saved = await tx.sql<Row[]>`
      update connectors set name = ${change.name ?? String(before.name)}, base_url = ${change.baseUrl ?? String(before.base_url)},
        authentication = ${change.authentication ?? String(before.authentication)}, credentials = ${sealed}, credential_tails = ${JSON.stringify(tails)},
        headers = ${JSON.stringify(change.headers ?? before.headers)}, timeout_seconds = ${change.timeoutSeconds ?? Number(before.timeout_seconds)},
        retry_count = ${change.retryCount ?? Number(before.retry_count)}, updated_at = now()
      where tenant_id = ${tenantId} and id = ${id} returning *`;
    await recordAudit(tx, actor, {
      action: "update",
      subjectType: "connectors",
      subjectId: id,
      after: { changed: Object.keys(change) },
    });
    return connectorView(saved[0] as Row);
  }).catch(onDuplicate);
  connectorChanged(tenantId, id);
  return view;
}

/** Takes a connector out of service; its logs stay. */
export async function archiveConnector(actor: Actor, id: string) {
  const view = await withTenant(actor.tenantId, async (tx) => {
    const rows = await tx.sql<Row[]>`update connectors set archived_at = now(), status = 'inactive'
      where tenant_id = ${actor.tenantId} and id = ${id} and archived_at is null returning *`;
    if (!rows[0]) throw notFound("connectors");
    await recordAudit(tx, actor, { action: "archive", subjectType: "connectors", subjectId: id });
    return connectorView(rows[0]);
  });
  connectorChanged(actor.tenantId, id);
  return view;
}

/** Adds an endpoint: request templates, response mapping, cache, and whether a write may be repeated. */
export async function createEndpoint(
  actor: Actor,
  connectorId: string,
  input: z.output<typeof endpointCreate>,
) {
  const { tenantId } = actor;
  const view = await withTenant(tenantId, async (tx) => {
    const found =
      await tx.sql`select 1 from connectors where tenant_id = ${tenantId} and id = ${connectorId} and archived_at is null`;
    if (found.length === 0) throw notFound("connectors");
    const rows = await tx.sql<Row[]>`
      insert into connector_endpoints (tenant_id, id, connector_id, name, method, path_template, query_template, header_template, body_template,
        response_mapping, cache_seconds, idempotency_header)
      values (${tenantId}, ${newId()}, ${connectorId}, ${input.name}, ${input.method}, ${input.pathTemplate}, ${JSON.stringify(input.queryTemplate)},
        ${JSON.stringify(input.headerTemplate)}, ${input.bodyTemplate === null ? null : JSON.stringify(input.bodyTemplate)},
        ${JSON.stringify(input.responseMapping)}, ${input.cacheSeconds}, ${input.idempotencyHeader}) returning *`;
    return endpointView(rows[0] as Row);
  }).catch(onDuplicate);
  connectorChanged(tenantId, connectorId);
  return view;
}

/** Changes what is named of an endpoint. */
export async function updateEndpoint(
  actor: Actor,
  connectorId: string,
  id: string,
  change: z.output<typeof endpointPatch>,
) {
  const { tenantId } = actor;
  const view = await withTenant(tenantId, async (tx) => {
    const found = await tx.sql<
      Row[]
    >`select * from connector_endpoints where tenant_id = ${tenantId} and connector_id = ${connectorId} and id = ${id} and archived_at is null`;
    if (!found[0]) throw notFound("connector_endpoints");
    const next = { ...endpointView(found[0]), ...change };
    const rows = await tx.sql<Row[]>`
      update connector_endpoints set name = ${next.name}, method = ${next.method}, path_template = ${next.pathTemplate},
        query_template = ${JSON.stringify(next.queryTemplate)}, header_template = ${JSON.stringify(next.headerTemplate)},
        body_template = ${next.bodyTemplate === null ? null : JSON.stringify(next.bodyTemplate)}, response_mapping = ${JSON.stringify(next.responseMapping)},
        cache_seconds = ${next.cacheSeconds}, idempotency_header = ${next.idempotencyHeader}, updated_at = now()
      where tenant_id = ${tenantId} and id = ${id} returning *`;
    return endpointView(rows[0] as Row);
  }).catch(onDuplicate);
  connectorChanged(tenantId, connectorId);
  return view;
}

/** Takes an endpoint out of service. */
export async function archiveEndpoint(actor: Actor, connectorId: string, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    update connector_endpoints set archived_at = now() where tenant_id = ${actor.tenantId} and connector_id = ${connectorId} and id = ${id}
      and archived_at is null returning *`,
  );
  if (!rows[0]) throw notFound("connector_endpoints");
  connectorChanged(actor.tenantId, connectorId);
  return endpointView(rows[0]);
}
