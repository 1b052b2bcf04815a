import type { Sql } from "#db/client.ts";
import { newId } from "#domain/core/id.ts";
import { type Core, type Effects, type Job, lockNames } from "./core.ts";
import { createRun } from "./create-run.ts";
import { holds, scalarsOf } from "./expression.ts";
import { admit } from "./flow-control.ts";
import type { FunctionRule } from "./function-rules.ts";
import type { EventPayload } from "./protocol.ts";
import { cancelRuns, type Resolution, resolveWaits } from "./runs.ts";

type Plan = { runId: string; rule: FunctionRule; event: EventPayload; leased: boolean };

function planRuns(core: Core, events: EventPayload[]): { bulk: Plan[]; controlled: Plan[] } {
  const plans = events.flatMap((event) =>
    core.router.match(event).map((rule) => ({ runId: newId(), rule, event, leased: false })),
  );
  const bulk = plans.filter((plan) => plan.rule.plain);
  const places = core.reserve(bulk.length);
  for (const plan of bulk.slice(0, places)) plan.leased = true;
  return { bulk, controlled: plans.filter((plan) => !plan.rule.plain) };
}

/** The job of a run that was created with its lease: it starts without being read back. */
function freshJob(plan: Plan, now: string): Job {
  return {
    runId: plan.runId,
    stepId: "",
    functionId: plan.rule.id,
    leaseNo: 1,
    losses: 0,
    events: [plan.event],
    hasParent: false,
    attempt: 0,
    steps: new Map(),
    lookFrom: now,
    parallel: false,
    stale: false,
  };
}

/** Events, the runs of functions without flow control and their jobs: one statement for the whole batch. */
async function insertBulk(core: Core, sql: Sql, events: EventPayload[], bulk: Plan[]): Promise<Set<string>> {
  const rows = await sql`
    with fresh as (
      insert into durable_events (id, name, payload)
      select e.id, e.name, e.payload::json
      from unnest(${events.map((e) => e.id)}::text[], ${events.map((e) => e.name)}::text[],
        ${events.map((e) => JSON.stringify(e))}::text[]) as e(id, name, payload)
      on conflict (id) do nothing
      returning id
    ), plan as (
      select p.* from unnest(${bulk.map((p) => p.runId)}::uuid[], ${bulk.map((p) => p.rule.id)}::text[],
        ${bulk.map((p) => JSON.stringify([p.event]))}::text[], ${bulk.map((p) => p.event.id)}::text[],
        ${bulk.map((p) => Number(p.leased))}::int[]) as p(run_id, function_id, events, event_id, leased)
      join fresh on fresh.id = p.event_id
    ), made as (
      insert into durable_runs (id, function_id, status, events, started_at)
      select run_id, function_id, case when leased = 1 then 'running' else 'queued' end, events::json,
        case when leased = 1 then clock_timestamp() end
      from plan
    ), queued as (
      insert into durable_jobs (run_id, function_id, rank, due_at, lease_owner, lease_no, lease_until)
      select run_id, function_id, clock_timestamp(), clock_timestamp(), case when leased = 1 then ${core.owner}::int end,
        leased, case when leased = 1 then clock_timestamp() + ${core.leaseMs} * interval '1 millisecond' end
      from plan
    )
    select id from fresh`;
  return new Set(rows.map((row) => String(row.id)));
}

type Candidate = { run_id: string; step_id: string; kind: string; name: string; expression: string | null };

/** Waits these events may answer; the exact condition is checked by `answerWaits`. */
async function findWaits(
  sql: Sql,
  events: EventPayload[],
): Promise<(Candidate & { events: EventPayload[] })[]> {
  const names: string[] = [];
  const values: string[] = [];
  for (const event of events) {
    for (const value of scalarsOf(event)) {
      names.push(event.name);
      values.push(value);
    }
  }
  const distinct = [...new Set(names)];
  return (await sql`
    select w.run_id, w.step_id, w.kind, w.name, w.expression, r.events
    from (
      select * from durable_waits where kind in ('event', 'cancel') and match_value is null and name = any(${distinct}::text[])
      union
      select w.* from unnest(${names}::text[], ${values}::text[]) as x(name, value)
      join durable_waits w on w.name = x.name and w.match_value = x.value and w.kind in ('event', 'cancel')
    ) w join durable_runs r on r.id = w.run_id
    where w.until is null or w.until > clock_timestamp()
    order by w.created_at`) as unknown as (Candidate & { events: EventPayload[] })[];
}

type OpenWait = Candidate & { events: EventPayload[] };

async function answerWaits(
  core: Core,
  sql: Sql,
  effects: Effects,
  waits: OpenWait[],
  fresh: EventPayload[],
): Promise<void> {
  const resolved: Resolution[] = [];
  const cancelled = new Set<string>();
  for (const wait of waits) {
    const answer = fresh.find(
      (event) =>
        event.name === wait.name &&
        (!wait.expression || holds(wait.expression, { event: wait.events[0], async: event })),
    );
    if (!answer) continue;
    if (wait.kind === "cancel") cancelled.add(wait.run_id);
    else resolved.push({ runId: wait.run_id, stepId: wait.step_id, kind: "data", value: answer });
  }
  if (cancelled.size > 0) await cancelRuns(core, sql, effects, [...cancelled]);
  if (resolved.length > 0) await resolveWaits(sql, effects, resolved);
}

/**
 * Takes events in: an id seen in the last 24 hours is left out, functions they trigger get runs (through their flow
 * control), waiting runs they answer continue, runs they cancel end. Part of the caller's transaction.
 */
export async function acceptEvents(
  core: Core,
  sql: Sql,
  effects: Effects,
  given: EventPayload[],
): Promise<void> {
  const events = [...new Map(given.map((event) => [event.id, event])).values()];
  if (events.length === 0) return;
  const { bulk, controlled } = planRuns(core, events);
  const jobs = bulk.filter((plan) => plan.leased).map((plan) => freshJob(plan, new Date().toISOString()));
  effects.start.push(...jobs);
  const locked = lockNames(
    sql,
    events.map((event) => event.name),
    controlled.flatMap((plan) => (plan.rule.config.cancel ?? []).map((rule) => rule.event)),
  );
  // Three statements, one round trip: the later ones see what was committed before the lock was given.
  const [, freshIds, waits] = await Promise.all([
    locked,
    insertBulk(core, sql, events, bulk),
    findWaits(sql, events),
  ]);
  if (freshIds.size < events.length) dropRepeated(core, effects, jobs, freshIds);
  if (bulk.some((plan) => !plan.leased)) effects.wake = true;
  const fresh = events.filter((event) => freshIds.has(event.id));
  if (fresh.length === 0) return;
  await answerWaits(core, sql, effects, waits, fresh);
  for (const plan of controlled.filter((entry) => freshIds.has(entry.event.id))) {
    const admitted = await admit(sql, plan.rule, plan.event);
    if (admitted) await createRun(core, sql, effects, { rule: plan.rule, events: admitted });
  }
}

function dropRepeated(core: Core, effects: Effects, jobs: Job[], freshIds: Set<string>): void {
  const dropped = new Set(jobs.filter((job) => !freshIds.has(job.events[0]?.id ?? "")));
  effects.start = effects.start.filter((job) => !dropped.has(job));
  core.release(dropped.size);
}
