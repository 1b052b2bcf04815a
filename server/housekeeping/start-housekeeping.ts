import { flushUsageLinks } from "#server/ai/link-usage.ts";
import { sweepUnmeteredAttempts } from "#server/ai/recover-attempts.ts";
import { foldApiKeyCounts } from "#server/auth/api-key.ts";
import { prepareUsagePartitions } from "#server/billing/meter/usage-partitions.ts";
import { scheduleMissingMonthEnds } from "#server/billing/subscriptions/schedule-billing.ts";
import { logger } from "#server/runtime/logger.ts";
import { once } from "#server/runtime/process.ts";
import { foldCounters } from "./fold-counters.ts";
import { sweepEarlyStatuses, sweepStaleTurns, sweepUnsettledMessages } from "./sweep-turns.ts";

type Chore = { name: string; everyMs: number; work: () => Promise<unknown> };

const CHORES: Chore[] = [
  { name: "fold counters", everyMs: 500, work: foldCounters },
  { name: "fold API key counts", everyMs: 1_000, work: foldApiKeyCounts },
  { name: "stale turns", everyMs: 2_000, work: sweepStaleTurns },
  { name: "early statuses", everyMs: 5_000, work: sweepEarlyStatuses },
  { name: "unsettled messages", everyMs: 10_000, work: sweepUnsettledMessages },
  { name: "unmetered calls", everyMs: 5_000, work: () => sweepUnmeteredAttempts() },
  { name: "month ends", everyMs: 60_000, work: scheduleMissingMonthEnds },
  { name: "usage partitions", everyMs: 6 * 3_600_000, work: () => prepareUsagePartitions() },
];

type Running = { timers: NodeJS.Timeout[]; working: Set<Promise<unknown>> };
const running = () => once<Running>("housekeeping", () => ({ timers: [], working: new Set() }));

/** Starts the small chores of this process; each waits for its own last round. */
export function startHousekeeping(): void {
  const state = running();
  if (state.timers.length > 0) return;
  for (const chore of CHORES) {
    let busy = false;
    const round = () => {
      if (busy) return;
      busy = true;
      const work = chore
        .work()
        .catch((error: unknown) => logger.error({ chore: chore.name, error }, "a chore failed"))
        .finally(() => {
          busy = false;
          state.working.delete(work);
        });
      state.working.add(work);
    };
    state.timers.push(setInterval(round, chore.everyMs));
  }
}

/** Ends the chores after a last round of those that keep counts. */
export async function stopHousekeeping(): Promise<void> {
  const state = running();
  for (const timer of state.timers.splice(0)) clearInterval(timer);
  await Promise.all(state.working);
  await Promise.all([flushUsageLinks(), foldApiKeyCounts()]);
}
