import { createPool } from "#db/client.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { runInvoices } from "#server/billing/invoices/run-invoices.ts";
import { openBenchDatabase } from "./bench-database.ts";
import { fillUsage } from "./peers/fill-usage.ts";
import { goDown, LEVELS } from "./peers/go-down.ts";
import { type BenchRow, percentile, reportBench } from "./report.ts";

const RECORDS = Number(process.env.BENCH_RECORDS ?? 2_000_000);
const TENANTS = Number(process.env.BENCH_TENANTS ?? 500);
const SAMPLES = Number(process.env.BENCH_SAMPLES ?? 200);
const SHARES = [0.01, 0.1, 1];

type Measured = { records: number; medians: Record<(typeof LEVELS)[number], number> };

/** The drill-down's medians in a house of a share of the size: fewer tenants, each as large as ever. */
async function measure(share: number): Promise<Measured> {
  const close = await openBenchDatabase("bench_p15");
  const owner = createPool(process.env.DATABASE_DIRECT_URL ?? "", { max: 1 });
  try {
    const tenants = Math.max(3, Math.round(TENANTS * share));
    const records = Math.round((RECORDS * tenants) / TENANTS);
    const big = Math.round(RECORDS / TENANTS / 12);
    const filled = await fillUsage((statement) => owner.unsafe(statement).simple(), {
      records,
      tenants,
      big,
    });
    console.log(`filled ${filled.records} records in ${filled.seconds.toFixed(0)} s`);
    const run = await runInvoices({ period: "2025-12" });
    const bills = run.flatMap(({ tenantId, invoiceId: id }) =>
      id ? [{ tenantId: tenantId as TenantId, id }] : [],
    );
    const times = await goDown(bills, SAMPLES);
    const medians = Object.fromEntries(LEVELS.map((level) => [level, percentile(times[level], 0.5)]));
    return { records: filled.records, medians: medians as Measured["medians"] };
  } finally {
    await owner.end();
    await close();
  }
}

const sizes: Measured[] = [];
for (const share of SHARES) sizes.push(await measure(share));
const [small, , full] = sizes;
if (!small || !full) throw new Error("Nothing was measured.");
// Half a millisecond is what chance makes of such times; growth below it says nothing.
const NOISE_MS = 0.5;
const log = Math.log(full.records) / Math.log(small.records);
const rows: BenchRow[] = LEVELS.flatMap((level): BenchRow[] => {
  const value = full.medians[level];
  const goal = small.medians[level] * log + NOISE_MS;
  return [
    ...sizes.slice(0, -1).map(
      (one): BenchRow => ({
        what: `${level} of ${one.records.toLocaleString("en")}, median`,
        value: one.medians[level],
        unit: "ms",
      }),
    ),
    {
      what: `${level} of ${full.records.toLocaleString("en")}, median`,
      value,
      unit: "ms",
      floor: small.medians[level],
      goal: `≤ ${goal.toFixed(2)}`,
      met: value <= goal,
    },
  ];
});
reportBench("p15-growth", rows, { log, samples: SAMPLES });
