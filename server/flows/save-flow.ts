import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { type FlowSnapshot, flowSettings, flowSnapshot } from "#domain/flows/flow-definition.ts";
import type { flowCreate, flowPatch } from "#domain/flows/flow-input.ts";
import { applyOperations } from "#domain/flows/operations/apply-operation.ts";
import { type FlowOperation, touches } from "#domain/flows/operations/operation.ts";
import { requirePlanRoom } from "#server/billing/plan-limits.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { once } from "#server/runtime/process.ts";
import type { Actor } from "#server/trpc/context.ts";
import { type FlowRow, readDraft, writeDraft } from "./draft.ts";
import { flowView } from "./flow-view.ts";
import { publishedFlowsChanged } from "./run/flow-catalogue.ts";

function onDuplicate(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new AppError("conflict", "flows.name_taken", "name: there is a flow of this name already.");
  }
  throw error;
}

const START = { key: "start", type: "start", name: "Start", settings: {}, x: 400, y: 0 };

/** Makes a flow as a draft; nothing starts it before it is published. */
export async function createFlow(actor: Actor, input: z.output<typeof flowCreate>) {
  const { tenantId } = actor;
  const id = newId();
  const draft = flowSnapshot.parse({
    trigger: input.trigger,
    nodes: input.nodes ?? [START],
    connections: input.connections,
    variables: input.variables,
    settings: input.settings ?? flowSettings.parse({}),
  });
  return withTenant(tenantId, async (tx) => {
    await requirePlanRoom(tx, "flows");
    await tx.sql`insert into flows (tenant_id, id, name, description, trigger, priority) values (${tenantId}, ${id}, ${input.name},
      ${input.description}, ${JSON.stringify(input.trigger)}, ${input.priority})`;
    await writeDraft(tx, id, draft);
    await recordAudit(tx, actor, {
      action: "create",
      subjectType: "flows",
      subjectId: id,
      after: { name: input.name },
    });
    const rows = await tx.sql<FlowRow[]>`select * from flows where tenant_id = ${tenantId} and id = ${id}`;
    return { ...flowView(rows[0] as FlowRow), draft };
  }).catch(onDuplicate);
}

/** Changes a flow's name, trigger or its whole draft (REST, imports); the canvas sends operations instead. */
export async function updateFlow(actor: Actor, id: string, change: z.output<typeof flowPatch>) {
  const { tenantId } = actor;
  const view = await withTenant(tenantId, async (tx) => {
    const { row, draft } = await readDraft(tx, id, true);
    const { name, description, priority, ...parts } = change;
    if (Object.keys(parts).length > 0) await writeDraft(tx, id, flowSnapshot.parse({ ...draft, ...parts }));
    await tx.sql`update flows set name = ${name ?? String(row.name)}, description = ${description ?? String(row.description)},
      priority = ${priority ?? Number(row.priority)}, updated_at = now() where tenant_id = ${tenantId} and id = ${id}`;
    await recordAudit(tx, actor, {
      action: "update",
      subjectType: "flows",
      subjectId: id,
      after: { changed: Object.keys(change) },
    });
    const saved = await readDraft(tx, id);
    return { ...flowView(saved.row), draft: saved.draft };
  }).catch(onDuplicate);
  publishedFlowsChanged(tenantId);
  return view;
}

type Edit = { revision: number; touched: string[]; who: string };
/** Recent edits a flow, to tell a harmless overlap of two editors from a real one. */
const recent = once("flows.recentEdits", () => new Map<string, Edit[]>());

function requireNoOverlap(
  flowId: string,
  base: number,
  current: number,
  operations: readonly FlowOperation[],
): void {
  if (base === current) return;
  const since = (recent.get(flowId) ?? []).filter((edit) => edit.revision > base);
  const mine = new Set(operations.flatMap(touches));
  const clash = since.find((edit) => edit.touched.some((part) => mine.has(part)));
  if (clash || since.length < current - base) {
    const who = clash ? clash.who : "Somebody";
    throw new AppError(
      "conflict",
      "flows.edited_elsewhere",
      `${who} changed the same step meanwhile. Reload to see it; your change is kept on this page.`,
    );
  }
}

/**
 * Saves edits made on the draft of `revision`. Edits of another editor to other steps are merged; to the same step
 * they are a `conflict` that says who, and nothing is overwritten.
 */
export async function saveFlowOperations(
  actor: Actor,
  input: { id: string; revision: number; operations: FlowOperation[] },
) {
  const who = actor.principal.kind === "user" ? actor.principal.name : "An API key";
  return withTenant(actor.tenantId, async (tx) => {
    const { row, draft } = await readDraft(tx, input.id, true);
    const current = Number(row.draft_revision);
    requireNoOverlap(input.id, input.revision, current, input.operations);
    const next: FlowSnapshot = applyOperations(draft, input.operations);
    await writeDraft(tx, input.id, next);
    const edits = recent.get(input.id) ?? [];
    edits.push({ revision: current + 1, touched: input.operations.flatMap(touches), who });
    recent.set(input.id, edits.slice(-200));
    return { revision: current + 1, draft: next };
  });
}

/** Takes a flow out of service; its runs stay. */
export async function archiveFlow(actor: Actor, id: string) {
  const { tenantId } = actor;
  const row = await withTenant(tenantId, async (tx) => {
    const rows = await tx.sql<
      FlowRow[]
    >`update flows set archived_at = now(), status = 'archived' where tenant_id = ${tenantId} and id = ${id}
      and archived_at is null returning *`;
    if (!rows[0]) throw notFound("flows");
    await recordAudit(tx, actor, { action: "archive", subjectType: "flows", subjectId: id });
    return rows[0];
  });
  publishedFlowsChanged(tenantId);
  return flowView(row);
}
