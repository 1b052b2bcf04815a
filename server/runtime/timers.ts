import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { logger } from "./logger.ts";
import { wakeRelay } from "./outbox.ts";
import { once } from "./process.ts";

export type TimerPlan = {
  kind: string;
  subjectId: string;
  /** On the tenant's clock. */
  dueAt: Date | string;
  payload?: Record<string, unknown>;
  /** Cancel an earlier timer of the same kind and subject that has not fired. */
  replace?: boolean;
};

export type Timer = {
  id: string;
  tenantId: TenantId;
  kind: string;
  subjectId: string;
  dueAt: string;
  payload: Record<string, unknown>;
};

/** Does what a timer stands for, in the transaction that settles it: both happen, once, or neither. */
export type TimerHandler = (tx: TenantTransaction, timer: Timer) => Promise<void>;

const ROUND_MS = 500;
const BATCH = 500;
const LANES = 8;
const MOST_ATTEMPTS = 10;

type State = {
  handlers: Map<string, TimerHandler>;
  /** Kinds of which a later one of a tenant waits for an earlier one that failed. */
  ordered: Set<string>;
  interval: NodeJS.Timeout | undefined;
  sweeping: Promise<number> | null;
};

const state = () =>
  once<State>("timers", () => ({
    handlers: new Map(),
    ordered: new Set(),
    interval: undefined,
    sweeping: null,
  }));

/** Writes a timer down in the caller's transaction. Returns its id. */
export async function scheduleTimer(tx: TenantTransaction, plan: TimerPlan): Promise<string> {
  const id = newId();
  const dueAt = new Date(plan.dueAt).toISOString();
  const { kind, subjectId } = plan;
  const replaced = plan.replace ? cancelTimer(tx, { kind, subjectId }) : null;
  const kept = tx.sql`
    insert into timers (tenant_id, id, kind, subject_id, due_at, payload)
    values (${tx.tenantId}, ${id}, ${kind}, ${subjectId}, ${dueAt}, ${JSON.stringify(plan.payload ?? {})}::text::json)`;
  await Promise.all([replaced, kept.execute()]);
  return id;
}

/** Cancels timers that have not fired, by id or by kind and subject. Returns how many it cancelled. */
export async function cancelTimer(
  tx: TenantTransaction,
  which: { id: string } | { kind: string; subjectId: string },
): Promise<number> {
  const cancelled = tx.sql`
    update timers set state = 'cancelled', settled_at = clock_timestamp()
    where tenant_id = ${tx.tenantId} and state = 'scheduled' and ${
      "id" in which
        ? tx.sql`id = ${which.id}`
        : tx.sql`kind = ${which.kind} and subject_id = ${which.subjectId}`
    }
    returning 1`.execute();
  return (await cancelled).length;
}

/**
 * Says what a kind of timer does. Once per kind and process; registering again replaces. Of kinds that go `inOrder` a
 * tenant's later timer waits while an earlier one is to be tried again: a month is not closed before its plan changed.
 */
export function registerTimerHandler(kind: string, handler: TimerHandler, how?: { inOrder: boolean }): void {
  state().handlers.set(kind, handler);
  if (how?.inOrder) state().ordered.add(kind);
}

type Due = { tenant_id: string; id: string; kind: string };
/** A patient sweep waits for what another sweeper is firing, so that all is done when it ends. */
type Sweep = { patient: boolean };

/** Due timers of all tenants (or one), oldest first: tenants whose clock runs ahead are looked at one by one. */
async function findDue(kinds: string[], tenantId?: TenantId): Promise<Due[]> {
  const ordered = [...state().ordered];
  const rows = await withSystem(
    "timer sweep",
    (tx) => tx.sql`
      select t.tenant_id, t.id, t.kind, t.due_at from (
        select t.tenant_id, t.id, t.due_at, t.kind, t.retry_at from timers t
        join tenants n on n.id = t.tenant_id and n.clock_offset_ms <= 0
        where t.state = 'scheduled' and t.due_at <= clock_timestamp() + n.clock_offset_ms * interval '1 millisecond'
          and t.due_at <= clock_timestamp()
        union all
        select t.tenant_id, t.id, t.due_at, t.kind, t.retry_at from tenants n
        join timers t on t.tenant_id = n.id
        where n.clock_offset_ms > 0 and t.state = 'scheduled'
          and t.due_at <= clock_timestamp() + n.clock_offset_ms * interval '1 millisecond'
      ) t
      where t.kind = any(${kinds}::text[]) and (t.retry_at is null or t.retry_at <= clock_timestamp())
        and (t.kind <> all(${ordered}::text[]) or not exists (
          select from timers e where e.tenant_id = t.tenant_id and e.state = 'scheduled' and e.due_at < t.due_at
            and e.kind = any(${ordered}::text[]) and e.retry_at > clock_timestamp()))
        and (${tenantId ?? null}::uuid is null or t.tenant_id = ${tenantId ?? null}::uuid)
      order by t.due_at, t.id limit ${BATCH}`,
  );
  return rows as unknown as Due[];
}

async function noteFailure(due: Due, error: unknown): Promise<void> {
  logger.error({ error, timerId: due.id }, "a timer failed");
  const message = error instanceof Error ? error.message : String(error);
  await withTenant(
    tenantIdFrom(due.tenant_id),
    (tx) => tx.sql`
      update timers set attempts = attempts + 1, last_error = ${message.slice(0, 1000)},
        state = case when attempts + 1 >= ${MOST_ATTEMPTS} then 'failed' else state end,
        retry_at = clock_timestamp() + least(power(2, attempts), 600) * interval '1 second'
      where tenant_id = ${due.tenant_id} and id = ${due.id} and state = 'scheduled'`,
  );
}

/**
 * Takes a timer, if it is still to be fired. Those that go in order are taken one by one, also by several sweepers, and
 * not before an earlier one, such as the next one that an earlier one has just made.
 */
async function claim(tx: TenantTransaction, due: Due, { patient }: Sweep) {
  const ordered = [...state().ordered];
  const { sql, tenantId } = tx;
  if (ordered.includes(due.kind)) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`timers:${tenantId}`}, 0))`;
    return sql`
      update timers t set state = 'done', settled_at = clock_timestamp(), attempts = attempts + 1
      where tenant_id = ${tenantId} and id = ${due.id} and state = 'scheduled' and not exists (
        select from timers e where e.tenant_id = t.tenant_id and e.state = 'scheduled'
          and e.kind = any(${ordered}::text[]) and (e.due_at, e.id) < (t.due_at, t.id))
      returning kind, subject_id, due_at, payload`;
  }
  return sql`
    update timers set state = 'done', settled_at = clock_timestamp(), attempts = attempts + 1
    where tenant_id = ${tenantId} and id = (
      select id from timers where tenant_id = ${tenantId} and id = ${due.id} and state = 'scheduled'
      for update ${patient ? sql`` : sql`skip locked`})
    returning kind, subject_id, due_at, payload`;
}

/** Fires one timer: its handler's work and its settled state commit together. False when it was no longer ours. */
async function fire(due: Due, sweep: Sweep): Promise<boolean> {
  return withTenant(tenantIdFrom(due.tenant_id), async (tx) => {
    const [row] = await claim(tx, due, sweep);
    const handler = row && state().handlers.get(String(row.kind));
    if (!handler) return false;
    await handler(tx, {
      id: due.id,
      tenantId: tx.tenantId,
      kind: String(row.kind),
      subjectId: String(row.subject_id),
      dueAt: String(row.due_at),
      payload: row.payload as Record<string, unknown>,
    });
    return true;
  });
}

/** One tenant's timers fire one after the other, in the order they fall due. */
async function fireInOrder(list: Due[], sweep: Sweep): Promise<number> {
  const { ordered } = state();
  let [fired, stopped] = [0, false];
  for (const due of list) {
    if (stopped && ordered.has(due.kind)) continue;
    try {
      if (await fire(due, sweep)) fired += 1;
    } catch (error) {
      stopped ||= ordered.has(due.kind);
      await noteFailure(due, error).catch((problem: unknown) =>
        logger.error({ error: problem }, "timer not noted"),
      );
    }
  }
  return fired;
}

async function sweepOnce(tenantId?: TenantId): Promise<{ seen: number; fired: number }> {
  const kinds = [...state().handlers.keys()];
  if (kinds.length === 0) return { seen: 0, fired: 0 };
  const due = await findDue(kinds, tenantId);
  const tenants = new Map<string, Due[]>();
  for (const row of due) tenants.set(row.tenant_id, [...(tenants.get(row.tenant_id) ?? []), row]);
  const waiting = [...tenants.values()];
  let fired = 0;
  const lane = async () => {
    for (let list = waiting.shift(); list; list = waiting.shift())
      fired += await fireInOrder(list, { patient: tenantId !== undefined });
  };
  await Promise.all(Array.from({ length: Math.min(LANES, waiting.length) }, lane));
  if (fired > 0) wakeRelay();
  return { seen: due.length, fired };
}

/** More rounds than any clock's way has steps; ends a sweep whose timers cannot even be noted as failed. */
const MOST_ROUNDS = 5000;

/**
 * Fires everything that is due, also what firing makes due, for all tenants or one; returns how many fired. Call it
 * after a sandbox tenant's clock was set.
 */
export async function sweepTimers(tenantId?: TenantId): Promise<number> {
  let total = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { seen, fired } = await sweepOnce(tenantId);
    total += fired;
    // One tenant's sweep also goes on after what another sweeper fired: that may have made something due.
    if ((tenantId === undefined ? fired : seen) === 0) break;
  }
  return total;
}

/** Begins to fire timers within a second of their time. */
export function startTimers(): void {
  const timers = state();
  if (timers.interval) return;
  timers.interval = setInterval(() => {
    if (timers.sweeping) return;
    timers.sweeping = sweepTimers()
      .catch((error: unknown) => {
        logger.error({ error }, "timers were not swept");
        return 0;
      })
      .finally(() => {
        timers.sweeping = null;
      });
  }, ROUND_MS);
}

/** Stops sweeping; the timer being fired is finished. */
export async function stopTimers(): Promise<void> {
  const timers = state();
  clearInterval(timers.interval);
  timers.interval = undefined;
  await timers.sweeping;
}
