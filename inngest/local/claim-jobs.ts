import type { Sql } from "#db/client.ts";
import type { Core, Job } from "./core.ts";
import { transact } from "./core.ts";
import type { EventPayload, Memo } from "./protocol.ts";

const GATE_LOCK = 7_205_400;

type Claimed = {
  run_id: string;
  step_id: string;
  function_id: string;
  attempt: number;
  lease_no: number;
  losses: number;
};

/** Due calls of functions without a concurrency limit, in the order of the queue. */
function claimFree(core: Core, limit: number): Promise<Claimed[]> {
  return core.pool`
    with picked as materialized (
      select run_id, step_id from durable_jobs
      where gates is null and due_at <= clock_timestamp() and rank <= clock_timestamp() + interval '10 minutes'
        and (lease_until is null or lease_until < clock_timestamp()) and function_id = any(${core.router.functionIds}::text[])
      order by rank limit ${limit} for update skip locked
    )
    update durable_jobs j set lease_owner = ${core.owner}, lease_no = j.lease_no + 1, dirty = false,
      losses = j.losses + (j.lease_owner is not null)::int,
      lease_until = clock_timestamp() + ${core.leaseMs} * interval '1 millisecond'
    from picked where j.run_id = picked.run_id and j.step_id = picked.step_id
    returning j.run_id, j.step_id, j.function_id, j.attempt, j.lease_no, j.losses` as unknown as Promise<
    Claimed[]
  >;
}

type Waiting = { run_id: string; step_id: string; function_id: string; gates: string[] };

function pickWithinLimits(
  core: Core,
  waiting: Waiting[],
  running: Map<string, number>,
  limit: number,
): Waiting[] {
  const picked: Waiting[] = [];
  for (const job of waiting) {
    if (picked.length >= limit) break;
    const rules = core.router.rules.get(job.function_id)?.concurrency ?? [];
    const full = job.gates.some(
      (gate, index) => (running.get(gate) ?? 0) >= (rules[index]?.limit ?? Infinity),
    );
    if (full) continue;
    for (const gate of job.gates) running.set(gate, (running.get(gate) ?? 0) + 1);
    picked.push(job);
  }
  return picked;
}

/** Due calls of functions with a limit: one executor at a time counts what runs and takes what still fits. */
async function claimGated(core: Core, sql: Sql, limit: number): Promise<Claimed[]> {
  const [lock] = await sql`select pg_try_advisory_xact_lock(${GATE_LOCK}) as taken`;
  if (!lock?.taken) return [];
  const [counted, waiting] = await Promise.all([
    sql`
      select gate, count(*)::int as running from durable_jobs, unnest(gates) as gate
      where gates is not null and lease_until >= clock_timestamp() group by gate`,
    sql`
      select run_id, step_id, function_id, gates from (
        select run_id, step_id, function_id, gates, rank, row_number() over (partition by gates order by rank) as place
        from durable_jobs
        where gates is not null and due_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())
          and function_id = any(${core.router.functionIds}::text[])
      ) queued where place <= ${limit} order by rank limit 2000`,
  ]);
  const running = new Map(counted.map((row) => [String(row.gate), Number(row.running)]));
  const picked = pickWithinLimits(core, waiting as unknown as Waiting[], running, limit);
  if (picked.length === 0) return [];
  return (await sql`
    update durable_jobs j set lease_owner = ${core.owner}, lease_no = j.lease_no + 1, dirty = false,
      losses = j.losses + (j.lease_owner is not null)::int,
      lease_until = clock_timestamp() + ${core.leaseMs} * interval '1 millisecond'
    from unnest(${picked.map((p) => p.run_id)}::uuid[], ${picked.map((p) => p.step_id)}::text[]) as x(run_id, step_id)
    where j.run_id = x.run_id and j.step_id = x.step_id
    returning j.run_id, j.step_id, j.function_id, j.attempt, j.lease_no, j.losses`) as unknown as Claimed[];
}

/** Whether any queued call counts in a concurrency key; saves the locked path where no function has a limit. */
function hasLimits(core: Core): boolean {
  return [...core.router.rules.values()].some((rule) => rule.concurrency.length > 0);
}

type Loaded = {
  id: string;
  events: EventPayload[];
  parent_run_id: string | null;
  look_from: string;
  steps: [string, "data" | "error", unknown][] | null;
  planned: number;
};

function loadRuns(pool: Sql, runIds: string[], finishMs: [string, number][]): Promise<Loaded[]> {
  return pool`
    with started as (
      update durable_runs r set status = 'running', started_at = clock_timestamp(),
        finish_by = clock_timestamp() + (
          select f.ms * interval '1 millisecond'
          from unnest(${finishMs.map(([id]) => id)}::text[], ${finishMs.map(([, ms]) => ms)}::float8[]) as f(id, ms)
          where f.id = r.function_id)
      where r.id = any(${runIds}::uuid[]) and r.status = 'queued'
    )
    select r.id, r.events, r.parent_run_id, s.steps, coalesce(s.look_from, r.created_at) as look_from,
      (select count(*)::int from durable_jobs j where j.run_id = r.id and j.step_id <> '') as planned
    from durable_runs r left join lateral (
      select json_agg(json_build_array(s.id, s.kind, s.value) order by s.position) as steps, max(s.started_at) as look_from
      from durable_steps s where s.run_id = r.id
    ) s on true
    where r.id = any(${runIds}::uuid[])` as unknown as Promise<Loaded[]>;
}

function memosOf(loaded: Loaded): Map<string, Memo> {
  return new Map((loaded.steps ?? []).map(([id, kind, value]) => [id, { kind, value }]));
}

/** Reads a job's run again: memoised steps, look-back, open parallel steps. */
export async function reloadJob(core: Core, job: Job): Promise<void> {
  await core.pool`update durable_jobs set dirty = false where run_id = ${job.runId} and step_id = ${job.stepId}`;
  const [loaded] = await loadRuns(core.pool, [job.runId], []);
  if (!loaded) return;
  job.steps = memosOf(loaded);
  job.lookFrom = loaded.look_from;
  job.parallel = loaded.planned > 0;
  job.stale = false;
}

/** Claims up to `limit` due calls, never read before they are leased, and loads what their functions need. */
export async function claimJobs(core: Core, limit: number, finishMs: [string, number][]): Promise<Job[]> {
  const claimed = await claimFree(core, limit);
  const left = limit - claimed.length;
  if (left > 0 && hasLimits(core)) {
    claimed.push(...(await transact(core, (sql) => claimGated(core, sql, left))));
  }
  if (claimed.length === 0) return [];
  const runs = new Map(
    (await loadRuns(core.pool, [...new Set(claimed.map((row) => row.run_id))], finishMs)).map((run) => [
      run.id,
      run,
    ]),
  );
  return claimed.flatMap((row) => {
    const run = runs.get(row.run_id);
    if (!run) return [];
    return [
      {
        runId: row.run_id,
        stepId: row.step_id,
        functionId: row.function_id,
        leaseNo: row.lease_no,
        losses: row.losses,
        events: run.events,
        hasParent: run.parent_run_id !== null,
        attempt: row.attempt,
        steps: memosOf(run),
        lookFrom: run.look_from,
        parallel: run.planned > 0,
        stale: false,
      },
    ];
  });
}
