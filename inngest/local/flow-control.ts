import type { Sql } from "#db/client.ts";
import { durationMs } from "./duration.ts";
import { holds, keyOf } from "./expression.ts";
import type { FunctionRule } from "./function-rules.ts";
import type { EventPayload } from "./protocol.ts";

const DAY_MS = 86_400_000;

/** Whether this key of this function was not used in the last 24 hours; marks it used. */
async function claimKey(sql: Sql, scope: string, key: string): Promise<boolean> {
  const rows = await sql`
    insert into durable_keys (scope, key, expires_at)
    values (${scope}, ${key}, clock_timestamp() + ${DAY_MS} * interval '1 millisecond')
    on conflict (scope, key) do update set expires_at = excluded.expires_at
      where durable_keys.expires_at < clock_timestamp()
    returning 1`;
  return rows.length > 0;
}

/** Locks the theoretical arrival time of a rate and returns it with the database's now, both in milliseconds. */
async function arrivalOf(sql: Sql, scope: string, key: string): Promise<{ arrival: number; now: number }> {
  const [row] = await sql`
    insert into durable_rates (scope, key, arrival) values (${scope}, ${key}, clock_timestamp())
    on conflict (scope, key) do update set arrival = durable_rates.arrival
    returning arrival, clock_timestamp() as now`;
  return { arrival: Date.parse(String(row?.arrival)), now: Date.parse(String(row?.now)) };
}

async function setArrival(sql: Sql, scope: string, key: string, arrival: number): Promise<void> {
  await sql`update durable_rates set arrival = ${new Date(arrival).toISOString()} where scope = ${scope} and key = ${key}`;
}

async function withinRate(sql: Sql, rule: FunctionRule, event: EventPayload): Promise<boolean> {
  const limit = rule.config.rateLimit;
  if (!limit) return true;
  const scope = `${rule.id}:rate`;
  const key = keyOf(limit.key, event);
  const period = durationMs(limit.period);
  const { arrival, now } = await arrivalOf(sql, scope, key);
  const next = Math.max(arrival, now) + period / limit.limit;
  if (next - period > now + 1) return false;
  await setArrival(sql, scope, key, next);
  return true;
}

/** When a throttled run may start (ISO time), or null without a throttle. Later callers queue behind. */
export async function throttledUntil(
  sql: Sql,
  rule: FunctionRule,
  event: EventPayload,
): Promise<string | null> {
  const throttle = rule.config.throttle;
  if (!throttle) return null;
  const scope = `${rule.id}:throttle`;
  const key = keyOf(throttle.key, event);
  const interval = durationMs(throttle.period) / throttle.limit;
  const { arrival, now } = await arrivalOf(sql, scope, key);
  const start = Math.max(now, arrival - interval * (Math.max(throttle.burst ?? 1, 1) - 1));
  await setArrival(sql, scope, key, Math.max(arrival, now) + interval);
  return new Date(start).toISOString();
}

/** The last event within the period wins; `timeout` bounds how long it may be put off. */
async function debounce(sql: Sql, rule: FunctionRule, event: EventPayload): Promise<void> {
  const config = rule.config.debounce;
  if (!config) return;
  const limit = config.timeout ? durationMs(config.timeout) : null;
  await sql`
    insert into durable_holds (function_id, key, events, first_at, fire_at)
    values (${rule.id}, ${keyOf(config.key, event)}, ${JSON.stringify([event])}::text::json, clock_timestamp(),
      clock_timestamp() + ${durationMs(config.period)} * interval '1 millisecond')
    on conflict (function_id, key) do update set events = excluded.events,
      fire_at = least(excluded.fire_at, durable_holds.first_at + ${limit}::float8 * interval '1 millisecond')`;
}

/** Adds to the batch of its key; returns the whole batch when it is full. */
async function collect(sql: Sql, rule: FunctionRule, event: EventPayload): Promise<EventPayload[] | null> {
  const config = rule.config.batchEvents;
  if (!config) return [event];
  const key = keyOf(config.key, event);
  const [row] = await sql`
    insert into durable_holds (function_id, key, events, first_at, fire_at)
    values (${rule.id}, ${key}, '[]'::json, clock_timestamp(),
      clock_timestamp() + ${durationMs(config.timeout)} * interval '1 millisecond')
    on conflict (function_id, key) do update set key = excluded.key
    returning events`;
  const events = [...((row?.events ?? []) as EventPayload[]), event];
  if (events.length >= config.maxSize) {
    await sql`delete from durable_holds where function_id = ${rule.id} and key = ${key}`;
    return events;
  }
  await sql`
    update durable_holds set events = ${JSON.stringify(events)}::text::json
    where function_id = ${rule.id} and key = ${key}`;
  return null;
}

/**
 * Idempotency, rate limit, debounce and batch of a function. Returns the events a run is to start with now, or null
 * when this event starts none (dropped, put off, or collected).
 */
export async function admit(
  sql: Sql,
  rule: FunctionRule,
  event: EventPayload,
): Promise<EventPayload[] | null> {
  const { idempotency, debounce: debounced, batchEvents } = rule.config;
  if (idempotency && !(await claimKey(sql, `${rule.id}:once`, keyOf(idempotency, event)))) return null;
  if (!(await withinRate(sql, rule, event))) return null;
  if (debounced) {
    await debounce(sql, rule, event);
    return null;
  }
  if (batchEvents && (!batchEvents.if || holds(batchEvents.if, { event }))) return collect(sql, rule, event);
  return [event];
}
