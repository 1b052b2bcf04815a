import type { TenantTransaction } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { type FlowSnapshot, flowSettings, flowSnapshot } from "#domain/flows/flow-definition.ts";

export type FlowRow = Record<string, unknown>;

/** A flow's row and its draft out of the editable rows; `lock` keeps other editors out until the transaction ends. */
export async function readDraft(
  tx: TenantTransaction,
  flowId: string,
  lock = false,
): Promise<{ row: FlowRow; draft: FlowSnapshot }> {
  const { tenantId } = tx;
  const flows = lock
    ? await tx.sql<
        FlowRow[]
      >`select * from flows where tenant_id = ${tenantId} and id = ${flowId} and archived_at is null for update`
    : await tx.sql<
        FlowRow[]
      >`select * from flows where tenant_id = ${tenantId} and id = ${flowId} and archived_at is null`;
  const row = flows[0];
  if (!row) throw notFound("flows");
  const [nodes, connections, variables] = await Promise.all([
    tx.sql<
      FlowRow[]
    >`select key, type, name, settings, x, y from flow_nodes where tenant_id = ${tenantId} and flow_id = ${flowId} order by id`,
    tx.sql<
      FlowRow[]
    >`select key, source_key as "sourceKey", source_port as "sourcePort", target_key as "targetKey", label
      from flow_connections where tenant_id = ${tenantId} and flow_id = ${flowId} order by id`,
    tx.sql<FlowRow[]>`select name, type, required, default_value as "defaultValue" from flow_variables
      where tenant_id = ${tenantId} and flow_id = ${flowId} order by id`,
  ]);
  const declared = variables.map(({ defaultValue, ...rest }) =>
    defaultValue === null ? rest : { ...rest, defaultValue },
  );
  const settings = flowSettings.parse(row.settings ?? {});
  const draft = flowSnapshot.parse({
    trigger: row.trigger,
    nodes: [...nodes],
    connections: [...connections],
    variables: declared,
    settings,
  });
  return { row, draft };
}

/** Replaces a flow's editable rows by a draft, in the order given. */
export async function writeDraft(tx: TenantTransaction, flowId: string, draft: FlowSnapshot): Promise<void> {
  const { tenantId } = tx;
  const ids = <T extends object>(parts: readonly T[]) =>
    JSON.stringify(parts.map((part) => ({ ...part, id: newId() })));
  await Promise.all([
    tx.sql`delete from flow_nodes where tenant_id = ${tenantId} and flow_id = ${flowId}`,
    tx.sql`delete from flow_connections where tenant_id = ${tenantId} and flow_id = ${flowId}`,
    tx.sql`delete from flow_variables where tenant_id = ${tenantId} and flow_id = ${flowId}`,
    tx.sql`insert into flow_nodes (tenant_id, flow_id, id, key, type, name, settings, x, y)
      select ${tenantId}, ${flowId}, p.* from jsonb_to_recordset(${ids(draft.nodes)}::jsonb)
        as p(id uuid, key text, type text, name text, settings jsonb, x float8, y float8)`,
    tx.sql`insert into flow_connections (tenant_id, flow_id, id, key, source_key, source_port, target_key, label)
      select ${tenantId}, ${flowId}, p.* from jsonb_to_recordset(${ids(draft.connections)}::jsonb)
        as p(id uuid, key text, "sourceKey" text, "sourcePort" text, "targetKey" text, label text)`,
    tx.sql`insert into flow_variables (tenant_id, flow_id, id, name, type, required, default_value)
      select ${tenantId}, ${flowId}, p.* from jsonb_to_recordset(${ids(draft.variables)}::jsonb)
        as p(id uuid, name text, type text, required boolean, "defaultValue" jsonb)`,
    tx.sql`update flows set trigger = ${JSON.stringify(draft.trigger)}, settings = ${JSON.stringify(draft.settings)},
      draft_revision = draft_revision + 1, updated_at = now() where tenant_id = ${tenantId} and id = ${flowId}`,
  ]);
}
