import { Inngest, type InngestFunction } from "inngest";
import { createPool, sqlPool } from "#db/client.ts";
import { withSystem } from "#db/system.ts";
import { newId } from "#domain/core/id.ts";
import { LocalExecutor } from "#inngest/local/local-executor.ts";
import { appendOutbox, startRelay, stopRelay, wakeRelay } from "#server/runtime/outbox.ts";
import { openBenchDatabase } from "./bench-database.ts";
import { type BenchRow, percentile, reportBench } from "./report.ts";

const SLEEPERS = Number(process.env.BENCH_SLEEPERS ?? 10_000);
const quiet = { info: () => undefined, warn: () => undefined, error: console.error, debug: () => undefined };

let executor: LocalExecutor;
const client = new Inngest({
  id: "bench",
  isDev: true,
  baseUrl: "http://executor.local",
  aiMetadata: false,
  logger: quiet,
  fetch: async (input: string | URL | Request, init?: RequestInit) => executor.fetch(input, init),
});

/** Resolves when `count` things were reported done; keeps what they reported. */
class Tally {
  readonly values: number[] = [];
  private waiting: { count: number; resolve: () => void } | null = null;

  add(value: number): void {
    this.values.push(value);
    if (this.waiting && this.values.length >= this.waiting.count) this.waiting.resolve();
  }

  reach(count: number): Promise<void> {
    if (this.values.length >= count) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting = { count, resolve };
    });
  }
}

const stepTimes = new Tally();
const starts = new Tally();
const bare = new Tally();
const wakes = new Tally();
const ended = new Tally();

async function steps(
  count: number,
  step: { run(id: string, work: () => number): Promise<number> },
): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const from = performance.now();
    await step.run(`step-${n}`, () => n);
    stepTimes.add(performance.now() - from);
  }
  ended.add(1);
}

const functions: InngestFunction.Any[] = [
  client.createFunction({ id: "steps", triggers: [{ event: "bench/steps" }] }, ({ step, event }) =>
    steps(Number(event.data.count), step as unknown as Parameters<typeof steps>[1]),
  ),
  client.createFunction(
    { id: "plain", checkpointing: false, triggers: [{ event: "bench/plain" }] },
    async ({ step }) => {
      for (let n = 0; n < 50; n += 1) await step.run(`step-${n}`, () => n);
      ended.add(1);
    },
  ),
  client.createFunction({ id: "start", triggers: [{ event: "bench/start" }] }, async ({ event }) => {
    starts.add(performance.now() - Number(event.data.at));
  }),
  client.createFunction({ id: "bare", triggers: [{ event: "bench/bare" }] }, async () => {
    bare.add(1);
  }),
  client.createFunction({ id: "sleeper", triggers: [{ event: "bench/sleep" }] }, async ({ event, step }) => {
    const until = Number(event.data.until);
    await step.sleepUntil("until", new Date(until));
    wakes.add(Date.now() - until);
  }),
];

/** The bare queue: one statement to take a job, one to finish it, nothing in between. */
async function floor(): Promise<{ p50: number; perSecond: number }> {
  const admin = createPool(process.env.DATABASE_DIRECT_URL ?? "", { max: 1 });
  await admin`create table bench_queue (id uuid primary key, due timestamptz not null default now(), lease timestamptz)`;
  await admin`create index on bench_queue (due)`;
  await admin`grant all on bench_queue to public`;
  await admin.end();
  const sql = sqlPool();
  const job = async () => {
    await sql`update bench_queue set lease = now() + interval '20 s' where id = (
      select id from bench_queue where due <= now() and lease is null order by due limit 1 for update skip locked) returning id`;
    await sql`delete from bench_queue where id = (select id from bench_queue where lease is not null limit 1 for update skip locked)`;
  };
  const fill = () => sql`insert into bench_queue select gen_random_uuid() from generate_series(1, 1000)`;
  await fill();
  const times: number[] = [];
  for (let n = 0; n < 300; n += 1) {
    const from = performance.now();
    await job();
    times.push(performance.now() - from);
  }
  await fill();
  const from = performance.now();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let n = 0; n < 100; n += 1) await job();
    }),
  );
  return { p50: percentile(times, 0.5), perSecond: 1000 / ((performance.now() - from) / 1000) };
}

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function send(name: string, list: Record<string, unknown>[]): Promise<void> {
  await client.send(list.map((data) => ({ name, data })));
}

async function measureSteps(rows: BenchRow[], limit: { p50: number; perSecond: number }): Promise<void> {
  await send("bench/steps", [{ count: 50 }]);
  await ended.reach(1);
  stepTimes.values.length = 0;
  await send("bench/steps", [{ count: 400 }]);
  await ended.reach(2);
  const p50 = percentile(stepTimes.values, 0.5);
  rows.push({
    what: "a step of one run, checkpointed, p50",
    value: p50,
    unit: "ms",
    floor: limit.p50,
    goal: "≤ 3",
    met: p50 <= 3,
  });
  rows.push({ what: "  p99", value: percentile(stepTimes.values, 0.99), unit: "ms" });
  const plainFrom = performance.now();
  await send("bench/plain", [{}]);
  await ended.reach(3);
  rows.push({
    what: "a step without checkpoints, mean",
    value: (performance.now() - plainFrom) / 51,
    unit: "ms",
    floor: limit.p50,
  });
  const [from, cpuFrom] = [performance.now(), cpu()];
  await send(
    "bench/steps",
    Array.from({ length: 200 }, () => ({ count: 50 })),
  );
  await ended.reach(203);
  const perSecond = 10_000 / ((performance.now() - from) / 1000);
  rows.push({
    what: "steps, 200 runs of 50",
    value: perSecond,
    unit: "/s",
    floor: limit.perSecond,
    goal: "≥ 1500",
    met: perSecond >= 1500,
  });
  rows.push({ what: "  CPU of this process a step", value: (cpu() - cpuFrom) / 10_000, unit: "ms" });
}

async function measureStarts(rows: BenchRow[]): Promise<void> {
  for (let n = 1; n <= 200; n += 1) {
    await send("bench/start", [{ at: performance.now() }]);
    await starts.reach(n);
  }
  rows.push({
    what: "send → function's first line, p50",
    value: percentile(starts.values.slice(50), 0.5),
    unit: "ms",
  });
  rows.push({ what: "  p99", value: percentile(starts.values.slice(50), 0.99), unit: "ms" });
}

/** The product's hot path: a committed outbox row each, handed over by the relay, one run without steps. */
async function measureRuns(rows: BenchRow[]): Promise<void> {
  const count = 3000;
  await startRelay({
    knows: (name) => executor.knows(name),
    deliver: (sql, events) => executor.deliver(sql, events),
  });
  const tenantId = newId();
  await withSystem(
    "bench tenant",
    (tx) =>
      tx.sql`insert into tenants (id, name, slug, billing_email) values (${tenantId}, 'B', ${tenantId}, 'b@b.test')`,
  );
  const append = (n: number) =>
    withSystem("bench append", (tx) =>
      appendOutbox(tx, [{ tenantId, name: "bench/bare", payload: { n } }]),
    ).then(wakeRelay);
  const [from, cpuFrom] = [performance.now(), cpu()];
  let next = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (next < count) {
        next += 1;
        await append(next);
      }
    }),
  );
  await bare.reach(count);
  const seconds = (performance.now() - from) / 1000;
  rows.push({
    what: "outbox commit → run without steps ended, 8 writers",
    value: count / seconds,
    unit: "runs/s",
    goal: "≥ 250",
    met: count / seconds >= 250,
  });
  rows.push({
    what: "  CPU of this process a run, the commit included",
    value: (cpu() - cpuFrom) / count,
    unit: "ms",
  });
  await stopRelay();
  const [sendFrom, sendCpu] = [performance.now(), cpu()];
  for (let n = 0; n < 30; n += 1)
    await send(
      "bench/bare",
      Array.from({ length: 100 }, () => ({})),
    );
  await bare.reach(2 * count);
  rows.push({
    what: "runs without steps, sent by hundreds",
    value: count / ((performance.now() - sendFrom) / 1000),
    unit: "runs/s",
  });
  rows.push({ what: "  CPU of this process a run", value: (cpu() - sendCpu) / count, unit: "ms" });
}

/** Sleepers that wake spread over twenty seconds, each at its own moment. */
async function measureSleepers(rows: BenchRow[]): Promise<void> {
  const first = Date.now() + 25_000;
  const list = Array.from({ length: SLEEPERS }, (_, n) => ({
    until: first + Math.round((n / SLEEPERS) * 25_000),
  }));
  for (let at = 0; at < list.length; at += 500) await send("bench/sleep", list.slice(at, at + 500));
  await wakes.reach(SLEEPERS);
  const most = Math.max(...wakes.values);
  rows.push({
    what: `${SLEEPERS} sleeping runs: woken late by, p50`,
    value: percentile(wakes.values, 0.5),
    unit: "ms",
  });
  rows.push({
    what: "  p99",
    value: percentile(wakes.values, 0.99),
    unit: "ms",
    goal: "≤ 1000",
    met: percentile(wakes.values, 0.99) <= 1000,
  });
  rows.push({ what: "  most", value: most, unit: "ms", goal: "≤ 1000", met: most <= 1000 });
  rows.push({
    what: "  woken before their time",
    value: wakes.values.filter((late) => late < 0).length,
    unit: "runs",
    goal: "0",
    met: wakes.values.every((late) => late >= 0),
  });
}

const close = await openBenchDatabase("bench_p13");
try {
  executor = new LocalExecutor({ client, functions });
  await executor.start();
  const rows: BenchRow[] = [];
  const limit = await floor();
  rows.push({ what: "floor: bare queue job, claim + complete, p50", value: limit.p50, unit: "ms" });
  rows.push({ what: "floor: bare queue jobs, 10 at a time", value: limit.perSecond, unit: "/s" });
  await measureSteps(rows, limit);
  await measureStarts(rows);
  await measureRuns(rows);
  await measureSleepers(rows);
  reportBench("p13-executor", rows, { sleepers: SLEEPERS });
  await executor.stop();
} finally {
  await close();
}
