import { withTenant } from "#db/tenant.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { type FlowSnapshot, flowSnapshot } from "#domain/flows/flow-definition.ts";
import { diffFlows } from "#domain/flows/operations/diff-flows.ts";
import { validateFlow } from "#domain/flows/validate-flow.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { clock } from "#server/runtime/clock.ts";
import type { Actor } from "#server/trpc/context.ts";
import { type FlowRow, readDraft, writeDraft } from "./draft.ts";
import { flowView, versionView } from "./flow-view.ts";
import { publishedFlowsChanged } from "./run/flow-catalogue.ts";

function requirePublishable(draft: FlowSnapshot): void {
  const problems = validateFlow(draft).filter((problem) => problem.severity === "error");
  if (problems.length === 0) return;
  throw new AppError("invalid", "flows.not_publishable", problems[0]?.message ?? "The flow has problems.", {
    problems,
  });
}

/** Checks the draft, freezes it as the next version and makes it live. Runs in flight finish on their own version. */
export async function publishFlow(actor: Actor, input: { id: string; note: string }) {
  const { tenantId } = actor;
  const now = (await clock.now(tenantId)).toISOString();
  const view = await withTenant(tenantId, async (tx) => {
    const { row, draft } = await readDraft(tx, input.id, true);
    requirePublishable(draft);
    const latest =
      await tx.sql`select coalesce(max(version), 0) as version from flow_versions where tenant_id = ${tenantId} and flow_id = ${input.id}`;
    const version = Number(latest[0]?.version) + 1;
    const id = newId();
    const label = actor.principal.kind === "nobody" ? null : actor.principal.name;
    await tx.sql`update flow_versions set status = 'superseded' where tenant_id = ${tenantId} and flow_id = ${input.id} and status = 'published'`;
    const versions = await tx.sql<FlowRow[]>`
      insert into flow_versions (tenant_id, id, flow_id, version, note, snapshot, published_by, published_at)
      values (${tenantId}, ${id}, ${input.id}, ${version}, ${input.note}, ${JSON.stringify(draft)}, ${label}, ${now}) returning *`;
    const flows = await tx.sql<
      FlowRow[]
    >`update flows set status = 'published', published_version_id = ${id}, published_version = ${version},
      updated_at = now() where tenant_id = ${tenantId} and id = ${String(row.id)} returning *`;
    await recordAudit(tx, actor, {
      action: "publish",
      subjectType: "flows",
      subjectId: input.id,
      after: { version },
    });
    return { ...flowView(flows[0] as FlowRow), version: versionView(versions[0] as FlowRow) };
  });
  publishedFlowsChanged(tenantId);
  return view;
}

async function readVersion(actor: Actor, flowId: string, version: number): Promise<FlowRow> {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<FlowRow[]>`
    select * from flow_versions where tenant_id = ${actor.tenantId} and flow_id = ${flowId} and version = ${version}`,
  );
  if (!rows[0]) throw notFound("flow_versions");
  return rows[0];
}

/** Makes an older version live again and the draft equal to it. Runs begun on a newer one end there. */
export async function rollBackFlow(actor: Actor, input: { id: string; version: number }) {
  const { tenantId } = actor;
  const target = await readVersion(actor, input.id, input.version);
  const view = await withTenant(tenantId, async (tx) => {
    await readDraft(tx, input.id, true);
    await tx.sql`update flow_versions set status = case when id = ${String(target.id)} then 'published' else 'superseded' end
      where tenant_id = ${tenantId} and flow_id = ${input.id} and (status = 'published' or id = ${String(target.id)})`;
    await writeDraft(tx, input.id, flowSnapshot.parse(target.snapshot));
    const rows = await tx.sql<
      FlowRow[]
    >`update flows set status = 'published', published_version_id = ${String(target.id)},
      published_version = ${input.version} where tenant_id = ${tenantId} and id = ${input.id} returning *`;
    await recordAudit(tx, actor, {
      action: "roll_back",
      subjectType: "flows",
      subjectId: input.id,
      after: { version: input.version },
    });
    return flowView(rows[0] as FlowRow);
  });
  publishedFlowsChanged(tenantId);
  return view;
}

/** What changed from one version to another; 0 stands for the draft. */
export async function diffFlowVersions(actor: Actor, input: { id: string; from: number; to: number }) {
  const side = async (version: number): Promise<FlowSnapshot> => {
    if (version > 0) return flowSnapshot.parse((await readVersion(actor, input.id, version)).snapshot);
    return (await withTenant(actor.tenantId, (tx) => readDraft(tx, input.id))).draft;
  };
  const [before, after] = [await side(input.from), await side(input.to)];
  return { from: input.from, to: input.to, changes: diffFlows(before, after) };
}
