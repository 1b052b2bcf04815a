import type { FlowTrigger } from "#domain/flows/flow-definition.ts";
import type { Actor } from "#server/trpc/context.ts";
import type { FlowRow } from "./draft.ts";

/** A flow as lists show it; counters as folded. */
export function flowView(row: FlowRow) {
  const success = Number(row.success_count);
  const failure = Number(row.failure_count);
  const ended = success + failure;
  return {
    id: String(row.id),
    name: String(row.name),
    description: String(row.description),
    status: String(row.status),
    trigger: row.trigger as FlowTrigger,
    priority: Number(row.priority),
    publishedVersion: (row.published_version as number | null) ?? null,
    publishedVersionId: (row.published_version_id as string | null) ?? null,
    draftRevision: Number(row.draft_revision),
    executionCount: Number(row.execution_count),
    successCount: success,
    failureCount: failure,
    successPercent: ended === 0 ? null : Math.round((success / ended) * 10_000) / 100,
    averageDurationSeconds: ended === 0 ? null : Math.round(Number(row.total_duration_ms) / ended) / 1000,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

export function versionView(row: FlowRow) {
  return {
    id: String(row.id),
    flowId: String(row.flow_id),
    version: Number(row.version),
    note: String(row.note),
    status: String(row.status),
    publishedBy: (row.published_by as string | null) ?? null,
    publishedAt: String(row.published_at),
  };
}

export function executionView(row: FlowRow) {
  return {
    id: String(row.id),
    flowId: String(row.flow_id),
    flowName: (row.flow_name as string | undefined) ?? null,
    flowVersion: Number(row.flow_version),
    conversationId: String(row.conversation_id),
    customerName: (row.customer_name as string | undefined) ?? null,
    status: String(row.status),
    currentNodeId: (row.current_node_key as string | null) ?? null,
    executedNodes: row.executed_nodes as string[],
    variables: row.variables,
    startedBy: row.started_by,
    outcome: (row.outcome as string | null) ?? null,
    error: (row.error as string | null) ?? null,
    startedAt: String(row.started_at),
    waitingSince: (row.waiting_since as string | null) ?? null,
    completedAt: (row.completed_at as string | null) ?? null,
    durationMs: (row.duration_ms as number | null) ?? null,
    waitedMs: Number(row.waited_ms),
    stepCount: Number(row.step_count),
    clientPrice: (row.client_price as string | undefined) ?? null,
    currency: "USD",
  };
}

/** A step as the API shows it; what the platform pays for its calls shows only to those who may see costs. */
export function stepView(row: FlowRow, actor: Pick<Actor, "allows">) {
  return {
    id: String(row.id),
    sequence: Number(row.sequence),
    nodeId: String(row.node_key),
    nodeKey: String(row.node_key),
    nodeName: String(row.node_name),
    nodeType: String(row.node_type),
    visit: Number(row.visit),
    status: String(row.status),
    port: (row.port as string | null) ?? null,
    input: row.input,
    output: row.output ?? null,
    variablesAfter: row.variables_after ?? null,
    error: (row.error as string | null) ?? null,
    providerCost: actor.allows("billing.cost") ? String(row.provider_cost ?? "0") : null,
    clientPrice: String(row.client_price ?? "0"),
    currency: "USD",
    startedAt: String(row.started_at),
    endedAt: (row.ended_at as string | null) ?? null,
    durationMs: (row.duration_ms as number | null) ?? null,
  };
}
