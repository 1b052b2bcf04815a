import type { Core, Job } from "./core.ts";
import { ExecutorStopped } from "./core.ts";

export type StepResult = {
  id: string;
  name: string | null;
  kind: "data" | "error";
  value: unknown;
  startedAt: string | null;
};

type Entry = {
  job: Job;
  steps: StepResult[];
  ends: boolean;
  output: unknown;
  resolve: (recorded: Recorded) => void;
  reject: (error: unknown) => void;
};

/** `alive`: this executor still held the lease. `dirty`: something else resolved meanwhile. */
export type Recorded = { alive: boolean; dirty: boolean };

const MOST = 400;
const PARALLEL = 2;

/**
 * Group commit of the two commonest writes: steps done while a call goes on, and a run that ended well. Whatever is
 * waiting when a statement returns goes into the next one, for all runs together.
 */
export class Recorder {
  private queue: Entry[] = [];
  private flying = 0;
  private readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  /** Memoises steps of a running call; durable when it returns. */
  recordSteps(job: Job, steps: StepResult[]): Promise<Recorded> {
    return this.add(job, steps, false, null);
  }

  /** Memoises the last steps and completes a run that nobody waits for. */
  completeRun(job: Job, steps: StepResult[], output: unknown): Promise<Recorded> {
    return this.add(job, steps, true, output);
  }

  private add(job: Job, steps: StepResult[], ends: boolean, output: unknown): Promise<Recorded> {
    return new Promise((resolve, reject) => {
      this.queue.push({ job, steps, ends, output, resolve, reject });
      this.pump();
    });
  }

  private pump(): void {
    while (this.flying < PARALLEL && this.queue.length > 0) {
      const batch = this.queue.splice(0, MOST);
      this.flying += 1;
      void this.flush(batch).finally(() => {
        this.flying -= 1;
        this.pump();
      });
    }
  }

  private async flush(batch: Entry[]): Promise<void> {
    try {
      if (this.core.isDead()) throw new ExecutorStopped();
      const alive = await this.write(batch);
      if (this.core.isDead()) throw new ExecutorStopped();
      for (const { job, resolve } of batch) {
        const dirty = alive.get(job.runId + job.stepId);
        resolve({ alive: dirty !== undefined, dirty: dirty === true });
      }
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  }

  private async write(batch: Entry[]): Promise<Map<string, boolean>> {
    const steps = batch.flatMap(({ job, steps }) => steps.map((step) => ({ ...step, runId: job.runId })));
    const ends = batch.filter((entry) => entry.ends);
    const { pool, owner } = this.core;
    const rows = await pool`
      with live as materialized (
        select j.run_id, j.step_id, j.dirty
        from unnest(${batch.map(({ job }) => job.runId)}::uuid[], ${batch.map(({ job }) => job.stepId)}::text[],
          ${batch.map(({ job }) => job.leaseNo)}::int[]) as x(run_id, step_id, lease_no)
        join durable_jobs j on j.run_id = x.run_id and j.step_id = x.step_id
        where j.lease_no = x.lease_no and j.lease_owner = ${owner}
        for update of j
      ), memo as (
        insert into durable_steps (run_id, id, name, kind, value, started_at)
        select m.run_id, m.id, m.name, m.kind, m.value::json, coalesce(m.started_at::timestamptz, clock_timestamp())
        from unnest(${steps.map((s) => s.runId)}::uuid[], ${steps.map((s) => s.id)}::text[],
          ${steps.map((s) => s.name)}::text[], ${steps.map((s) => s.kind)}::text[],
          ${steps.map((s) => JSON.stringify(s.value ?? null))}::text[], ${steps.map((s) => s.startedAt)}::text[])
          with ordinality as m(run_id, id, name, kind, value, started_at, place)
        where m.run_id in (select run_id from live)
        order by m.place
        on conflict do nothing
      ), ending as (
        select e.run_id, e.output
        from unnest(${ends.map((e) => e.job.runId)}::uuid[], ${ends.map((e) => JSON.stringify(e.output ?? null))}::text[])
          as e(run_id, output)
        where e.run_id in (select run_id from live)
      ), ended as (
        update durable_runs r set status = 'completed', output = e.output::json, ended_at = clock_timestamp()
        from ending e where r.id = e.run_id
      ), unqueued as (
        delete from durable_jobs where run_id in (select run_id from ending)
      ), unwaited as (
        delete from durable_waits where run_id in (select run_id from ending)
      )
      select run_id, step_id, dirty from live`;
    return new Map(rows.map((row) => [`${row.run_id}${row.step_id}`, row.dirty === true]));
  }
}
