import type { Amount } from "#domain/money/amount.ts";
import { shareToMinor } from "#domain/money/currency.ts";
import { type DaySpan, daysBetween } from "./billing-cycle.ts";

/** A stretch of days on one plan at one fee a period; no end: it goes on. */
export type PlanStretch = {
  id: string;
  planId: string;
  fee: Amount;
  firstDay: string;
  endDay: string | null;
};

/** A plan's share of a period's fee. */
export type FeePart = DaySpan & { id: string; days: number; periodDays: number; amount: Amount };

const inOrder = (a: string, b: string): [string, string] => (a <= b ? [a, b] : [b, a]);

/**
 * What each plan costs of a period, by days: fee × days / days of the period, multiplied before divided and rounded
 * once, half-up. The day of a change belongs to the new plan. Several stretches of one plan at one fee share what
 * their days together cost, so that the parts of a whole period are the fee to the cent.
 */
export function feeParts(stretches: readonly PlanStretch[], period: DaySpan, currency: string): FeePart[] {
  const periodDays = daysBetween(period.firstDay, period.endDay);
  const counted = new Map<string, number>();
  const parts: FeePart[] = [];
  for (const { id, planId, fee, firstDay: from, endDay: until } of stretches) {
    const [, firstDay] = inOrder(from, period.firstDay);
    const [endDay] = inOrder(until ?? period.endDay, period.endDay);
    const days = daysBetween(firstDay, endDay);
    if (days <= 0) continue;
    const key = `${planId} ${fee}`;
    const before = counted.get(key) ?? 0;
    counted.set(key, before + days);
    const upTo = (count: number) => shareToMinor(fee, count, periodDays, currency);
    parts.push({ id, firstDay, endDay, days, periodDays, amount: upTo(before + days) - upTo(before) });
  }
  return parts;
}
