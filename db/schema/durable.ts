import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, tenantTable, time } from "./tenant-table.ts";

/** Events the executor took in; an id counts once for 24 hours, and a wait recorded late looks back at them. */
export const durableEvents = pgTable(
  "durable_events",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    payload: json("payload").notNull(),
    receivedAt: time("received_at").notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    index("durable_events_name_idx").on(t.name, t.receivedAt),
    index("durable_events_received_idx").using("brin", t.receivedAt),
  ],
);

/** One execution of a function. `json`, not `jsonb`: values come back as they were given, key order and all. */
export const durableRuns = pgTable(
  "durable_runs",
  {
    id: uuid("id").primaryKey(),
    functionId: text("function_id").notNull(),
    /** queued running completed failed cancelled */
    status: text("status").notNull().default("queued"),
    events: json("events").notNull(),
    output: json("output"),
    error: json("error"),
    parentRunId: uuid("parent_run_id"),
    parentStepId: text("parent_step_id"),
    singletonKey: text("singleton_key"),
    gates: text("gates").array(),
    /** How far ahead of its due time the run stands in the queue. */
    aheadMs: integer("ahead_ms").notNull().default(0),
    startBy: time("start_by"),
    finishBy: time("finish_by"),
    createdAt: time("created_at").notNull().default(sql`clock_timestamp()`),
    startedAt: time("started_at"),
    endedAt: time("ended_at"),
  },
  (t) => [
    uniqueIndex("durable_runs_singleton_key")
      .on(t.functionId, t.singletonKey)
      .where(sql`singleton_key is not null and status in ('queued', 'running')`),
    index("durable_runs_start_by_idx").on(t.startBy).where(sql`status = 'queued' and start_by is not null`),
    index("durable_runs_finish_by_idx")
      .on(t.finishBy)
      .where(sql`status = 'running' and finish_by is not null`),
    index("durable_runs_ended_idx").using("brin", t.endedAt),
  ],
);

/** Memoised results; a step that has a row never runs again. */
export const durableSteps = pgTable(
  "durable_steps",
  {
    runId: uuid("run_id").notNull(),
    id: text("id").notNull(),
    position: bigint("position", { mode: "number" }).generatedAlwaysAsIdentity(),
    name: text("name"),
    /** data or error */
    kind: text("kind").notNull(),
    value: json("value").notNull(),
    startedAt: time("started_at").notNull().default(sql`clock_timestamp()`),
    createdAt: time("created_at").notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.runId, t.id] })],
);

/** The queue: calls to make. `step_id` is empty for the run's main call, a step's hash for a planned parallel step. */
export const durableJobs = pgTable(
  "durable_jobs",
  {
    runId: uuid("run_id").notNull(),
    stepId: text("step_id").notNull().default(""),
    functionId: text("function_id").notNull(),
    attempt: integer("attempt").notNull().default(0),
    /** Due time moved ahead by the run's priority: the order of the queue. */
    rank: time("rank").notNull(),
    dueAt: time("due_at").notNull(),
    /** Concurrency keys this call counts in; null where the function has no limit. */
    gates: text("gates").array(),
    leaseOwner: integer("lease_owner"),
    leaseNo: integer("lease_no").notNull().default(0),
    leaseUntil: time("lease_until"),
    /** Something resolved while the call was running: call again. */
    dirty: boolean("dirty").notNull().default(false),
    /** How often a holder of the lease died. */
    losses: integer("losses").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.stepId] }),
    index("durable_jobs_rank_idx").on(t.rank),
    index("durable_jobs_gated_idx").on(t.rank).where(sql`gates is not null`),
    index("durable_jobs_lease_idx").on(t.leaseOwner).where(sql`lease_owner is not null`),
  ],
);

/** What a run waits for (sleep, event, signal, invoke) and the events that cancel it. */
export const durableWaits = pgTable(
  "durable_waits",
  {
    runId: uuid("run_id").notNull(),
    stepId: text("step_id").notNull(),
    /** sleep event signal invoke cancel */
    kind: text("kind").notNull(),
    name: text("name"),
    expression: text("expression"),
    /** A value the arriving event must contain, taken from the expression: narrows thousands of waits to a few. */
    matchValue: text("match_value"),
    until: time("until"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.stepId] }),
    index("durable_waits_name_idx").on(t.name, t.matchValue).where(sql`name is not null`),
    index("durable_waits_until_idx").on(t.until).where(sql`until is not null`),
    uniqueIndex("durable_waits_signal_key").on(t.name).where(sql`kind = 'signal'`),
  ],
);

/** Events held back by a debounce or collected into a batch. */
export const durableHolds = pgTable(
  "durable_holds",
  {
    functionId: text("function_id").notNull(),
    key: text("key").notNull(),
    events: json("events").notNull(),
    firstAt: time("first_at").notNull(),
    fireAt: time("fire_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.functionId, t.key] }), index("durable_holds_fire_idx").on(t.fireAt)],
);

/** Theoretical arrival times of rate limits and throttles (GCRA). */
export const durableRates = pgTable(
  "durable_rates",
  { scope: text("scope").notNull(), key: text("key").notNull(), arrival: time("arrival").notNull() },
  (t) => [primaryKey({ columns: [t.scope, t.key] })],
);

/** Idempotency keys of functions. */
export const durableKeys = pgTable(
  "durable_keys",
  { scope: text("scope").notNull(), key: text("key").notNull(), expiresAt: time("expires_at").notNull() },
  (t) => [primaryKey({ columns: [t.scope, t.key] }), index("durable_keys_expires_idx").on(t.expiresAt)],
);

/** The next tick of each schedule; whoever locks the row fires it. */
export const durableCrons = pgTable(
  "durable_crons",
  {
    functionId: text("function_id").notNull(),
    schedule: text("schedule").notNull(),
    nextAt: time("next_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.functionId, t.schedule] })],
);

/** Facts on their way out of the transaction that made them; numbered per tenant when published. */
export const outbox = pgTable(
  "outbox",
  {
    id: uuid("id").primaryKey(),
    tenantId: uuid("tenant_id"),
    name: text("name").notNull(),
    payload: json("payload").notNull(),
    dedupeKey: text("dedupe_key"),
    /** pending claimed published */
    state: text("state").notNull().default("pending"),
    claimedUntil: time("claimed_until"),
    number: bigint("number", { mode: "number" }),
    createdAt: createdAt(),
    publishedAt: time("published_at"),
  },
  (t) => [
    index("outbox_unpublished_idx").on(t.createdAt).where(sql`state <> 'published'`),
    index("outbox_tenant_number_idx").on(t.tenantId, t.number).where(sql`number is not null`),
    uniqueIndex("outbox_dedupe_key").on(t.dedupeKey).where(sql`dedupe_key is not null`),
    index("outbox_published_idx").using("brin", t.publishedAt),
  ],
);

/** The last number published per tenant. */
export const outboxCounters = pgTable("outbox_counters", {
  tenantId: uuid("tenant_id").primaryKey(),
  last: bigint("last", { mode: "number" }).notNull().default(0),
});

/** Everything that is to happen later, on the tenant's clock. */
export const timers = tenantTable(
  "timers",
  {
    kind: text("kind").notNull(),
    subjectId: text("subject_id").notNull(),
    dueAt: time("due_at").notNull(),
    payload: json("payload").notNull().default({}),
    /** scheduled done cancelled failed */
    state: text("state").notNull().default("scheduled"),
    attempts: integer("attempts").notNull().default(0),
    /** Not before this moment of real time, after an attempt failed. */
    retryAt: time("retry_at"),
    lastError: text("last_error"),
    createdAt: createdAt(),
    settledAt: time("settled_at"),
  },
  (t) => [
    index("timers_due_idx").on(t.dueAt).where(sql`state = 'scheduled'`),
    index("timers_tenant_due_idx").on(t.tenantId, t.dueAt).where(sql`state = 'scheduled'`),
    index("timers_subject_idx").on(t.tenantId, t.kind, t.subjectId),
  ],
);
