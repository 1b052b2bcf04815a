/** A cycle of a whole number of months, anchored on a calendar day of the tenant's zone. */
export type BillingCycle = { anchorDay: string; months: number };

/** A half-open span of calendar days. */
export type DaySpan = { firstDay: string; endDay: string };

const DAY = 86_400_000;

/** Whole days from one calendar day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}

/**
 * The first day of a cycle's period: `index` 0 begins on the anchor. A month without the anchor's day takes its last
 * one, and the next month returns to the anchor: 31 January, 28 February, 31 March.
 */
export function cycleDay({ anchorDay, months }: BillingCycle, index: number): string {
  const [year = 0, month = 1, day = 1] = anchorDay.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + index * months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + index * months, Math.min(day, last))).toISOString().slice(0, 10);
}

/** The period of a cycle that a day lies in; days before the anchor lie in earlier periods. */
export function cyclePeriod(cycle: BillingCycle, day: string): DaySpan & { index: number } {
  const [year = 0, month = 1] = cycle.anchorDay.split("-").map(Number);
  const [atYear = 0, atMonth = 1] = day.split("-").map(Number);
  let index = Math.floor(((atYear - year) * 12 + atMonth - month) / cycle.months);
  while (cycleDay(cycle, index) > day) index -= 1;
  while (cycleDay(cycle, index + 1) <= day) index += 1;
  return { index, firstDay: cycleDay(cycle, index), endDay: cycleDay(cycle, index + 1) };
}

/** The periods of a cycle that begin within a span of days. */
export function periodsBeginningIn(cycle: BillingCycle, span: DaySpan): DaySpan[] {
  const found: DaySpan[] = [];
  let { index } = cyclePeriod(cycle, span.firstDay);
  if (cycleDay(cycle, index) < span.firstDay) index += 1;
  for (; cycleDay(cycle, index) < span.endDay; index += 1)
    found.push({ firstDay: cycleDay(cycle, index), endDay: cycleDay(cycle, index + 1) });
  return found;
}
