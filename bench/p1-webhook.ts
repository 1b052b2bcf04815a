import { createPool } from "#db/client.ts";
import { seedMainJob } from "#server/testing/main-job.ts";
import { openBenchDatabase } from "./bench-database.ts";
import { openInngestPeer } from "./peers/inngest-peer.ts";
import { openInstantPeers } from "./peers/instant-peers.ts";
import { ProductProcess } from "./peers/product-process.ts";
import { publishTurnFlow } from "./peers/turn-flow.ts";
import { WebhookLoad } from "./peers/webhook-load.ts";
import { type BenchRow, percentile, reportBench } from "./report.ts";

const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);
const CALLERS = 32;
const TURN = "What is the price of the AirPods Pro?";

let sent = 0;
const nextPhone = () => {
  sent += 1;
  return `1203${String(1_000_000 + (sent % 5_000)).padStart(7, "0")}`;
};

async function post(load: WebhookLoad): Promise<number> {
  const from = performance.now();
  const status = await load.post(nextPhone(), TURN);
  if (status !== 200) throw new Error(`The door answered ${status}.`);
  return performance.now() - from;
}

/** As many as `CALLERS` can get through in a while. */
async function saturate(load: WebhookLoad, seconds: number): Promise<{ perSecond: number; times: number[] }> {
  const times: number[] = [];
  const from = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (performance.now() - from < seconds * 1000) times.push(await post(load));
    }),
  );
  return { perSecond: times.length / ((performance.now() - from) / 1000), times };
}

/** Requests that begin at a set rate, whether or not the earlier ones were answered. */
async function pace(load: WebhookLoad, perSecond: number): Promise<number[]> {
  const times: number[] = [];
  const open: Promise<void>[] = [];
  const from = performance.now();
  for (let n = 0; n < perSecond * SECONDS; n += 1) {
    const due = from + (n * 1000) / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
    open.push(post(load).then((time) => void times.push(time)));
  }
  await Promise.all(open);
  return times;
}

async function measure(server: ProductProcess, path: string, env: Record<string, string>) {
  await server.start(env);
  const load = new WebhookLoad(`${server.url}${path}`, 256);
  await saturate(load, 3);
  const max = await saturate(load, SECONDS);
  const half = await pace(load, max.perSecond / 2);
  await load.close();
  await server.stop();
  return { max, half };
}

/** Drops what the peer that stood for an Inngest server was not told before its product stopped. */
async function forgetUnsent(): Promise<void> {
  const admin = createPool(process.env.DATABASE_DIRECT_URL ?? "", { max: 1 });
  await admin`delete from outbox where state <> 'published'`;
  await admin.end();
}

/** The door while turns are worked off in the same process: the rate that turns keep up with, and three times as much. */
async function measureWorking(path: string) {
  const server = new ProductProcess();
  await server.start();
  const load = new WebhookLoad(`${server.url}${path}`, 512);
  const sql = createPool(process.env.DATABASE_DIRECT_URL ?? "", { max: 1 });
  const done = async () =>
    Number((await sql`select count(*) as n from flow_executions where status = 'completed'`)[0]?.n);
  let accepted = await done();
  /** Waits until every turn that was asked for has ended. */
  const settle = async () => {
    const deadline = performance.now() + 120_000;
    while ((await done()) < accepted) {
      if (performance.now() > deadline) throw new Error(`${await done()} of ${accepted} turns ended.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const ask = async (count: number) => {
    accepted += count;
    await Promise.all(Array.from({ length: count }, () => post(load)));
    await settle();
  };
  await ask(300);
  const at = performance.now();
  await ask(600);
  const turns = 600 / ((performance.now() - at) / 1000);
  const half = await pace(load, turns / 2);
  accepted += half.length;
  await settle();
  const over = await pace(load, turns * 3);
  await load.close();
  await sql.end();
  await server.stop();
  return { turns, half, over };
}

const closeDatabase = await openBenchDatabase("bench_p1");
const peers = await openInstantPeers();
const inngest = await openInngestPeer();
try {
  const { actor, connected } = await seedMainJob(peers.urls);
  await publishTurnFlow(actor, connected);
  const admin = createPool(process.env.DATABASE_DIRECT_URL ?? "", { max: 1 });
  // Owned as every table is: the product looks after the grants of all that it finds.
  await admin`set role aurora_owner`;
  await admin`create table bench_bare (id uuid primary key, body bytea not null, at timestamptz not null default now())`;
  await admin.end();
  const door = `/api/webhooks/whatsapp/${connected.channel.id}`;
  const bare = await measure(new ProductProcess("floor"), "/api/bare", {});
  const product = new ProductProcess();
  const elsewhere = { INNGEST_BASE_URL: inngest.url, INNGEST_EVENT_KEY: "bench" };
  const own = await measure(product, door, elsewhere);
  await forgetUnsent();
  const working = await measureWorking(door);
  const share = (own.max.perSecond * 100) / bare.max.perSecond;
  const [halfP99, workingP99] = [percentile(own.half, 0.99), percentile(working.half, 0.99)];
  const median = percentile(working.over, 0.5);
  const rows: BenchRow[] = [
    {
      what: `webhooks accepted, ${CALLERS} callers, turns run elsewhere`,
      value: own.max.perSecond,
      unit: "/s",
      floor: bare.max.perSecond,
    },
    {
      what: "  of the bare Next route with one INSERT",
      value: share,
      unit: "%",
      goal: "≥ 70",
      met: share >= 70,
    },
    {
      what: "  p50 at half of that load",
      value: percentile(own.half, 0.5),
      unit: "ms",
      floor: percentile(bare.half, 0.5),
    },
    {
      what: "  p99 at half of that load",
      value: halfP99,
      unit: "ms",
      floor: percentile(bare.half, 0.99),
      goal: "≤ 50",
      met: halfP99 <= 50,
    },
    { what: "turns worked off in the same process", value: working.turns, unit: "/s" },
    {
      what: "  p99 of the door at half of that rate",
      value: workingP99,
      unit: "ms",
      goal: "≤ 50",
      met: workingP99 <= 50,
    },
    {
      what: "  median of the door at three times that rate",
      value: median,
      unit: "ms",
      goal: "≤ 250",
      met: median <= 250,
    },
    { what: "  p99 of the door at three times that rate", value: percentile(working.over, 0.99), unit: "ms" },
  ];
  reportBench("p1-webhook", rows, { server: product.kind, seconds: SECONDS, events: inngest.events() });
} finally {
  peers.close();
  inngest.close();
  await closeDatabase();
}
