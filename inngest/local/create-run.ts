import type { Sql } from "#db/client.ts";
import { newId } from "#domain/core/id.ts";
import { type Core, type Effects, lockKey } from "./core.ts";
import { durationMs } from "./duration.ts";
import { keyOf, matchValue, numberOf } from "./expression.ts";
import { throttledUntil } from "./flow-control.ts";
import type { FunctionRule } from "./function-rules.ts";
import type { EventPayload } from "./protocol.ts";
import { cancelRuns } from "./runs.ts";

export type NewRun = {
  rule: FunctionRule;
  events: EventPayload[];
  parent?: { runId: string; stepId: string };
};

/** The concurrency keys a run counts in, one per rule, in the order of the rules. */
export function gatesOf(rule: FunctionRule, event: EventPayload | undefined): string[] | null {
  if (rule.concurrency.length === 0) return null;
  return rule.concurrency.map(({ key, scope = "fn" }, index) => {
    const place = scope === "fn" ? `${rule.id}#${index}` : `${scope}:${key ?? ""}`;
    return `${place}=${keyOf(key, event)}`;
  });
}

/** False when a singleton run with this key is active and the new one is to be skipped. */
async function enterSingleton(
  core: Core,
  sql: Sql,
  effects: Effects,
  rule: FunctionRule,
  key: string,
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(${lockKey("singleton", `${rule.id}:${key}`)}::bigint)`;
  const active = await sql`
    select id from durable_runs
    where function_id = ${rule.id} and singleton_key = ${key} and status in ('queued', 'running')`;
  if (active.length === 0) return true;
  if (rule.config.singleton?.mode === "skip") return false;
  await cancelRuns(
    core,
    sql,
    effects,
    active.map((row) => String(row.id)),
  );
  return true;
}

type CancelWait = {
  stepId: string;
  name: string;
  expression: string | null;
  value: string | null;
  forMs: number | null;
};

function cancelWaits(rule: FunctionRule, event: EventPayload | undefined): CancelWait[] {
  return (rule.config.cancel ?? []).map((cancel, index) => ({
    stepId: `cancel:${index}`,
    name: cancel.event,
    expression: cancel.if ?? null,
    value: matchValue(cancel.if, event),
    forMs: cancel.timeout ? durationMs(cancel.timeout) : null,
  }));
}

/**
 * Creates a run of a function with flow control (or one that another run invoked) and queues its first call.
 * Returns its id, or null when a singleton run is already going on.
 */
export async function createRun(core: Core, sql: Sql, effects: Effects, run: NewRun): Promise<string | null> {
  const { rule, events } = run;
  const event = events[0];
  const singleton = rule.config.singleton;
  const singletonKey = singleton ? keyOf(singleton.key, event) : null;
  if (singletonKey !== null && !(await enterSingleton(core, sql, effects, rule, singletonKey))) return null;
  const due = event ? await throttledUntil(sql, rule, event) : null;
  const ahead = Math.max(-600, Math.min(600, numberOf(rule.config.priority?.run, event))) * 1000;
  const startMs = rule.config.timeouts?.start ? durationMs(rule.config.timeouts.start) : null;
  const waits = cancelWaits(rule, event);
  const id = newId();
  await sql`
    with made as (
      insert into durable_runs (id, function_id, events, parent_run_id, parent_step_id, singleton_key, gates, ahead_ms, start_by)
      values (${id}, ${rule.id}, ${JSON.stringify(events)}::text::json, ${run.parent?.runId ?? null},
        ${run.parent?.stepId ?? null}, ${singletonKey}, ${gatesOf(rule, event)}::text[], ${ahead},
        clock_timestamp() + ${startMs}::float8 * interval '1 millisecond')
      returning id, function_id, gates
    ), queued as (
      insert into durable_jobs (run_id, function_id, rank, due_at, gates)
      select id, function_id, coalesce(${due}::timestamptz, clock_timestamp()) - ${ahead} * interval '1 millisecond',
        coalesce(${due}::timestamptz, clock_timestamp()), gates
      from made
    )
    insert into durable_waits (run_id, step_id, kind, name, expression, match_value, until)
    select made.id, w.step_id, 'cancel', w.name, w.expression, w.value,
      clock_timestamp() + w.for_ms * interval '1 millisecond'
    from made, unnest(${waits.map((w) => w.stepId)}::text[], ${waits.map((w) => w.name)}::text[],
      ${waits.map((w) => w.expression)}::text[], ${waits.map((w) => w.value)}::text[],
      ${waits.map((w) => w.forMs)}::float8[]) as w(step_id, name, expression, value, for_ms)`;
  if (due) effects.dueAt = Math.min(effects.dueAt, Date.parse(due));
  effects.wake = true;
  return id;
}
