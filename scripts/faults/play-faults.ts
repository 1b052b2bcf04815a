import { setTimeout as pause } from "node:timers/promises";
import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { seedMainJob } from "#server/testing/main-job.ts";
import { checkInvariants, type Finding } from "./check-invariants.ts";
import { type Played, playCustomer, RunWatch } from "./customers.ts";
import { FaultPeers } from "./peers.ts";
import { PostgresProxy } from "./postgres-proxy.ts";
import { type PostCounts, ProviderPost } from "./provider-post.ts";
import { StrikeControl, type Struck } from "./strike-control.ts";
import { planStrikes } from "./strikes.ts";
import { WorkerProcess } from "./worker-process.ts";

export type FaultRun = { conversations: number; kills: number };
export type FaultReport = {
  struck: Struck[];
  findings: Finding[];
  posts: PostCounts;
  modelCalls: number;
  messagesTaken: number;
  orders: number;
  settledMs: number;
  log: string;
};

/** Conversations under way besides those that the next strike is meant for. */
const AT_ONCE = 6;
/** How long after the last kill everything may take to come to its end. */
const SETTLE_MS = 60_000;

async function setLimits(tenantId: TenantId): Promise<void> {
  await withTenant(tenantId, async (tx) => {
    await tx.sql`insert into usage_quotas (tenant_id, id, name, measure, period, limit_amount, period_start)
      values (${tenantId}, ${newId()}, 'Month', 'money', 'monthly', '1000000', '2000-01-01')`;
    await tx.sql`insert into cost_alerts (tenant_id, id, name, budget, marks, period_start)
      values (${tenantId}, ${newId()}, 'Budget', '1000000', '{50,80,90,100}', '2000-01-01')`;
  });
}

/** Customers arrive as strikes are placed, so that every strike meets conversations in every state. */
async function playAll(
  { conversations, kills }: FaultRun,
  control: StrikeControl,
  play: (index: number) => Promise<Played>,
): Promise<Played[]> {
  const open: Promise<Played>[] = [];
  while (open.length < conversations) {
    const allowed = AT_ONCE + Math.ceil(((control.struck.length + 1) * conversations) / (kills + 1));
    if (open.length < allowed) open.push(play(open.length));
    else await pause(20);
  }
  return Promise.all(open);
}

async function untilSettled(look: () => Promise<Finding[]>, deadline: () => boolean): Promise<Finding[]> {
  for (;;) {
    const findings = await look();
    if (findings.every(({ wrong }) => wrong.length === 0) || deadline()) return findings;
    await pause(500);
  }
}

/**
 * Plays purchases against the product in a process of its own, kills that process at planned points, and lays what is
 * in the rows beside what the foreign parties saw. `DATABASE_URL` names a migrated database.
 */
export async function playFaults(run: FaultRun): Promise<FaultReport> {
  const control: StrikeControl = new StrikeControl(() => worker);
  const peers = new FaultPeers(control.judgePeer, (message) => void post.report(message));
  await peers.open();
  const { tenantId, connected } = await seedMainJob(peers.urls);
  await setLimits(tenantId);
  const url = new URL(process.env.DATABASE_URL ?? "");
  const proxy = new PostgresProxy(url, control.judgeCommit, control.withheld);
  const direct = process.env.DATABASE_DIRECT_URL ?? url.href;
  url.port = String(await proxy.open());
  const env = { ...process.env, DATABASE_URL: url.href, DATABASE_DIRECT_URL: direct, LOG_LEVEL: "warn" };
  const worker = new WorkerProcess(env);
  const post = new ProviderPost(
    () => `http://127.0.0.1:${worker.port}/api/webhooks/whatsapp/${connected.channel.id}`,
  );
  const watch = new RunWatch(tenantId);
  try {
    await worker.start();
    let lastKill = Number.POSITIVE_INFINITY;
    const over = () => performance.now() - lastKill > SETTLE_MS;
    const placing = control.place(planStrikes(run.kills), tenantId).finally(() => {
      lastKill = performance.now();
    });
    const [played] = await Promise.all([
      playAll(run, control, (index) => playCustomer(index, post, watch, over)),
      placing,
    ]);
    await Promise.race([post.settled(), pause(10_000)]);
    const evidence = { tenantId, played, acceptedMessages: post.acceptedMessages, peers };
    const findings = await untilSettled(() => checkInvariants(evidence), over);
    if (worker.crashed) findings.push({ what: "the process lives", seen: 1, wrong: [worker.log] });
    return {
      struck: control.struck,
      findings,
      posts: post.counts,
      modelCalls: peers.calls.length,
      messagesTaken: peers.taken.length,
      orders: peers.shop.state.orders.length,
      settledMs: performance.now() - lastKill,
      log: worker.log,
    };
  } finally {
    watch.stop();
    post.stop();
    await worker.kill();
    peers.close();
    await proxy.close();
  }
}
