import type { Sql } from "#db/client.ts";
import { newId } from "#domain/core/id.ts";
import { type Core, type Effects, type Job, lockNames, transact } from "./core.ts";
import { createRun } from "./create-run.ts";
import { endOf } from "./duration.ts";
import { holds, matchValue } from "./expression.ts";
import { type EventPayload, INTERNAL, type Op, type StepError } from "./protocol.ts";
import type { StepResult } from "./recorder.ts";
import { closeRun, type Resolution, resolveWaits } from "./runs.ts";

/** What a call's answer asks for, sorted by what has to be done. */
export type Outcome = {
  steps: StepResult[];
  planned: Op[];
  waits: Op[];
  /** Call again at once: a step was done, or the SDK asked for it. */
  again: boolean;
  end?: { output: unknown } | { failed: StepError };
  retry?: { delayMs: number };
};

/** What the holder of the job does next. `lost`: the lease had gone, nothing was written. */
export type Next = "again" | "done" | "lost";

async function lockJob(core: Core, sql: Sql, job: Job): Promise<{ alive: boolean; dirty: boolean }> {
  const [row] = await sql`
    select j.dirty from durable_runs r join durable_jobs j on j.run_id = r.id
    where r.id = ${job.runId} and j.step_id = ${job.stepId} and j.lease_no = ${job.leaseNo}
      and j.lease_owner = ${core.owner} and r.status in ('queued', 'running')
    for update of r, j`;
  return { alive: row !== undefined, dirty: row?.dirty === true };
}

async function insertSteps(sql: Sql, runId: string, steps: StepResult[]): Promise<void> {
  if (steps.length === 0) return;
  await sql`
    insert into durable_steps (run_id, id, name, kind, value, started_at)
    select ${runId}::uuid, m.id, m.name, m.kind, m.value::json, coalesce(m.started_at::timestamptz, clock_timestamp())
    from unnest(${steps.map((s) => s.id)}::text[], ${steps.map((s) => s.name)}::text[], ${steps.map((s) => s.kind)}::text[],
      ${steps.map((s) => JSON.stringify(s.value ?? null))}::text[], ${steps.map((s) => s.startedAt)}::text[])
      with ordinality as m(id, name, kind, value, started_at, place)
    order by m.place
    on conflict do nothing`;
}

/** Parallel steps become calls of their own, once each: not again when reported again, nor when already done. */
async function planSteps(sql: Sql, effects: Effects, job: Job, planned: Op[]): Promise<void> {
  if (planned.length === 0) return;
  await sql`
    insert into durable_jobs (run_id, step_id, function_id, rank, due_at, gates)
    select r.id, p.id, r.function_id, clock_timestamp() - r.ahead_ms * interval '1 millisecond', clock_timestamp(), r.gates
    from durable_runs r, unnest(${planned.map((op) => op.id)}::text[]) as p(id)
    where r.id = ${job.runId} and not exists (select from durable_steps s where s.run_id = r.id and s.id = p.id)
    on conflict do nothing`;
  effects.wake = true;
}

const KIND: Record<string, string> = {
  Sleep: "sleep",
  WaitForEvent: "event",
  WaitForSignal: "signal",
  InvokeFunction: "invoke",
};

type Wait = {
  stepId: string;
  kind: string;
  name: string | null;
  expression: string | null;
  value: string | null;
  until: string | null;
};

function waitOf(op: Op, job: Job): Wait {
  const opts = (op.opts ?? {}) as { timeout?: string; if?: string; signal?: string };
  const kind = KIND[op.op] ?? "sleep";
  const end = kind === "sleep" ? (op.name ?? "") : opts.timeout;
  return {
    stepId: op.id,
    kind,
    name: kind === "event" ? (op.name ?? "") : kind === "signal" ? (opts.signal ?? "") : null,
    expression: opts.if ?? null,
    value: matchValue(opts.if, job.events[0]),
    until: end === undefined ? null : endOf(end, Date.now()).toISOString(),
  };
}

async function insertWaits(sql: Sql, job: Job, waits: Wait[]): Promise<Set<string>> {
  const rows = await sql`
    insert into durable_waits (run_id, step_id, kind, name, expression, match_value, until)
    select ${job.runId}::uuid, w.* from unnest(${waits.map((w) => w.stepId)}::text[], ${waits.map((w) => w.kind)}::text[],
      ${waits.map((w) => w.name)}::text[], ${waits.map((w) => w.expression)}::text[], ${waits.map((w) => w.value)}::text[],
      ${waits.map((w) => w.until)}::timestamptz[]) as w(step_id, kind, name, expression, value, until)
    where not exists (select from durable_steps s where s.run_id = ${job.runId} and s.id = w.step_id)
    on conflict do nothing
    returning step_id`;
  return new Set(rows.map((row) => String(row.step_id)));
}

/** Answers waits with events that came while the run was on its way to recording them. */
async function lookBack(sql: Sql, effects: Effects, job: Job, waits: Wait[]): Promise<void> {
  const events = waits.filter((wait) => wait.kind === "event");
  if (events.length === 0) return;
  const rows = await sql`
    select name, payload from durable_events
    where name = any(${events.map((wait) => wait.name)}::text[]) and received_at > ${job.lookFrom}::timestamptz
      and id <> all(${job.events.map((event) => event.id)}::text[])
    order by received_at limit 200`;
  const early = rows.map((row) => row.payload as EventPayload);
  const resolved: Resolution[] = [];
  for (const wait of events) {
    const answer = early.find(
      (event) =>
        event.name === wait.name &&
        (!wait.expression || holds(wait.expression, { event: job.events[0], async: event })),
    );
    if (answer) resolved.push({ runId: job.runId, stepId: wait.stepId, kind: "data", value: answer });
  }
  if (resolved.length > 0) await resolveWaits(sql, effects, resolved);
}

/** The newest wait on a signal replaces the older one, or fails where it says so. */
async function claimSignals(sql: Sql, effects: Effects, job: Job, ops: Op[]): Promise<Op[]> {
  const kept: Op[] = [];
  for (const op of ops) {
    const opts = (op.opts ?? {}) as { signal?: string; conflict?: string };
    const [other] =
      op.op === "WaitForSignal"
        ? await sql`
          select run_id, step_id from durable_waits
          where kind = 'signal' and name = ${opts.signal ?? ""} and run_id <> ${job.runId} for update`
        : [];
    if (!other) {
      kept.push(op);
      continue;
    }
    const error = { name: "SignalConflict", message: `Another run waits for the signal "${opts.signal}".` };
    if (opts.conflict === "replace") {
      const taken = { runId: String(other.run_id), stepId: String(other.step_id) };
      await resolveWaits(sql, effects, [{ ...taken, kind: "error", value: error }]);
      kept.push(op);
    } else {
      await insertSteps(sql, job.runId, [
        { id: op.id, name: null, kind: "error", value: error, startedAt: null },
      ]);
    }
  }
  return kept;
}

async function invoke(core: Core, sql: Sql, effects: Effects, job: Job, op: Op): Promise<void> {
  const opts = (op.opts ?? {}) as { function_id?: string; payload?: { data?: Record<string, unknown> } };
  const rule = core.router.rules.get(opts.function_id ?? "");
  const fail = (message: string) =>
    resolveWaits(sql, effects, [
      { runId: job.runId, stepId: op.id, kind: "error", value: { name: "InvokeError", message } },
    ]);
  if (!rule) {
    await fail(`The function "${opts.function_id}" does not exist.`);
    return;
  }
  const event: EventPayload = {
    id: newId(),
    name: INTERNAL.invoked,
    data: opts.payload?.data ?? {},
    ts: Date.now(),
  };
  const parent = { runId: job.runId, stepId: op.id };
  const created = await createRun(core, sql, effects, { rule, events: [event], parent });
  if (!created) await fail("The invoked function is a singleton and already running.");
}

async function recordWaits(core: Core, sql: Sql, effects: Effects, job: Job, ops: Op[]): Promise<boolean> {
  if (ops.length === 0) return false;
  const kept = await claimSignals(sql, effects, job, ops);
  const waits = kept.map((op) => waitOf(op, job));
  const inserted = await insertWaits(sql, job, waits);
  for (const wait of waits) if (wait.until) effects.dueAt = Math.min(effects.dueAt, Date.parse(wait.until));
  await lookBack(
    sql,
    effects,
    job,
    waits.filter((wait) => inserted.has(wait.stepId)),
  );
  for (const op of kept) {
    if (op.op === "InvokeFunction" && inserted.has(op.id)) await invoke(core, sql, effects, job, op);
  }
  return kept.length < ops.length;
}

/** Leaves the job as the outcome demands: called again, tried later, handed on, or gone until something wakes it. */
async function leaveJob(
  sql: Sql,
  effects: Effects,
  job: Job,
  outcome: Outcome,
  again: boolean,
): Promise<Next> {
  const here = sql`run_id = ${job.runId} and step_id = ${job.stepId}`;
  if (outcome.retry) {
    await sql`
      update durable_jobs set attempt = ${job.attempt + 1}, lease_owner = null, lease_until = null, losses = 0,
        due_at = clock_timestamp() + ${outcome.retry.delayMs} * interval '1 millisecond',
        rank = clock_timestamp() + ${outcome.retry.delayMs} * interval '1 millisecond'
      where ${here}`;
    effects.dueAt = Math.min(effects.dueAt, Date.now() + outcome.retry.delayMs);
    return "done";
  }
  if (job.stepId !== "") {
    await sql`
      with gone as (delete from durable_jobs where ${here} returning run_id, function_id, gates)
      insert into durable_jobs (run_id, function_id, rank, due_at, gates)
      select run_id, function_id, clock_timestamp(), clock_timestamp(), gates from gone
      on conflict (run_id, step_id) do update set dirty = true`;
    effects.wake = true;
    return "done";
  }
  const [left] = await sql`
    select dirty from durable_jobs where ${here}`;
  if (again || left?.dirty === true) {
    await sql`update durable_jobs set attempt = 0, losses = 0 where ${here} and (attempt <> 0 or losses <> 0)`;
    return "again";
  }
  await sql`delete from durable_jobs where ${here}`;
  return "done";
}

/**
 * Writes everything a call's answer asks for in one transaction, if this executor still holds the job's lease, and
 * says what to do with the job next.
 */
export function settle(core: Core, job: Job, outcome: Outcome): Promise<Next> {
  return transact(core, async (sql, effects) => {
    const awaited = outcome.waits.filter((op) => op.op === "WaitForEvent").map((op) => op.name ?? "");
    const [, { alive }] = await Promise.all([lockNames(sql, [], awaited), lockJob(core, sql, job)]);
    if (!alive) return "lost";
    await insertSteps(sql, job.runId, outcome.steps);
    if (outcome.end) {
      const closing =
        "failed" in outcome.end
          ? { status: "failed" as const, error: outcome.end.failed }
          : { status: "completed" as const, output: outcome.end.output };
      await closeRun(core, sql, effects, { runId: job.runId, ...closing });
      return "done";
    }
    await planSteps(sql, effects, job, outcome.planned);
    const refused = await recordWaits(core, sql, effects, job, outcome.waits);
    return leaveJob(sql, effects, job, outcome, outcome.again || refused);
  });
}
