import type { Sql } from "#db/client.ts";
import { holdConnection } from "#db/hold-connection.ts";
import type { Router } from "./function-rules.ts";
import type { EventPayload, Memo } from "./protocol.ts";

/** One call this executor holds the lease of. */
export type Job = {
  readonly runId: string;
  readonly stepId: string;
  readonly functionId: string;
  readonly leaseNo: number;
  readonly losses: number;
  readonly events: EventPayload[];
  readonly hasParent: boolean;
  attempt: number;
  steps: Map<string, Memo>;
  /** Events received after this moment may answer a wait the run is about to record (ISO time). */
  lookFrom: string;
  /** Planned parallel steps of this run are still open. */
  parallel: boolean;
  /** Something resolved while the call was running: read the run again before the next call. */
  stale: boolean;
};

/** What becomes true when the transaction commits. */
export type Effects = {
  start: Job[];
  wake: boolean;
  /** The nearest moment (Unix milliseconds) at which something just written falls due. */
  dueAt: number;
};

/** Effects of a transaction that has not decided anything yet. */
export function noEffects(): Effects {
  return { start: [], wake: false, dueAt: Number.POSITIVE_INFINITY };
}

/** What the parts of one executor share. */
export type Core = {
  readonly pool: Sql;
  readonly router: Router;
  /** This executor's number: lease owner and advisory lock. */
  readonly owner: number;
  readonly leaseMs: number;
  readonly roundMs: number;
  readonly backoff: (failures: number) => number;
  /** Takes up to `wanted` free places for calls; returns how many it got. */
  reserve(wanted: number): number;
  release(places: number): void;
  /** Takes in events that the runs themselves cause: finished, failed, cancelled. */
  accept(sql: Sql, effects: Effects, events: EventPayload[]): Promise<unknown>;
  /** Starts what a committed transaction decided. */
  launch(effects: Effects): void;
  afterWrite(where: { runId: string; ended: boolean }): Promise<void>;
  /** True once the executor was dropped: nothing may be written any more. */
  isDead(): boolean;
};

const RETRIED = new Set(["40001", "40P01"]);

async function attempt<T>(core: Core, work: (sql: Sql, effects: Effects) => Promise<T>): Promise<T> {
  const effects = noEffects();
  if (core.isDead()) throw new ExecutorStopped();
  const held = await holdConnection(() => core.pool);
  const sql = held.sql as unknown as Sql;
  try {
    if (core.isDead()) throw new ExecutorStopped();
    const begun = held.begin("begin");
    let result: T;
    try {
      result = await work(sql, effects);
      await begun;
      if (core.isDead()) throw new ExecutorStopped();
    } catch (error) {
      core.release(effects.start.length);
      await held.rollback(error);
      throw error;
    }
    await sql.unsafe("commit").simple();
    core.launch(effects);
    return result;
  } finally {
    held.release();
  }
}

/** Runs `work` in one transaction, again after a deadlock, and launches its effects once it has committed. */
export async function transact<T>(core: Core, work: (sql: Sql, effects: Effects) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(core, work);
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (tries >= 4 || !RETRIED.has(code)) throw error;
    }
  }
}

/** The executor was stopped or dropped while something was still going on in it. */
export class ExecutorStopped extends Error {
  constructor() {
    super("The executor has stopped.");
    this.name = "ExecutorStopped";
  }
}

/** A signed 64-bit key for an advisory lock, as text. */
export function lockKey(kind: string, name: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(`${kind}\u0000${name}`)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return BigInt.asIntN(64, hash).toString();
}

/**
 * Locks event names until the transaction ends: shared by those who bring an event, exclusive by those who record a
 * wait for it. So of an event and a wait, whichever comes second sees the other.
 */
export function lockNames(sql: Sql, shared: Iterable<string>, exclusive: Iterable<string>): Promise<unknown> {
  const wanted = new Map<string, boolean>();
  for (const name of shared) wanted.set(lockKey("event", name), false);
  for (const name of exclusive) wanted.set(lockKey("event", name), true);
  const keys = [...wanted.keys()].sort();
  if (keys.length === 0) return Promise.resolve();
  const flags = keys.map((key) => Number(wanted.get(key) === true));
  const locking = sql`
    select case when x.alone = 1 then pg_advisory_xact_lock(x.key) else pg_advisory_xact_lock_shared(x.key) end
    from unnest(${keys}::bigint[], ${flags}::int[]) as x(key, alone)`.execute();
  locking.catch(() => undefined);
  return locking;
}
