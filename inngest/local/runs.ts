import type { Sql } from "#db/client.ts";
import { newId } from "#domain/core/id.ts";
import type { Core, Effects } from "./core.ts";
import { type EventPayload, INTERNAL, type StepError } from "./protocol.ts";

/** The end of a wait: what the step's result becomes. */
export type Resolution = { runId: string; stepId: string; kind: "data" | "error"; value: unknown };

/**
 * Ends waits: memoises each result and queues a call of its run. A run whose call is running is marked dirty and
 * called again. Waits already gone are left out. Returns how many ended.
 */
export async function resolveWaits(sql: Sql, effects: Effects, list: Resolution[]): Promise<number> {
  const rows = await sql`
    with gone as (
      delete from durable_waits w
      using unnest(${list.map((r) => r.runId)}::uuid[], ${list.map((r) => r.stepId)}::text[],
        ${list.map((r) => r.kind)}::text[], ${list.map((r) => JSON.stringify(r.value ?? null))}::text[])
        as x(run_id, step_id, kind, value)
      where w.run_id = x.run_id and w.step_id = x.step_id
      returning x.run_id, x.step_id, x.kind, x.value
    ), memo as (
      insert into durable_steps (run_id, id, kind, value)
      select run_id, step_id, kind, value::json from gone
      on conflict do nothing
    ), woke as (
      insert into durable_jobs (run_id, function_id, rank, due_at, gates)
      select r.id, r.function_id, clock_timestamp() - r.ahead_ms * interval '1 millisecond', clock_timestamp(), r.gates
      from durable_runs r where r.id in (select run_id from gone) and r.status in ('queued', 'running')
      on conflict (run_id, step_id) do update set dirty = true
    )
    select 1 from gone`;
  if (rows.length > 0) effects.wake = true;
  return rows.length;
}

export type Closing = {
  runId: string;
  status: "completed" | "failed" | "cancelled";
  output?: unknown;
  error?: StepError;
};

type Closed = {
  id: string;
  function_id: string;
  parent_run_id: string | null;
  parent_step_id: string | null;
  events: EventPayload[];
};

/** The events Inngest itself sends at the end of a run, as far as anybody can listen to them here. */
function endEvents(core: Core, closing: Closing, run: Closed): EventPayload[] {
  const first = run.events[0];
  const data = {
    function_id: run.function_id,
    run_id: run.id,
    event: first,
    events: run.events,
    ...(closing.error ? { error: closing.error } : { result: closing.output ?? null }),
  };
  const event = (name: string): EventPayload => ({ id: newId(), name, data, ts: Date.now() });
  const events: EventPayload[] = [];
  if (closing.status === "failed") events.push(event(INTERNAL.failed));
  if (closing.status === "cancelled") events.push(event(INTERNAL.cancelled));
  if (closing.status !== "cancelled" && core.router.knows(INTERNAL.finished))
    events.push(event(INTERNAL.finished));
  return events;
}

/** Ends one run: its jobs and waits go, a run that invoked it continues, listeners get the event. */
export async function closeRun(core: Core, sql: Sql, effects: Effects, closing: Closing): Promise<boolean> {
  const [run] = (await sql`
    update durable_runs set status = ${closing.status}, ended_at = clock_timestamp(),
      output = ${closing.output === undefined ? null : JSON.stringify(closing.output)}::text::json,
      error = ${closing.error ? JSON.stringify(closing.error) : null}::text::json
    where id = ${closing.runId} and status in ('queued', 'running')
    returning id, function_id, parent_run_id, parent_step_id, events`) as unknown as Closed[];
  if (!run) return false;
  await Promise.all([
    sql`delete from durable_jobs where run_id = ${run.id}`,
    sql`delete from durable_waits where run_id = ${run.id}`,
  ]);
  if (run.parent_run_id && run.parent_step_id) {
    const ended = closing.status === "completed";
    const error = closing.error ?? { name: "InvokeError", message: "The invoked function was cancelled." };
    await resolveWaits(sql, effects, [
      {
        runId: run.parent_run_id,
        stepId: run.parent_step_id,
        kind: ended ? "data" : "error",
        value: ended ? (closing.output ?? null) : error,
      },
    ]);
  }
  const events = endEvents(core, closing, run);
  if (events.length > 0) await core.accept(sql, effects, events);
  return true;
}

/** Cancels runs wherever they stand; a call in flight finds its lease gone at its next write. */
export async function cancelRuns(core: Core, sql: Sql, effects: Effects, runIds: string[]): Promise<number> {
  let cancelled = 0;
  for (const runId of runIds) {
    const error = { name: "Cancelled", message: "The run was cancelled." };
    if (await closeRun(core, sql, effects, { runId, status: "cancelled", error })) cancelled += 1;
  }
  return cancelled;
}
