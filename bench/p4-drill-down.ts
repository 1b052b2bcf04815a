import { createPool } from "#db/client.ts";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { closeMonth } from "#server/billing/invoices/close-month.ts";
import { runInvoices } from "#server/billing/invoices/run-invoices.ts";
import { reconcile } from "#server/billing/reconcile.ts";
import { openBenchDatabase } from "./bench-database.ts";
import { BIG_MONTH, type Filled, fillUsage } from "./peers/fill-usage.ts";
import { type Bill, goDown, LEVELS, timed } from "./peers/go-down.ts";
import { type BenchRow, percentile, reportBench } from "./report.ts";

const RECORDS = Number(process.env.BENCH_RECORDS ?? 2_000_000);
const TENANTS = Number(process.env.BENCH_TENANTS ?? 500);
const BIG = Number(process.env.BENCH_BIG_MONTH ?? 500_000);
const SAMPLES = Number(process.env.BENCH_SAMPLES ?? 150);
async function measureLevels(what: string, bills: Bill[]): Promise<BenchRow[]> {
  const times = await goDown(bills, SAMPLES);
  const floor = percentile(times.floor, 0.95);
  return LEVELS.map((level) => {
    const value = percentile(times[level], 0.95);
    return { what: `${what}: ${level}, p95`, value, unit: "ms", floor, goal: "≤ 50", met: value <= 50 };
  });
}

const xidNow = async () => {
  const [row] = await withSystem("bench", (tx) => tx.sql`select pg_current_xact_id()::text::int8 as xid`);
  return Number(row?.xid);
};

/** Rows of the big month that a transaction since then wrote, changed or locked. */
async function touchedSince(hot: TenantId, xid: number): Promise<number> {
  const [row] = await withSystem(
    "bench",
    (tx) => tx.sql`select count(*)::int as n from usage_breakdown where tenant_id = ${hot}
      and (xmin::text::int8 >= ${xid} or xmax::text::int8 >= ${xid})`,
  );
  return Number(row?.n);
}

async function measureClosing({ hot }: Filled): Promise<{ rows: BenchRow[]; id: string }> {
  const xid = await xidNow();
  const times: number[] = [];
  const floors: number[] = [];
  await timed(floors, () =>
    withTenant(
      hot,
      (tx) => tx.sql`select count(*), sum(client_price) from usage_breakdown where tenant_id = ${hot}`,
    ),
  );
  const closed = await timed(times, () => closeMonth(hot, BIG_MONTH));
  const touched = await touchedSince(hot, xid);
  const [ms = 0] = times;
  const rows: BenchRow[] = [
    {
      what: `month of ${BIG.toLocaleString("en")} records → finalised invoice`,
      value: ms,
      unit: "ms",
      floor: floors[0] ?? 0,
      goal: "≤ 1000",
      met: ms <= 1000,
    },
    { what: "  records that it wrote to", value: touched, unit: "rows", goal: "0", met: touched === 0 },
  ];
  return { rows, id: closed?.invoiceId ?? "" };
}

async function bytesPerRecord(): Promise<number> {
  const [row] = await withSystem(
    "bench size",
    (
      tx,
    ) => tx.sql`select sum(pg_total_relation_size(inhrelid))::float8 as bytes, (select count(*) from usage_breakdown)::float8 as n
      from pg_inherits where inhparent = 'usage_breakdown'::regclass`,
  );
  return Number(row?.bytes) / Number(row?.n);
}

async function measureReconcile(): Promise<BenchRow[]> {
  const [floors, times] = [[], []] as [number[], number[]];
  await timed(floors, () =>
    withSystem(
      "bench floor",
      (tx) =>
        tx.sql`select tenant_id, sum(client_price), sum(provider_cost), count(*) from usage_breakdown group by 1`,
    ),
  );
  const { differences, data } = await timed(times, () => reconcile());
  if (differences > 0) console.log(data.filter((row) => row.differences.length > 0).slice(0, 3));
  const [ms = 0, floor = 0] = [times[0], floors[0]];
  return [
    { what: "reconcile all tenants", value: ms, unit: "ms", floor, goal: "≤ 10000", met: ms <= 10_000 },
    { what: "  differences", value: differences, unit: "tenants", goal: "0", met: differences === 0 },
  ];
}

const close = await openBenchDatabase("bench_p4");
const owner = createPool(process.env.DATABASE_DIRECT_URL ?? "", { max: 1 });
try {
  const filled = await fillUsage((statement) => owner.unsafe(statement).simple(), {
    records: RECORDS,
    tenants: TENANTS,
    big: Math.min(BIG, RECORDS / 2),
  });
  console.log(`filled ${filled.records} records in ${filled.seconds.toFixed(0)} s`);
  const big = await measureClosing(filled);
  const runs: number[] = [];
  const run = await timed(runs, () => runInvoices({ period: "2025-12" }));
  const made = run.flatMap((one) =>
    one.invoiceId ? [{ tenantId: one.tenantId as TenantId, id: one.invoiceId }] : [],
  );
  const rows: BenchRow[] = [
    ...big.rows,
    { what: `invoice run of a month, ${made.length} tenants`, value: runs[0] ?? 0, unit: "ms" },
    ...(await measureLevels("any tenant", made)),
    ...(await measureLevels("the hot tenant", [{ tenantId: filled.hot, id: big.id }])),
    ...(await measureReconcile()),
  ];
  const bytes = await bytesPerRecord();
  rows.push({
    what: "size of a record with its indexes",
    value: bytes,
    unit: "bytes",
    goal: "≤ 520",
    met: bytes <= 520,
  });
  reportBench("p4-drill-down", rows, { ...filled, tenants: TENANTS, samples: SAMPLES });
} finally {
  await owner.end();
  await close();
}
