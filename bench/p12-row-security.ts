import { createPool, type ReservedSql, type Sql } from "#db/client.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { prepareOutbound } from "#server/inbox/deliver/prepare-outbound.ts";
import { readThread } from "#server/inbox/ingest/find-thread.ts";
import { storeMessage } from "#server/inbox/ingest/ingest-message.ts";
import { readTurnFacts } from "#server/inbox/turn/load-turn.ts";
import { seedMainJob } from "#server/testing/main-job.ts";
import { openBenchDatabase } from "./bench-database.ts";
import { openInstantPeers } from "./peers/instant-peers.ts";
import { type BenchRow, percentile, reportBench } from "./report.ts";

const CONVERSATIONS = 20_000;
const ROUNDS = 12;
const EACH = 150;

type Side = { name: string; open: (sql: ReservedSql) => Promise<unknown>; url: string };
type Thread = { conversationId: string; address: string };
type Query = { what: string; run: (tx: TenantTransaction, thread: Thread) => Promise<unknown> };

const NOW = new Date().toISOString();

/** Twenty thousand conversations of the tenant with three messages each, and as many of another. */
async function fill(tenantId: TenantId, channelId: string): Promise<void> {
  await withTenant(tenantId, async (tx) => {
    await tx.sql`insert into customers (tenant_id, id, name, phone)
      select ${tenantId}, gen_random_uuid(), 'C' || n, '+1' || (2000000000 + n) from generate_series(1, ${CONVERSATIONS}) n`;
    await tx.sql`insert into customer_identities (tenant_id, id, customer_id, channel_id, address)
      select tenant_id, gen_random_uuid(), id, ${channelId}, substr(phone, 2) from customers where phone like '+12%'`;
    await tx.sql`insert into conversations (tenant_id, id, customer_id, channel_id, identity_id, session_key, started_at,
        last_message_at, message_count)
      select tenant_id, gen_random_uuid(), customer_id, channel_id, id, 's_' || id, now(), now() - random() * interval '90 days', 3
      from customer_identities`;
    await tx.sql`insert into messages (tenant_id, id, conversation_id, position, role, content, status, sent_at)
      select tenant_id, gen_random_uuid(), id, n, 'customer', 'What is the price of the AirPods Pro?', 'received', now()
      from conversations, generate_series(1, 3) n`;
  });
}

function queries(channelId: string): Query[] {
  const event = (address: string) => ({
    kind: "message" as const,
    externalId: `wamid.${newId()}`,
    sender: { address, phone: `+${address}`, scopedUserId: null, displayName: "C" },
    providerTime: NOW,
    format: "text" as const,
    content: "What is the price of the AirPods Pro?",
    payload: null,
    buttonId: null,
    replyToExternalId: null,
    raw: { type: "text" },
  });
  const where = { channelId, journalId: null, now: NOW, offsetMs: 0, leaseOwner: "bench" };
  return [
    {
      what: "find a sender's thread",
      run: (tx, { address }) => readThread(tx, channelId, event(address).sender, event(address).externalId),
    },
    {
      what: "store a customer's message",
      run: (tx, thread) => storeMessage(tx, event(thread.address), where, { ...thread, isNew: false }),
    },
    {
      what: "read what a turn decides on",
      run: (tx, { conversationId }) => readTurnFacts(tx, conversationId),
    },
    {
      what: "prepare a reply",
      run: (tx, { conversationId, address }) =>
        prepareOutbound(tx, {
          conversationId,
          channelId,
          provider: true,
          role: "assistant",
          format: "text",
          content: "It costs 249 dollars.",
          payload: null,
          now: NOW,
          recipient: address,
          effectKey: newId(),
        }),
    },
    {
      what: "the newest 50 conversations",
      run: (
        tx,
      ) => tx.sql`select id, customer_id, status, last_message_preview, last_message_at, unread_count from conversations
        where tenant_id = ${tx.tenantId} and status = 'open' order by last_message_at desc, id desc limit 50`,
    },
    {
      what: "a thread's messages",
      run: (
        tx,
        { conversationId },
      ) => tx.sql`select id, position, role, content, status, sent_at from messages
        where tenant_id = ${tx.tenantId} and conversation_id = ${conversationId} order by position desc limit 50`,
    },
  ];
}

/** Milliseconds of each execution on one side; everything written is rolled back. */
async function timesOf(
  sql: Sql,
  side: Side,
  tenantId: TenantId,
  query: Query,
  threads: Thread[],
): Promise<number[]> {
  const reserved = (await sql.reserve()) as ReservedSql;
  try {
    await side.open(reserved);
    const tx = { sql: reserved as unknown as Sql, tenantId } as TenantTransaction;
    const times: number[] = [];
    for (let n = 0; n < EACH; n += 1) {
      const thread = threads[Math.floor(Math.random() * threads.length)] as Thread;
      const from = performance.now();
      await query.run(tx, thread);
      times.push(performance.now() - from);
    }
    await reserved.unsafe("rollback");
    return times;
  } finally {
    reserved.release();
  }
}

const closeDatabase = await openBenchDatabase("bench_p12");
const peers = await openInstantPeers();
try {
  const { tenantId, connected } = await seedMainJob(peers.urls);
  const channelId = connected.channel.id;
  await fill(tenantId, channelId);
  const [app, direct] = [process.env.DATABASE_URL ?? "", process.env.DATABASE_DIRECT_URL ?? ""];
  const scope = `set local app.tenant = '${tenantId}'`;
  const sides: Side[] = [
    {
      name: "with",
      url: app,
      open: (sql) => sql.unsafe(`begin; set local role aurora_app; ${scope}`).simple(),
    },
    // The superuser is not held by policies: the same statements, the same plans but for them.
    { name: "without", url: direct, open: (sql) => sql.unsafe(`begin; ${scope}`).simple() },
  ];
  const pools = sides.map((side) => createPool(side.url, { max: 1 }));
  await pools[1]?.unsafe("vacuum analyze");
  const threads = (await withTenant(
    tenantId,
    (tx) => tx.sql`select v.id as "conversationId", i.address from conversations v
      join customer_identities i on i.tenant_id = v.tenant_id and i.id = v.identity_id limit 5000`,
  )) as unknown as Thread[];
  const rows: BenchRow[] = [];
  let [sumWith, sumWithout] = [0, 0];
  for (const query of queries(channelId)) {
    const times: [number[], number[]] = [[], []];
    for (let round = -1; round < ROUNDS; round += 1) {
      // In turns, and the first round of each not counted: both sides see the same caches and the same noise.
      for (const at of [0, 1] as const) {
        const measured = await timesOf(pools[at] as Sql, sides[at] as Side, tenantId, query, threads);
        if (round >= 0) times[at].push(...measured);
      }
    }
    const [withPolicies, without] = times.map((list) => percentile(list, 0.5)) as [number, number];
    sumWith += withPolicies;
    sumWithout += without;
    rows.push({ what: `${query.what}, p50`, value: withPolicies, unit: "ms", floor: without });
  }
  const cost = (sumWith / sumWithout - 1) * 100;
  rows.push({
    what: "cost of the policies over all of them",
    value: cost,
    unit: "%",
    goal: "≤ 10",
    met: cost <= 10,
  });
  reportBench("p12-row-security", rows, { conversations: CONVERSATIONS, executions: ROUNDS * EACH });
  await Promise.all(pools.map((pool) => pool.end()));
} finally {
  peers.close();
  await closeDatabase();
}
