import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { meter } from "#server/billing/meter/meter.ts";
import type { UsageFact } from "#server/billing/meter/usage-fact.ts";
import { addPrice, addRule, makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { openBenchDatabase } from "./bench-database.ts";
import { type BenchRow, reportBench } from "./report.ts";

const gpt4 = { serviceType: "token", provider: "openai", model: "gpt-4" } as const;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);

async function metered(): Promise<{ tenantId: TenantId; conversations: string[] }> {
  const tenantId = await makeTenant();
  const conversations = Array.from({ length: 100 }, () => newId());
  await withTenant(tenantId, async (tx) => {
    const customer = newId();
    const channel = newId();
    await tx.sql`insert into customers (tenant_id, id, name) values (${tenantId}, ${customer}, 'Bench')`;
    await tx.sql`insert into channels (tenant_id, id, type, name) values (${tenantId}, ${channel}, 'api', 'Bench')`;
    await tx.sql`insert into conversations (tenant_id, id, customer_id, channel_id, session_key, started_at, last_message_at)
      select ${tenantId}, id, ${customer}, ${channel}, id::text, now(), now() from unnest(${conversations}::uuid[]) as c(id)`;
    await tx.sql`insert into messages (tenant_id, id, conversation_id, position, role, content, status, sent_at)
      select ${tenantId}, id, id, 1, 'customer', 'Hello', 'received', now() from unnest(${conversations}::uuid[]) as c(id)`;
    await tx.sql`insert into usage_quotas (tenant_id, id, name, measure, period, limit_amount, period_start)
      values (${tenantId}, ${newId()}, 'Month', 'money', 'monthly', '1000000', '2000-01-01')`;
    await tx.sql`insert into cost_alerts (tenant_id, id, name, budget, marks, period_start)
      values (${tenantId}, ${newId()}, 'Budget', '1000000', '{50,80,90,100}', '2000-01-01')`;
  });
  return { tenantId, conversations };
}

function fact(tenantId: TenantId, thread: string | undefined, number: number): UsageFact {
  return {
    tenantId,
    idempotencyKey: `chatcmpl-${tenantId}-${number}`,
    ...gpt4,
    status: "succeeded",
    quantities: { input: 100 + (number % 50), output: 50 },
    occurredAt: new Date().toISOString(),
    conversationId: thread ?? null,
    messageId: thread ?? null,
  };
}

/** Runs `work` from `callers` loops for a while; answers a second. */
async function rate(
  callers: number,
  work: (n: number) => Promise<unknown>,
): Promise<{ perSecond: number; p99: number }> {
  let count = 0;
  const times: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        const from = performance.now();
        count += 1;
        await work(count);
        times.push(performance.now() - from);
      }
    }),
  );
  times.sort((a, b) => a - b);
  return {
    perSecond: (times.length / (performance.now() - started)) * 1000,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  };
}

async function floor(): Promise<number> {
  const tenantId = await makeTenant();
  await withSystem(
    "bench floor",
    (tx) => tx.sql`insert into billing_ledgers (tenant_id, timezone) values (${tenantId}, 'UTC')`,
  );
  const insert = (tx: TenantTransaction) =>
    tx.sql`insert into usage_keys (tenant_id, key_hash, record_id, payload_hash, key)
      values (${tenantId}, ${newId()}, ${newId()}, ${newId()}, 'bench')`;
  return (await rate(1, () => withTenant(tenantId, insert))).perSecond;
}

async function pairs(callers: number, prefix: number) {
  const { tenantId, conversations } = await metered();
  let refused = 0;
  const measured = await rate(callers, async (n) => {
    const outcome = await meter.reserve({ tenantId, ...gpt4, quantities: { input: 150, output: 50 } });
    if (!outcome.admitted) {
      refused += 1;
      return;
    }
    const number = prefix + n;
    await meter.commit({
      ...fact(tenantId, conversations[number % 100], number),
      reservation: outcome.reservation,
    });
  });
  return { ...measured, refused, tenantId };
}

async function batched(): Promise<{ perSecond: number }> {
  const tenants = await Promise.all([metered(), metered()]);
  const numbers = tenants.map(() => 0);
  let turn = 0;
  const measured = await rate(2, async () => {
    const which = turn++ % tenants.length;
    const tenant = tenants[which];
    const from = numbers[which] ?? 0;
    numbers[which] = from + 1000;
    if (!tenant) return;
    const { tenantId, conversations } = tenant;
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) => meter.commit(fact(tenantId, conversations[i % 100], from + i))),
    );
  });
  return { perSecond: measured.perSecond * 1000 };
}

/** 64 callers against a limit that holds a known number of calls: what was let in beyond it. */
async function overshoot(): Promise<number> {
  const { tenantId } = await metered();
  await withTenant(tenantId, (tx) => tx.sql`update usage_quotas set limit_amount = 20`);
  let admitted = 0;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      for (let i = 0; i < 20; i += 1) {
        const outcome = await meter.reserve({ tenantId, ...gpt4, quantities: {}, estimatedPrice: "0.10" });
        if (outcome.admitted) admitted += 1;
      }
    }),
  );
  return admitted - 200;
}

async function drift(tenantId: TenantId): Promise<string> {
  return withTenant(tenantId, async (tx) => {
    const [row] = await tx.sql`select
      (select coalesce(sum(client_price), 0) from usage_breakdown) - (select coalesce(sum(client_price), 0) from usage_daily)
      + (select coalesce(sum(client_price), 0) from usage_breakdown) - (select coalesce(sum(client_price), 0) from conversations)
      + (select coalesce(sum(client_price), 0) from usage_breakdown) - (select sum(used) from usage_quotas)
      + (select sum(reserved) from usage_quotas) as drift`;
    return String(row?.drift);
  });
}

async function bytesPerRecord(): Promise<number> {
  return withSystem("bench size", async (tx) => {
    const [row] = await tx.sql`select sum(pg_total_relation_size(inhrelid))::float8 as bytes,
      (select count(*) from usage_breakdown)::float8 as n from pg_inherits where inhparent = 'usage_breakdown'::regclass`;
    return Number(row?.bytes) / Number(row?.n);
  });
}

const close = await openBenchDatabase("bench_p3");
try {
  tenantIdFrom(newId());
  await addPrice({ ...gpt4, unit: "per_1k_tokens", parts: { input: "0.03", output: "0.06" } });
  await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
  await pairs(4, 0);
  const bare = await floor();
  const one = await pairs(1, 1_000_000);
  const hot = await pairs(64, 2_000_000);
  const batch = await batched();
  const over = await overshoot();
  const drifts = [await drift(one.tenantId), await drift(hot.tenantId)];
  const bytes = await bytesPerRecord();
  const rows: BenchRow[] = [
    { what: "floor: one bare INSERT, one caller", value: bare, unit: "/s" },
    {
      what: "reserve + commit, one caller",
      value: one.perSecond,
      unit: "pairs/s",
      goal: "≥ 600",
      met: one.perSecond >= 600,
    },
    { what: "  of the floor (two transactions a pair)", value: (one.perSecond * 200) / bare, unit: "%" },
    {
      what: "reserve + commit, one hot tenant, 64 callers",
      value: hot.perSecond,
      unit: "pairs/s",
      goal: "≥ 5000",
      met: hot.perSecond >= 5000,
    },
    { what: "  p99 of a pair", value: hot.p99, unit: "ms" },
    {
      what: "records in batches of 1,000, two tenants",
      value: batch.perSecond,
      unit: "/s",
      goal: "≥ 20000",
      met: batch.perSecond >= 20_000,
    },
    { what: "let in beyond the limit by 64 callers", value: over, unit: "calls", goal: "0", met: over === 0 },
    {
      what: "records − roll-ups − totals − quota",
      value: Math.max(...drifts.map(Number)),
      unit: "",
      goal: "0",
      met: drifts.every((d) => Number(d) === 0),
    },
    {
      what: "size of a record with its indexes",
      value: bytes,
      unit: "bytes",
      goal: "≤ 520",
      met: bytes <= 520,
    },
  ];
  reportBench("p3-metering", rows, { seconds: SECONDS });
} finally {
  await close();
}
