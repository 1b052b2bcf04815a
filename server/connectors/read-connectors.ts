import { withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { Variables } from "#domain/core/json.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { oweUsage } from "#server/billing/meter/owe-usage.ts";
import { clock } from "#server/runtime/clock.ts";
import { guardedFetch, readLimited } from "#server/runtime/net/guarded-fetch.ts";
import type { Actor } from "#server/trpc/context.ts";
import { authenticate } from "./authenticate.ts";
import { insertCallLog, openCall, settleCallLog } from "./call-endpoint.ts";
import { performMetered } from "./call-usage.ts";
import { connectorView, endpointView, logView, type Row } from "./connector-view.ts";
import { connectorChanged, getLiveConnector } from "./live-connector.ts";

type PageInput = { limit: number; cursor?: string | undefined };

/** A tenant's connectors, newest first. */
export async function listConnectors(actor: Actor, { limit, cursor }: PageInput) {
  const after = decodeCursor(cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    select * from connectors where tenant_id = ${actor.tenantId} and archived_at is null and (${after}::uuid is null or id < ${after}::uuid)
    order by id desc limit ${limit + 1}`,
  );
  return toPage(rows, limit, (row) => [String(row.id)], connectorView);
}

/** One connector. Throws `not_found`. */
export async function getConnector(actor: Actor, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    select * from connectors where tenant_id = ${actor.tenantId} and id = ${id} and archived_at is null`,
  );
  if (!rows[0]) throw notFound("connectors");
  return connectorView(rows[0]);
}

/** The endpoints of a connector. */
export async function listEndpoints(actor: Actor, connectorId: string, { limit, cursor }: PageInput) {
  await getConnector(actor, connectorId);
  const after = decodeCursor(cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    select * from connector_endpoints where tenant_id = ${actor.tenantId} and connector_id = ${connectorId} and archived_at is null
      and (${after}::uuid is null or id > ${after}::uuid) order by id limit ${limit + 1}`,
  );
  return toPage(rows, limit, (row) => [String(row.id)], endpointView);
}

/** One endpoint of a connector. Throws `not_found`. */
export async function getEndpoint(actor: Actor, connectorId: string, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    select * from connector_endpoints where tenant_id = ${actor.tenantId} and connector_id = ${connectorId} and id = ${id}
      and archived_at is null`,
  );
  if (!rows[0]) throw notFound("connector_endpoints");
  return endpointView(rows[0]);
}

/** The calls of a connector as they went, newest first. */
export async function listConnectorLogs(
  actor: Actor,
  connectorId: string,
  input: PageInput & { conversationId?: string | undefined; flowExecutionId?: string | undefined },
) {
  await getConnector(actor, connectorId);
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const { conversationId = null, flowExecutionId = null } = input;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    select * from connector_logs where tenant_id = ${actor.tenantId} and connector_id = ${connectorId}
      and (${conversationId}::uuid is null or conversation_id = ${conversationId}::uuid)
      and (${flowExecutionId}::uuid is null or flow_execution_id = ${flowExecutionId}::uuid)
      and (${after}::uuid is null or id < ${after}::uuid) order by id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], logView);
}

/** Makes one call by hand, logged like any other. */
export async function callConnector(
  actor: Actor,
  input: { id: string; endpointId: string; inputs: Variables },
) {
  const { tenantId } = actor;
  await getConnector(actor, input.id);
  connectorChanged(tenantId, input.id);
  const now = (await clock.now(tenantId)).toISOString();
  const none = { conversationId: null, executionId: null, nodeKey: null };
  const purpose = {
    tenantId,
    connectorId: input.id,
    endpointId: input.endpointId,
    inputs: input.inputs,
    effectKey: `manual:${newId()}`,
    ...none,
  };
  const call = await openCall(purpose, now);
  await withTenant(tenantId, (tx) => insertCallLog(tx, call));
  const { outcome, owed } = await performMetered(call);
  await withTenant(tenantId, (tx) =>
    Promise.all([settleCallLog(tx, call, outcome), owed && oweUsage(tx, owed)]),
  );
  const { ok, output, statusCode, error, attempts, durationMs } = outcome;
  return {
    ok,
    output,
    statusCode,
    error,
    attempts,
    durationMs,
    cached: call.cached !== null,
    logId: call.logId,
  };
}

/** A harmless request that shows whether the other side answers and takes the credentials. */
export async function testConnector(actor: Actor, id: string) {
  const { tenantId } = actor;
  await getConnector(actor, id);
  connectorChanged(tenantId, id);
  const connector = await getLiveConnector(tenantId, id);
  const path = connector.preset === "shopify" ? "/shop.json" : "";
  const built = {
    method: "GET",
    url: `${connector.baseUrl.replace(/\/+$/, "")}${path}`,
    headers: {},
    body: null,
  };
  const request = authenticate(connector, built);
  const outcome = await guardedFetch(request.url, {
    headers: request.headers,
    timeoutMs: connector.timeoutSeconds * 1000,
  }).then(
    async (response) => {
      await readLimited(response, 1024 * 1024).catch(() => undefined);
      const refused = response.status === 401 || response.status === 403;
      const ok = !refused && response.status < 500;
      return {
        ok,
        message: ok
          ? `Answered ${response.status}.`
          : refused
            ? "The credentials were refused."
            : `Answered ${response.status}.`,
      };
    },
    (error: unknown) => ({ ok: false, message: error instanceof Error ? error.message : "No answer." }),
  );
  await withTenant(
    tenantId,
    (tx) => tx.sql`update connectors set last_test_at = now(), last_test_result = ${outcome.message},
    status = ${outcome.ok ? "active" : "error"}, last_error = ${outcome.ok ? null : outcome.message} where tenant_id = ${tenantId} and id = ${id}`,
  );
  return { ...outcome, testedAt: new Date().toISOString() };
}
