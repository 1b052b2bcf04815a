import type { Inngest, InngestFunction } from "inngest";
import { type Sql, sqlPool } from "#db/client.ts";
import { logger } from "#server/runtime/logger.ts";
import { acceptEvents } from "./accept-events.ts";
import { answerRequest } from "./answer-request.ts";
import { backoffMs } from "./backoff.ts";
import { Caller } from "./caller.ts";
import { claimJobs } from "./claim-jobs.ts";
import { type Core, type Effects, ExecutorStopped, noEffects, transact } from "./core.ts";
import { durationMs } from "./duration.ts";
import { Router } from "./function-rules.ts";
import { Life, releaseLeases, renewLeases } from "./leases.ts";
import { Performer } from "./performer.ts";
import type { EventPayload } from "./protocol.ts";
import { Rounds } from "./rounds.ts";
import { resolveWaits } from "./runs.ts";
import { plantCrons } from "./sweep.ts";

export type ExecutorOptions = {
  client: Inngest.Any;
  functions: InngestFunction.Any[];
  pool?: Sql;
  /** How many calls may run at the same time in this process. */
  places?: number;
  leaseMs?: number;
  backoff?: (failures: number) => number;
  /** How often everything due is looked for; a dead executor is noticed within three of these. */
  roundMs?: number;
  /** Called when a write has become durable and before anything follows it. For tests that crash there. */
  afterWrite?: (where: { runId: string; ended: boolean }) => Promise<void>;
};

/** Hands events over inside somebody else's transaction: call one of the two when it has ended. */
export type Delivery = { committed(): void; rolledBack(): void };

/**
 * Runs Inngest functions durably on the house's Postgres, in this process. Several executors may share a database.
 */
export class LocalExecutor {
  readonly owner = 1 + Math.floor(Math.random() * 2_000_000_000);
  private readonly options: ExecutorOptions;
  private core: Core | null = null;
  private performer: Performer | null = null;
  private rounds: Rounds | null = null;
  private life: Life | null = null;
  private free: number;
  private dead = false;
  private draining = false;
  private backlog = true;
  private claiming: Promise<void> | null = null;
  private renewal: NodeJS.Timeout | undefined;
  private finishMs: [string, number][] = [];
  private outgoing: { events: EventPayload[]; resolve: () => void; reject: (error: unknown) => void }[] = [];
  private sending = 0;

  constructor(options: ExecutorOptions) {
    this.options = options;
    this.free = options.places ?? 256;
  }

  /** Reads the functions, takes over what dead executors left, and begins to work. */
  async start(): Promise<void> {
    const caller = new Caller(this.options.client, this.options.functions);
    const router = new Router(await caller.sync());
    this.finishMs = [...router.rules.values()].flatMap(({ id, config }) =>
      config.timeouts?.finish ? [[id, durationMs(config.timeouts.finish)] as [string, number]] : [],
    );
    const { pool } = this.options;
    const core: Core = {
      // Asked for each time: a pool that lost a connection is replaced.
      get pool() {
        return pool ?? sqlPool();
      },
      router,
      owner: this.owner,
      leaseMs: this.options.leaseMs ?? 20_000,
      roundMs: this.options.roundMs ?? 1000,
      backoff: this.options.backoff ?? backoffMs,
      afterWrite: this.options.afterWrite ?? (async () => undefined),
      reserve: (wanted) => this.reserve(wanted),
      release: (places) => this.release(places),
      accept: (sql, effects, events) => acceptEvents(core, sql, effects, events),
      launch: (effects) => this.launch(effects),
      isDead: () => this.dead,
    };
    this.core = core;
    this.performer = new Performer(
      core,
      caller,
      (gated) => this.jobLeft(gated),
      () => this.draining,
    );
    this.life = new Life(this.owner);
    await this.life.hold();
    await plantCrons(core);
    this.rounds = new Rounds(core, this.life, () => this.wake());
    this.rounds.start();
    this.renewal = setInterval(() => void this.renew(), core.leaseMs / 4);
    this.wake();
  }

  private ready(): Core {
    if (!this.core || this.dead) throw new ExecutorStopped();
    return this.core;
  }

  private async renew(): Promise<void> {
    if (this.dead || !this.core) return;
    await renewLeases(this.core, this.performer?.running() ?? []).catch((error: unknown) =>
      logger.warn({ error }, "leases were not renewed"),
    );
  }

  private reserve(wanted: number): number {
    const given = this.dead || this.draining ? 0 : Math.min(wanted, this.free);
    this.free -= given;
    return given;
  }

  private release(places: number): void {
    this.free += places;
    if (this.backlog && places > 0) this.wake();
  }

  private launch(effects: Effects): void {
    for (const job of effects.start) this.performer?.perform(job);
    if (Number.isFinite(effects.dueAt)) this.rounds?.arm(effects.dueAt);
    if (effects.wake) {
      this.backlog = true;
      this.wake();
    }
  }

  private jobLeft(gated: boolean): void {
    if (gated) this.backlog = true;
    this.release(1);
  }

  /** Looks for due calls now. Called directly by whoever made one; the rounds call it each second besides. */
  wake(): void {
    this.backlog = true;
    if (this.claiming || this.dead || this.draining || !this.core) return;
    this.claiming = this.claimAll(this.core)
      .catch((error: unknown) => {
        if (!this.dead) logger.error({ error }, "calls were not claimed");
      })
      .finally(() => {
        this.claiming = null;
        // A wake-up between the last claim and this line must not wait for the round.
        if (this.backlog && this.free > 0 && !this.draining) this.wake();
      });
  }

  private async claimAll(core: Core): Promise<void> {
    while (this.backlog && !this.dead && !this.draining) {
      // Under load a moment's wait turns many claims of one call into one claim of many.
      if (this.free < 24) await new Promise((resolve) => setTimeout(resolve, 2));
      const places = this.reserve(Math.min(this.free, 100));
      if (places === 0) return;
      this.backlog = false;
      let taken = 0;
      try {
        const jobs = await claimJobs(core, places, this.finishMs);
        taken = jobs.length;
        for (const job of jobs) this.performer?.perform(job);
        if (taken === places) this.backlog = true;
      } finally {
        this.free += places - taken;
      }
    }
  }

  /** Takes events in, in a transaction of its own shared with whoever sends at the same moment. */
  send(events: EventPayload[]): Promise<void> {
    this.ready();
    return new Promise((resolve, reject) => {
      this.outgoing.push({ events, resolve, reject });
      this.pumpSends();
    });
  }

  private pumpSends(): void {
    while (this.sending < 2 && this.outgoing.length > 0) {
      const batch = this.outgoing.splice(0, 200);
      this.sending += 1;
      void transact(this.ready(), (sql, effects) =>
        acceptEvents(
          this.ready(),
          sql,
          effects,
          batch.flatMap((entry) => entry.events),
        ),
      )
        .then(
          () =>
            batch.forEach((entry) => {
              entry.resolve();
            }),
          (error: unknown) =>
            batch.forEach((entry) => {
              entry.reject(error);
            }),
        )
        .finally(() => {
          this.sending -= 1;
          if (!this.dead) this.pumpSends();
        });
    }
  }

  /** Whether any function is triggered or cancelled by this event. */
  knows(name: string): boolean {
    return this.ready().router.knows(name);
  }

  /** Takes events in as part of the caller's transaction (the outbox relay's). */
  async deliver(sql: Sql, events: EventPayload[]): Promise<Delivery> {
    const core = this.ready();
    const effects = noEffects();
    try {
      await acceptEvents(core, sql, effects, events);
    } catch (error) {
      this.release(effects.start.length);
      throw error;
    }
    return {
      committed: () => this.launch(effects),
      rolledBack: () => this.release(effects.start.length),
    };
  }

  private async signal(name: string, data: unknown): Promise<string | null> {
    return transact(this.ready(), async (sql, effects) => {
      const [wait] = await sql`
        select run_id, step_id from durable_waits where kind = 'signal' and name = ${name} for update`;
      if (!wait) return null;
      const runId = String(wait.run_id);
      const value = { signal: name, data };
      await resolveWaits(sql, effects, [{ runId, stepId: String(wait.step_id), kind: "data", value }]);
      return runId;
    });
  }

  /** The client's `fetch`: what the SDK asks Inngest's servers is answered here. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    return answerRequest(
      {
        send: (events) => this.send(events),
        checkpoint: (callId, ops) => this.performer?.checkpoint(callId, ops) ?? Promise.resolve(false),
        signal: (name, data) => this.signal(name, data),
      },
      url,
      init,
    );
  };

  /** Stops taking work, lets running calls finish for `graceMs`, then gives the rest back to other executors. */
  async stop(graceMs = 10_000): Promise<void> {
    if (this.dead || !this.core) return;
    this.draining = true;
    this.rounds?.stop();
    await this.performer?.idle(graceMs);
    this.dead = true;
    clearInterval(this.renewal);
    await releaseLeases(this.core).catch((error: unknown) =>
      logger.warn({ error }, "leases were not released"),
    );
    await this.life?.end();
  }

  /** Drops the executor as a killed process would: nothing more is finished, released or written. For tests. */
  async kill(): Promise<void> {
    this.dead = true;
    clearInterval(this.renewal);
    this.rounds?.stop();
    await this.life?.end();
  }

  /** After `kill` or `stop`: until statements that were under way have ended. For tests. */
  async ended(): Promise<void> {
    await this.claiming;
    await this.rounds?.ended();
    await this.performer?.idle(2000);
  }
}
