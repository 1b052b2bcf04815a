import { withSystem } from "#db/system.ts";
import { nextMonth } from "#domain/billing/period.ts";
import { once } from "#server/runtime/process.ts";
import type { MeterOp } from "./decide-group.ts";

const made = () => once("billing.partitions", () => new Map<string, Promise<void>>());

async function make(month: string): Promise<void> {
  await withSystem("make usage partition", (tx) => tx.sql`select ensure_usage_partition(${month}::date)`);
}

function ensure(month: string): Promise<void> {
  const known = made();
  let pending = known.get(month);
  if (!pending) {
    // Without its partition a month's records go to the default one, so a failure here stops nothing.
    pending = make(month).catch(() => {
      known.delete(month);
    });
    known.set(month, pending);
  }
  return pending;
}

/** Sees to it that the months a group writes to have their partitions; once a month and process. */
export async function ensurePartitions(ops: readonly MeterOp[]): Promise<void> {
  const known = made();
  const missing = new Set<string>();
  for (const op of ops) if (op.kind === "commit" && !known.has(op.month)) missing.add(op.month);
  for (const month of missing) await ensure(month);
}

/** Makes the partitions of this month and the next two ahead of their time; called at start and daily. */
export async function prepareUsagePartitions(now: Date = new Date()): Promise<void> {
  let month = `${now.toISOString().slice(0, 7)}-01`;
  for (let i = 0; i < 3; i += 1) {
    await ensure(month);
    month = nextMonth(month);
  }
}
