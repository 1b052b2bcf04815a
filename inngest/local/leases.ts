import { createPool, databaseUrl, type Sql } from "#db/client.ts";
import { logger } from "#server/runtime/logger.ts";
import type { Core } from "./core.ts";

/** First half of the advisory lock that says "this executor lives"; the second half is its number. */
const LIFE = 7_205_401;

/**
 * Proof of life: a session lock on a connection of its own. The database drops it the moment the process dies, so
 * others take over within seconds instead of waiting for the lease to run out.
 */
export class Life {
  private readonly connection: Sql;
  private readonly owner: number;

  constructor(owner: number, url = process.env.DATABASE_DIRECT_URL ?? databaseUrl()) {
    this.owner = owner;
    this.connection = createPool(url, { max: 1, applicationName: "aurora-executor", session: true });
  }

  /** Takes the lock, or takes it again after the connection was lost. */
  async hold(): Promise<void> {
    const rows = await this.connection`
      select 1 from pg_locks where locktype = 'advisory' and classid = ${LIFE} and objid = ${this.owner}::bigint::oid
        and pid = pg_backend_pid()`;
    if (rows.length === 0) await this.connection`select pg_advisory_lock(${LIFE}, ${this.owner})`;
  }

  async end(): Promise<void> {
    await this.connection
      .end({ timeout: 0 })
      .catch((error: unknown) => logger.debug({ error }, "life ended badly"));
  }
}

/**
 * Keeps the leases of calls that run in this process. One that is leased to it but not running (its write failed, say)
 * is left to run out; a call whose lease was lost finds out at its next write.
 */
export async function renewLeases(core: Core, active: { runId: string; stepId: string }[]): Promise<void> {
  if (active.length === 0) return;
  await core.pool`
    update durable_jobs j set lease_until = clock_timestamp() + ${core.leaseMs} * interval '1 millisecond'
    from unnest(${active.map((job) => job.runId)}::uuid[], ${active.map((job) => job.stepId)}::text[]) as x(run_id, step_id)
    where j.run_id = x.run_id and j.step_id = x.step_id and j.lease_owner = ${core.owner}
      and j.lease_until < clock_timestamp() + ${core.leaseMs * 0.8} * interval '1 millisecond'`;
}

/** Lease owners whose proof of life is gone. */
async function findDead(core: Core): Promise<number[]> {
  const rows = await core.pool`
    select o.owner from (
      select distinct lease_owner as owner from durable_jobs
      where lease_owner is not null and lease_owner <> ${core.owner} and lease_until > clock_timestamp()
    ) o
    where not exists (
      select from pg_locks l where l.locktype = 'advisory' and l.classid = ${LIFE} and l.granted
        and l.objid = o.owner::bigint::oid
        and l.database = (select oid from pg_database where datname = current_database()))`;
  return rows.map((row) => Number(row.owner));
}

/**
 * Watches the others: an executor found dead twice in a row loses its leases. Twice, because a living one whose
 * connection broke takes its lock again in between.
 */
export class Watch {
  private suspects = new Set<number>();

  async look(core: Core): Promise<void> {
    const dead = await findDead(core);
    const certain = dead.filter((owner) => this.suspects.has(owner));
    this.suspects = new Set(dead);
    if (certain.length === 0) return;
    await core.pool`
      update durable_jobs set lease_until = clock_timestamp() - interval '1 millisecond'
      where lease_owner = any(${certain}::int[]) and lease_until > clock_timestamp()`;
    logger.warn({ executors: certain }, "calls of dead executors are taken over");
  }
}

/** Gives leases back on a graceful stop, so that another executor goes on at once. */
export async function releaseLeases(core: Core): Promise<void> {
  await core.pool`
    update durable_jobs set lease_owner = null, lease_until = null where lease_owner = ${core.owner}`;
}
