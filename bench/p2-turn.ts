import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { reconcile } from "#server/billing/reconcile.ts";
import { seedMainJob } from "#server/testing/main-job.ts";
import { openBenchDatabase } from "./bench-database.ts";
import { databaseCpu } from "./peers/database-cpu.ts";
import { openInstantPeers } from "./peers/instant-peers.ts";
import { ProductProcess } from "./peers/product-process.ts";
import { TurnFloor } from "./peers/turn-floor.ts";
import { publishTurnFlow } from "./peers/turn-flow.ts";
import { WebhookLoad } from "./peers/webhook-load.ts";
import { type BenchRow, percentile, reportBench } from "./report.ts";

const SECONDS = Number(process.env.BENCH_SECONDS ?? 15);
const LANES = Number(process.env.BENCH_LANES ?? 48);
const ALONE = 300;
const TURN = "What is the price of the AirPods Pro?";
const SCENARIO = "I want to buy AirPods Pro";

type Waiting = { left: number; done: (at: number) => void };

/** Sends messages and learns when the reply to each has reached the provider. */
class Customers {
  private readonly waiting = new Map<string, Waiting>();
  private readonly load: WebhookLoad;
  private next = 0;

  constructor(load: WebhookLoad) {
    this.load = load;
  }

  readonly onReply = (to: string, at: number): void => {
    const waiting = this.waiting.get(to);
    if (!waiting) return;
    waiting.left -= 1;
    if (waiting.left > 0) return;
    this.waiting.delete(to);
    waiting.done(at);
  };

  /** Milliseconds from the first byte of the webhook to the last of `replies` messages at the provider. */
  async ask(text: string, replies: number, among = Number.POSITIVE_INFINITY): Promise<number> {
    this.next += 1;
    const phone = `1202${String(5_000_000 + (this.next % among)).padStart(7, "0")}`;
    const from = performance.now();
    const answered = new Promise<number>((resolve) =>
      this.waiting.set(phone, { left: replies, done: resolve }),
    );
    const status = await this.load.post(phone, text);
    if (status !== 200) throw new Error(`The door answered ${status}.`);
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`No reply reached ${phone} within 30 seconds.`)), 30_000).unref();
    });
    return (await Promise.race([answered, late])) - from;
  }
}

async function alone(count: number, work: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) times.push(await work());
  return times;
}

/** Keeps `lanes` going for a while: what was done a second, and how long each took. */
async function saturate(
  lanes: number,
  work: () => Promise<number>,
  seconds = SECONDS,
): Promise<{ perSecond: number; times: number[] }> {
  const times: number[] = [];
  const from = performance.now();
  const end = from + seconds * 1000;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (performance.now() < end) times.push(await work());
    }),
  );
  return { perSecond: times.length / ((performance.now() - from) / 1000), times };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** Whether every turn left everything behind: message, reply, run, call, record, connector call. */
async function missing(tenantId: TenantId, turns: number): Promise<string[]> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const [row] = await withTenant(
      tenantId,
      (tx) => tx.sql`select
        (select count(*)::int from messages where role = 'customer') as inbound,
        (select count(*)::int from channel_messages where direction = 'outbound' and status = 'sent') as sent,
        (select count(*)::int from flow_executions where status = 'completed') as runs,
        (select count(*)::int from flow_execution_steps where status = 'completed') / 8 as steps,
        (select count(*)::int from ai_responses where status = 'succeeded' and usage_record_id is not null) as calls,
        (select count(*)::int from usage_breakdown where client_price > 0) as records,
        (select count(*)::int from connector_logs where status = 'succeeded') as connector,
        (select count(*)::int from webhook_journal where status = 'processed') as journal`,
    );
    const { data, differences } = await reconcile(tenantId);
    const wrong = Object.entries(row ?? {}).flatMap(([name, n]) =>
      Number(n) === turns ? [] : [`${name} ${n} of ${turns}`],
    );
    if (differences > 0) wrong.push(...data.flatMap((one) => one.differences));
    if (wrong.length === 0 || performance.now() > deadline) return wrong;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const closeDatabase = await openBenchDatabase("bench_p2");
const peers = await openInstantPeers();
const product = new ProductProcess();
try {
  const { tenantId, actor, connected } = await seedMainJob(peers.urls);
  await publishTurnFlow(actor, connected);
  await product.start();
  const load = new WebhookLoad(`${product.url}/api/webhooks/whatsapp/${connected.channel.id}`);
  const customers = new Customers(load);
  peers.onReply = customers.onReply;
  let turns = 0;
  const turn = () => {
    turns += 1;
    return customers.ask(TURN, 1, 2_000);
  };
  // A process that has just started compiles its code and plans its statements: that is P14's concern.
  await alone(50, turn);
  await saturate(LANES, turn, 10);
  const single = await alone(ALONE, turn);
  const floor = new TurnFloor(process.env.DATABASE_DIRECT_URL ?? "", LANES);
  await floor.open();
  const floorAlone = await alone(ALONE, () => timed(() => floor.turn()));
  const floorMany = await saturate(LANES, () => timed(() => floor.turn()));
  await floor.close();
  const database = await databaseCpu(process.env.DATABASE_DIRECT_URL ?? "");
  const [cpuFrom, ownFrom, databaseFrom] = [product.cpuSeconds(), process.cpuUsage(), database()];
  const many = await saturate(LANES, turn);
  const cpuMs = ((product.cpuSeconds() - cpuFrom) * 1000) / many.times.length;
  const databaseMs = ((database() - databaseFrom) * 1000) / many.times.length;
  const own = process.cpuUsage(ownFrom);
  const ownMs = (own.user + own.system) / 1000 / many.times.length;
  const wrong = await missing(tenantId, turns);
  const scenario = await alone(100, () => customers.ask(SCENARIO, 2));
  const [p50, p95] = [percentile(single, 0.5), percentile(single, 0.95)];
  const p99 = percentile(many.times, 0.99);
  const rows: BenchRow[] = [
    {
      what: "one message at a time, webhook → reply at the provider, p50",
      value: p50,
      unit: "ms",
      floor: percentile(floorAlone, 0.5),
      goal: "≤ 40",
      met: p50 <= 40,
    },
    {
      what: "  p95",
      value: p95,
      unit: "ms",
      floor: percentile(floorAlone, 0.95),
      goal: "≤ 100",
      met: p95 <= 100,
    },
    {
      what: `sustained, ${LANES} customers at once`,
      value: many.perSecond,
      unit: "turns/s",
      floor: floorMany.perSecond,
      goal: "≥ 250",
      met: many.perSecond >= 250,
    },
    { what: "  p50", value: percentile(many.times, 0.5), unit: "ms" },
    { what: "  p99", value: p99, unit: "ms", goal: "≤ 1000", met: p99 <= 1000 },
    { what: "  CPU of the product's process a turn", value: cpuMs, unit: "ms" },
    { what: "  CPU of PostgreSQL a turn", value: databaseMs, unit: "ms" },
    { what: "  CPU of load and peers a turn", value: ownMs, unit: "ms" },
    {
      what: "the scenario's first turn (intent and extraction by AI, two replies), p50",
      value: percentile(scenario, 0.5),
      unit: "ms",
    },
    { what: "  p95", value: percentile(scenario, 0.95), unit: "ms" },
    {
      what: "turns with something not recorded",
      value: wrong.length,
      unit: "",
      goal: "0",
      met: wrong.length === 0,
    },
  ];
  reportBench("p2-turn", rows, { server: product.kind, turns, seconds: SECONDS, wrong });
  if (wrong.length > 0) console.log(wrong.join("\n"));
  await load.close();
} finally {
  await product.stop();
  peers.close();
  await closeDatabase();
}
