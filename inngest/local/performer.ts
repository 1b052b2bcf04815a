import { logger } from "#server/runtime/logger.ts";
import type { Caller } from "./caller.ts";
import { reloadJob } from "./claim-jobs.ts";
import { type Core, ExecutorStopped, type Job } from "./core.ts";
import { type Answer, INTERNAL, type Op } from "./protocol.ts";
import { readOutcome, stepResult } from "./read-outcome.ts";
import { Recorder, type StepResult } from "./recorder.ts";
import { type Next, type Outcome, settle } from "./settle.ts";

/** A call whose holder died this often is counted as a failed attempt: something in it kills the process. */
const MOST_LOSSES = 5;

const callIdOf = (job: Job) => `${job.runId}:${job.stepId}:${job.leaseNo}`;

/** Makes the calls: function → answer → rows → next call, until the run ends, waits or fails. */
export class Performer {
  private readonly core: Core;
  private readonly caller: Caller;
  private readonly recorder: Recorder;
  private readonly active = new Map<string, Job>();
  private readonly left: (gated: boolean) => void;
  private readonly draining: () => boolean;
  private idlers: (() => void)[] = [];

  constructor(core: Core, caller: Caller, left: (gated: boolean) => void, draining: () => boolean) {
    this.core = core;
    this.caller = caller;
    this.recorder = new Recorder(core);
    this.left = left;
    this.draining = draining;
  }

  /** Works on a leased job until there is nothing more to do for it now. Never rejects. */
  perform(job: Job): void {
    const callId = callIdOf(job);
    this.active.set(callId, job);
    void this.run(job, callId)
      .catch(async (error: unknown) => {
        if (this.core.isDead() || error instanceof ExecutorStopped) return;
        logger.error(
          { error, runId: job.runId, functionId: job.functionId },
          "a call could not be written down",
        );
        await this.giveBack(job, 1000).catch(() => undefined);
      })
      .finally(() => {
        this.active.delete(callId);
        this.left((this.core.router.rules.get(job.functionId)?.concurrency.length ?? 0) > 0);
        if (this.active.size === 0) for (const tell of this.idlers.splice(0)) tell();
      });
  }

  private async run(job: Job, callId: string): Promise<void> {
    let next: Next = "again";
    while (next === "again") {
      if (this.core.isDead()) return;
      if (this.draining()) return this.giveBack(job, 0);
      if (job.stale) await reloadJob(this.core, job);
      const answer = await this.call(job, callId);
      if (this.core.isDead()) return;
      next = await this.write(job, readOutcome(this.core, job, answer));
    }
  }

  private async call(job: Job, callId: string): Promise<Answer> {
    if (job.losses > MOST_LOSSES) {
      const message = "The process died several times during this call.";
      return { kind: "threw", error: { name: "WorkerLost", message }, final: false, retryAfterMs: null };
    }
    return this.caller.call({
      functionId: job.functionId,
      runId: job.runId,
      stepId: job.stepId,
      attempt: job.attempt,
      maxAttempts: this.core.router.rules.get(job.functionId)?.maxAttempts ?? 1,
      callId,
      events: job.events,
      steps: job.steps,
      disableImmediateExecution: job.parallel,
    });
  }

  private async write(job: Job, outcome: Outcome): Promise<Next> {
    const simple = job.stepId === "" && job.attempt === 0 && !outcome.retry;
    if (simple && outcome.planned.length + outcome.waits.length === 0) {
      const { end } = outcome;
      const alone = !job.hasParent && !this.core.router.knows(INTERNAL.finished);
      if (end && "output" in end && alone) {
        const { alive } = await this.recorder.completeRun(job, outcome.steps, end.output);
        if (alive) await this.core.afterWrite({ runId: job.runId, ended: true });
        return alive ? "done" : "lost";
      }
      if (!end) return this.record(job, outcome.steps).then((alive) => (alive ? "again" : "lost"));
    }
    const next = await settle(this.core, job, outcome);
    job.attempt = 0;
    job.stale = true;
    if (next !== "lost") await this.core.afterWrite({ runId: job.runId, ended: outcome.end !== undefined });
    return next;
  }

  /** Memoises in the database first, then in memory. */
  private async record(job: Job, steps: StepResult[]): Promise<boolean> {
    const { alive, dirty } = await this.recorder.recordSteps(job, steps);
    if (!alive) return false;
    for (const step of steps) {
      job.steps.set(step.id, { kind: step.kind, value: step.value });
      if (step.startedAt && step.startedAt > job.lookFrom) job.lookFrom = step.startedAt;
    }
    if (dirty) job.stale = true;
    await this.core.afterWrite({ runId: job.runId, ended: false });
    return !this.core.isDead();
  }

  /** The SDK's checkpoint of a call that goes on. False when the call is no longer ours. */
  async checkpoint(callId: string, ops: Op[]): Promise<boolean> {
    const job = this.active.get(callId);
    if (!job || this.core.isDead()) return false;
    return this.record(job, ops.map(stepResult));
  }

  private async giveBack(job: Job, delayMs: number): Promise<void> {
    await this.core.pool`
      update durable_jobs set lease_owner = null, lease_until = null,
        due_at = clock_timestamp() + ${delayMs} * interval '1 millisecond'
      where run_id = ${job.runId} and step_id = ${job.stepId} and lease_no = ${job.leaseNo}
        and lease_owner = ${this.core.owner}`;
  }

  /** The calls that run now. */
  running(): Job[] {
    return [...this.active.values()];
  }

  /** Resolves when no call is running, or after `mostMs`. */
  idle(mostMs: number): Promise<void> {
    if (this.active.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      this.idlers.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
