import { withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { flowSnapshot } from "#domain/flows/flow-definition.ts";
import { validateFlow } from "#domain/flows/validate-flow.ts";
import { foldCounters } from "#server/housekeeping/fold-counters.ts";
import type { Actor } from "#server/trpc/context.ts";
import { type FlowRow, readDraft } from "./draft.ts";
import { executionView, flowView, stepView, versionView } from "./flow-view.ts";

type PageInput = { limit: number; cursor?: string | undefined };

/** A tenant's flows, newest first. */
export async function listFlows(actor: Actor, { limit, cursor }: PageInput) {
  await foldCounters();
  const after = decodeCursor(cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<FlowRow[]>`
    select * from flows where tenant_id = ${actor.tenantId} and archived_at is null and (${after}::uuid is null or id < ${after}::uuid)
    order by id desc limit ${limit + 1}`,
  );
  return toPage(rows, limit, (row) => [String(row.id)], flowView);
}

/** One flow with its draft and what is live. Throws `not_found`. */
export async function getFlow(actor: Actor, id: string) {
  await foldCounters();
  return withTenant(actor.tenantId, async (tx) => {
    const { row, draft } = await readDraft(tx, id);
    const live = row.published_version_id
      ? await tx.sql<
          FlowRow[]
        >`select * from flow_versions where tenant_id = ${actor.tenantId} and id = ${String(row.published_version_id)}`
      : [];
    const latest = await tx.sql`select coalesce(max(version), 0) as version from flow_versions
      where tenant_id = ${actor.tenantId} and flow_id = ${id}`;
    const published = live[0] ? flowSnapshot.parse(live[0].snapshot) : null;
    return {
      ...flowView(row),
      draft,
      published,
      latestVersion: Number(latest[0]?.version),
      publishedAt: live[0] ? String(live[0].published_at) : null,
      problems: validateFlow(draft),
    };
  });
}

/** A flow's versions, newest first, with their snapshots on demand. */
export async function listFlowVersions(actor: Actor, flowId: string, { limit, cursor }: PageInput) {
  const after = decodeCursor(cursor, 1)?.[0] ?? null;
  const rows = await withTenant(actor.tenantId, async (tx) => {
    await readDraft(tx, flowId);
    return tx.sql<
      FlowRow[]
    >`select * from flow_versions where tenant_id = ${actor.tenantId} and flow_id = ${flowId}
      and (${after}::int is null or version < ${after}::int) order by version desc limit ${limit + 1}`;
  });
  return toPage(
    rows,
    limit,
    (row) => [Number(row.version)],
    (row) => ({ ...versionView(row), snapshot: row.snapshot }),
  );
}

/** Exact counts of every connection of a version, and where runs wait now. */
export async function getFlowTraffic(actor: Actor, input: { id: string; version?: number | undefined }) {
  await foldCounters();
  return withTenant(actor.tenantId, async (tx) => {
    const { row } = await readDraft(tx, input.id);
    const version = input.version ?? (row.published_version as number | null) ?? 0;
    const [edges, waiting, outcomes] = await Promise.all([
      tx.sql`select connection_key, count from flow_edge_counts where tenant_id = ${actor.tenantId} and flow_id = ${input.id} and version = ${version}`,
      tx.sql`select current_node_key as key, count(*)::int as n from flow_executions where tenant_id = ${actor.tenantId} and flow_id = ${input.id}
        and status = 'waiting' group by 1`,
      tx.sql`select coalesce(outcome, status) as outcome, count(*)::int as n from flow_executions where tenant_id = ${actor.tenantId}
        and flow_id = ${input.id} and flow_version = ${version} group by 1 order by 2 desc`,
    ]);
    return {
      version,
      connections: Object.fromEntries(edges.map((edge) => [String(edge.connection_key), Number(edge.count)])),
      waiting: Object.fromEntries(waiting.map((one) => [String(one.key), Number(one.n)])),
      outcomes: Object.fromEntries(outcomes.map((one) => [String(one.outcome), Number(one.n)])),
    };
  });
}

/** Runs, newest first. */
export async function listExecutions(
  actor: Actor,
  input: PageInput & {
    flowId?: string | undefined;
    conversationId?: string | undefined;
    status?: string | undefined;
  },
) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const { flowId = null, conversationId = null, status = null } = input;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<FlowRow[]>`
    select e.*, f.name as flow_name, c.name as customer_name from flow_executions e
    join flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
    join conversations v on v.tenant_id = e.tenant_id and v.id = e.conversation_id
    join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
    where e.tenant_id = ${actor.tenantId} and (${flowId}::uuid is null or e.flow_id = ${flowId}::uuid)
      and (${conversationId}::uuid is null or e.conversation_id = ${conversationId}::uuid) and (${status}::text is null or e.status = ${status})
      and (${after}::uuid is null or e.id < ${after}::uuid) order by e.id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], executionView);
}

/** One run with the snapshot it runs on. Throws `not_found`. */
export async function getExecution(actor: Actor, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<FlowRow[]>`
    select e.*, f.name as flow_name, c.name as customer_name, n.snapshot,
      (select coalesce(sum(client_price), 0) from usage_breakdown u where u.tenant_id = e.tenant_id
        and u.conversation_id = e.conversation_id and u.execution_id = e.id) as client_price
    from flow_executions e join flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
    join flow_versions n on n.tenant_id = e.tenant_id and n.id = e.flow_version_id
    join conversations v on v.tenant_id = e.tenant_id and v.id = e.conversation_id
    join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
    where e.tenant_id = ${actor.tenantId} and e.id = ${id}`,
  );
  if (!rows[0]) throw notFound("flow_executions");
  return { ...executionView(rows[0]), flow: flowSnapshot.parse(rows[0].snapshot) };
}

/** The steps of a run in order, each with what its calls cost. */
export async function listSteps(actor: Actor, executionId: string, { limit, cursor }: PageInput) {
  await getExecution(actor, executionId);
  const after = decodeCursor(cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<FlowRow[]>`
    select s.*, coalesce(c.cost, 0) as provider_cost, coalesce(c.price, 0) as client_price,
      case when s.variables_set is not null then known.variables end as variables_after
    from flow_execution_steps s
    left join lateral (
      select sum(u.provider_cost) as cost, sum(u.client_price) as price from ai_responses r
      join usage_breakdown u on u.tenant_id = r.tenant_id and u.id = r.usage_record_id
      where r.tenant_id = s.tenant_id and r.flow_execution_id = s.execution_id and r.node_key = s.node_key
        and r.attempt_key like s.execution_id::text || ':' || s.node_key || ':' || s.visit || ':%'
    ) c on true
    left join lateral (
      select jsonb_object_agg(v.key, v.value order by b.sequence) as variables
      from flow_execution_steps b, jsonb_each(b.variables_set) v
      where b.tenant_id = s.tenant_id and b.execution_id = s.execution_id and b.sequence <= s.sequence
    ) known on true
    where s.tenant_id = ${actor.tenantId} and s.execution_id = ${executionId} and (${after}::int is null or s.sequence > ${after}::int)
    order by s.sequence, s.id limit ${limit + 1}`,
  );
  return toPage(
    rows,
    limit,
    (row) => [Number(row.sequence)],
    (row) => stepView(row, actor),
  );
}
