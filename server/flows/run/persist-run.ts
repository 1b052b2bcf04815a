import type { TenantTransaction } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { nodeByKey } from "#domain/flows/flow-definition.ts";
import type { Command, StepRecord } from "#domain/flows/run/state.ts";
import type { RunHost } from "./run-host.ts";

export type RunProgress = { steps: StepRecord[]; taken: string[]; command: Command | null; now: string };

const ENDED = new Set(["completed", "failed", "cancelled", "timed_out", "handed_off"]);

/** Whether a run of this status is over. */
export const hasEnded = (status: string): boolean => ENDED.has(status);

function storedState(host: RunHost, command: Command | null): string {
  const { visits, stepsSinceTurn, tries } = host.state;
  return JSON.stringify({ visits, stepsSinceTurn, tries, command, messageId: host.inboundMessageId });
}

const done = (step: StepRecord) => step.status === "completed" || step.status === "failed";

function stepRows(host: RunHost, { steps, now }: RunProgress): string {
  const rows = steps.map((step, at) => {
    const node = nodeByKey(host.version.snapshot, step.nodeKey);
    return {
      id: newId(),
      sequence: host.state.stepCount - steps.length + at + 1,
      node_key: step.nodeKey,
      node_type: node?.type ?? "unknown",
      node_name: node?.name ?? step.nodeKey,
      visit: step.visit,
      status: step.status,
      input: step.input ?? {},
      output: step.output,
      variables_set: step.variablesSet,
      port: step.port,
      error: step.error,
      started_at: now,
      ended_at: done(step) ? now : null,
      duration_ms: done(step) ? 0 : null,
    };
  });
  return JSON.stringify(rows);
}

/**
 * Counters are appended with the fact and folded later: no deed waits for a row that the whole tenant shares. The lines
 * taken since the last write are one row: runs of a flow go few ways, and the folder counts each way before its lines.
 */
function counterRows(host: RunHost, { taken, now }: RunProgress): [string, string, string][] {
  const deltas: [string, string, string][] = [];
  if (taken.length > 0) deltas.push(["flow_path", JSON.stringify([host.version.version, ...taken]), "1"]);
  if (!host.stored) deltas.push(["flow", "execution_count", "1"]);
  if (hasEnded(host.state.status)) {
    deltas.push(["flow", host.state.status === "failed" ? "failure_count" : "success_count", "1"]);
    deltas.push(["flow", "total_duration_ms", String(Date.parse(now) - Date.parse(host.startedAt))]);
  }
  return deltas;
}

function notice(host: RunHost): { name: string; payload: string } {
  const { executionId, conversationId, state, version } = host;
  const { status, current: currentNodeId } = state;
  const payload = { executionId, conversationId, flowId: version.flowId, status, currentNodeId };
  const name = hasEnded(status) ? "flow.completed" : "flow_execution.updated";
  return { name, payload: JSON.stringify(payload) };
}

/**
 * Writes a run's progress in the caller's transaction: state, steps, counters and the live notice, one wide statement
 * that is sent at once. What the run is about to do outside is written by the caller in the same transaction.
 */
export function persistRun(tx: TenantTransaction, host: RunHost, progress: RunProgress): Promise<unknown> {
  const { state, version } = host;
  const { now } = progress;
  const { tenantId } = tx;
  const completedAt = hasEnded(state.status) ? now : null;
  const durationMs = completedAt ? Date.parse(now) - Date.parse(host.startedAt) : null;
  const waitingSince = state.status === "waiting" ? now : null;
  const counters = counterRows(host, progress);
  const { name, payload } = notice(host);
  const run = host.stored
    ? tx.sql`
      update flow_executions set status = ${state.status}, current_node_key = ${state.current},
        variables = ${JSON.stringify(state.variables)}, state = ${storedState(host, progress.command)},
        executed_nodes = ${state.executed}, step_count = ${state.stepCount}, error = ${state.error}, outcome = ${state.outcome},
        waiting_since = ${waitingSince}, waited_ms = ${host.waitedMs}, completed_at = ${completedAt}, duration_ms = ${durationMs},
        updated_at = now()
      where tenant_id = ${tenantId} and id = ${host.executionId}`
    : tx.sql`
      insert into flow_executions (tenant_id, id, flow_id, flow_version_id, flow_version, conversation_id, started_by,
        trigger_message_id, status, current_node_key, variables, state, executed_nodes, step_count, error, outcome,
        waiting_since, waited_ms, started_at, completed_at, duration_ms, updated_at)
      values (${tenantId}, ${host.executionId}, ${version.flowId}, ${version.id}, ${version.version}, ${host.conversationId},
        ${JSON.stringify(host.startedBy)}, ${host.triggerMessageId}, ${state.status}, ${state.current},
        ${JSON.stringify(state.variables)}, ${storedState(host, progress.command)}, ${state.executed}, ${state.stepCount},
        ${state.error}, ${state.outcome}, ${waitingSince}, ${host.waitedMs}, ${host.startedAt}, ${completedAt}, ${durationMs}, now())`;
  return tx.sql`
    with run as (${run}), steps as (
      insert into flow_execution_steps (tenant_id, execution_id, id, sequence, node_key, node_type, node_name, visit, status, input,
        output, variables_set, port, error, started_at, ended_at, duration_ms)
      select ${tenantId}, ${host.executionId}, s.* from jsonb_to_recordset(${stepRows(host, progress)}::jsonb) as s(id uuid,
        sequence int, node_key text, node_type text, node_name text, visit int, status text, input jsonb, output jsonb,
        variables_set jsonb, port text, error text, started_at timestamptz, ended_at timestamptz, duration_ms int)
      on conflict (tenant_id, execution_id, node_key, visit) do update set status = excluded.status,
        output = coalesce(excluded.output, flow_execution_steps.output), port = excluded.port, error = excluded.error,
        variables_set = coalesce(flow_execution_steps.variables_set, '{}') || excluded.variables_set, ended_at = excluded.ended_at,
        duration_ms = (extract(epoch from excluded.ended_at - flow_execution_steps.started_at) * 1000)::int
    ), counted as (
      insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta)
      select ${tenantId}, d.id, d.subject, ${version.flowId}, d.counter, d.delta::numeric
      from unnest(${counters.map(() => newId())}::uuid[], ${counters.map((d) => d[0])}::text[], ${counters.map((d) => d[1])}::text[],
        ${counters.map((d) => d[2])}::text[]) as d(id, subject, counter, delta)
    )
    insert into outbox (id, tenant_id, name, payload) values (${newId()}, ${tenantId}, ${name}, ${payload})`.execute();
}
