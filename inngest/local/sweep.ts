import { CronExpressionParser } from "cron-parser";
import type { Sql } from "#db/client.ts";
import { type Core, type Effects, transact } from "./core.ts";
import { createRun } from "./create-run.ts";
import { type EventPayload, INTERNAL } from "./protocol.ts";
import { cancelRuns } from "./runs.ts";

const INVOKE_TIMED_OUT = JSON.stringify({
  name: "InvokeTimeout",
  message: "The invoked function took too long.",
});

/** Ends waits whose time has come: sleeps are over, waits for events and signals give null. Returns how many. */
export async function sweepWaits(core: Core): Promise<number> {
  const rows = await core.pool`
    with due as materialized (
      select run_id, step_id, kind from durable_waits where until <= clock_timestamp()
      order by until limit 1000 for update skip locked
    ), gone as (
      delete from durable_waits w using due where w.run_id = due.run_id and w.step_id = due.step_id
      returning w.run_id, w.step_id, w.kind
    ), ended as (
      select * from gone where kind <> 'cancel'
    ), memo as (
      insert into durable_steps (run_id, id, kind, value)
      select run_id, step_id, case kind when 'invoke' then 'error' else 'data' end,
        case kind when 'invoke' then ${INVOKE_TIMED_OUT}::text::json else 'null'::json end
      from ended
      on conflict do nothing
    ), woke as (
      insert into durable_jobs (run_id, function_id, rank, due_at, gates)
      select r.id, r.function_id, clock_timestamp() - r.ahead_ms * interval '1 millisecond', clock_timestamp(), r.gates
      from durable_runs r where r.id in (select run_id from ended) and r.status in ('queued', 'running')
      on conflict (run_id, step_id) do update set dirty = true
    )
    select 1 from gone`;
  return rows.length;
}

/** Starts what a debounce held back or a batch collected, once its time has come. */
export async function sweepHolds(core: Core): Promise<number> {
  return transact(core, async (sql, effects) => {
    const rows = await sql`
      with due as materialized (
        select function_id, key from durable_holds
        where fire_at <= clock_timestamp() and function_id = any(${core.router.functionIds}::text[])
        order by fire_at limit 100 for update skip locked
      )
      delete from durable_holds h using due where h.function_id = due.function_id and h.key = due.key
      returning h.function_id, h.events`;
    for (const row of rows) {
      const rule = core.router.rules.get(String(row.function_id));
      if (rule) await createRun(core, sql, effects, { rule, events: row.events as EventPayload[] });
    }
    return rows.length;
  });
}

/** The next tick of a schedule (`TZ=Europe/Paris 0 9 * * 1`, five or six fields) after a moment. */
export function nextTick(schedule: string, after: Date): Date {
  const zoned = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(schedule);
  const options = { currentDate: after, tz: zoned?.[1] ?? "UTC" };
  return CronExpressionParser.parse(zoned?.[2] ?? schedule, options)
    .next()
    .toDate();
}

/** Writes down the next tick of every schedule that is not known yet. */
export async function plantCrons(core: Core): Promise<void> {
  const rows = [...core.router.rules.values()].flatMap((rule) =>
    rule.crons.map((schedule) => ({
      id: rule.id,
      schedule,
      at: nextTick(schedule, new Date()).toISOString(),
    })),
  );
  if (rows.length === 0) return;
  await core.pool`
    insert into durable_crons (function_id, schedule, next_at)
    select * from unnest(${rows.map((r) => r.id)}::text[], ${rows.map((r) => r.schedule)}::text[],
      ${rows.map((r) => r.at)}::timestamptz[])
    on conflict do nothing`;
}

async function fireCron(
  core: Core,
  sql: Sql,
  effects: Effects,
  row: { id: string; schedule: string },
): Promise<void> {
  const rule = core.router.rules.get(row.id);
  if (!rule?.crons.includes(row.schedule)) {
    await sql`delete from durable_crons where function_id = ${row.id} and schedule = ${row.schedule}`;
    return;
  }
  const now = new Date();
  const event: EventPayload = {
    id: `${row.id}:${row.schedule}:${now.toISOString()}`,
    name: INTERNAL.cron,
    data: { cron: row.schedule },
    ts: now.getTime(),
  };
  await createRun(core, sql, effects, { rule, events: [event] });
  await sql`
    update durable_crons set next_at = ${nextTick(row.schedule, now).toISOString()}
    where function_id = ${row.id} and schedule = ${row.schedule}`;
}

/** Fires due schedules, once each whatever the number of executors: the row's lock elects the one that fires. */
export async function sweepCrons(core: Core): Promise<number> {
  return transact(core, async (sql, effects) => {
    const rows = await sql`
      select function_id as id, schedule from durable_crons
      where next_at <= clock_timestamp() and function_id = any(${core.router.functionIds}::text[])
      for update skip locked`;
    for (const row of rows) {
      await fireCron(core, sql, effects, { id: String(row.id), schedule: String(row.schedule) });
    }
    return rows.length;
  });
}

/** Cancels runs that did not start, or did not finish, in the time their function allows. */
export async function sweepTimeouts(core: Core): Promise<number> {
  return transact(core, async (sql, effects) => {
    const rows = await sql`
      select id from durable_runs where status = 'queued' and start_by <= clock_timestamp()
      union all
      select id from durable_runs where status = 'running' and finish_by <= clock_timestamp()
      limit 200`;
    return rows.length === 0
      ? 0
      : cancelRuns(
          core,
          sql,
          effects,
          rows.map((row) => String(row.id)),
        );
  });
}

/** When things fall due within the next `aheadMs`, as Unix milliseconds. */
export async function upcoming(core: Core, aheadMs: number): Promise<number[]> {
  const rows = await core.pool`
    (select until as at from durable_waits
      where until between clock_timestamp() and clock_timestamp() + ${aheadMs} * interval '1 millisecond' order by until limit 200)
    union all
    (select due_at from durable_jobs where rank <= clock_timestamp() + ${aheadMs} * interval '1 millisecond'
      and lease_owner is null and due_at > clock_timestamp() limit 200)
    union all
    (select fire_at from durable_holds where fire_at <= clock_timestamp() + ${aheadMs} * interval '1 millisecond' limit 50)
    union all
    (select next_at from durable_crons where next_at <= clock_timestamp() + ${aheadMs} * interval '1 millisecond')`;
  return rows.map((row) => Date.parse(String(row.at)));
}

/** Deletes what nobody asks for any more: runs that ended well after a day, others after two weeks. */
export async function prune(core: Core): Promise<void> {
  const { pool } = core;
  await pool`
    with dead as (
      delete from durable_runs where id in (
        select id from durable_runs
        where ended_at < clock_timestamp() - interval '1 day' * (case when status = 'completed' then 1 else 14 end)
        limit 5000)
      returning id
    )
    delete from durable_steps where run_id in (select id from dead)`;
  await pool`
    delete from durable_events where id in (
      select id from durable_events where received_at < clock_timestamp() - interval '25 hours' limit 10000)`;
  await pool`delete from durable_keys where expires_at < clock_timestamp()`;
  await pool`delete from durable_rates where arrival < clock_timestamp() - interval '1 day'`;
}
