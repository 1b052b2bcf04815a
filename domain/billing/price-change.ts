import { divideHalfUp } from "#domain/core/decimal.ts";
import { type Amount, formatAmount, parseAmount, percentOf } from "#domain/money/amount.ts";
import type { PriceBook, PriceParts, PriceUnit } from "./price-book.ts";

/** A rate before and after a change, decimal texts in the newer unit; null where there was or is none. */
export type RateChange = { part: string; old: string | null; new: string | null };

/** How many of the smallest unit a rate is for. */
const UNIT_SIZE: Record<PriceUnit, bigint> = {
  per_1k_tokens: 1000n,
  per_1m_tokens: 1_000_000n,
  per_second: 1n,
  per_minute: 60n,
  per_segment: 1n,
  per_unit: 1n,
};

type Rates = Pick<PriceBook, "unit" | "parts">;

function rateIn(unit: PriceUnit, book: Rates | null, part: string): string | null {
  const rate = book?.parts[part as keyof PriceParts];
  if (!book || rate === undefined) return null;
  return formatAmount(divideHalfUp(parseAmount(rate) * UNIT_SIZE[unit], UNIT_SIZE[book.unit]));
}

/** What changes between two price books, part by part, in the unit of the newer one. Unchanged parts are listed too. */
export function compareRates(before: Rates | null, after: Rates | null): RateChange[] {
  const unit = (after ?? before)?.unit;
  if (!unit) return [];
  const parts = new Set([...Object.keys(after?.parts ?? {}), ...Object.keys(before?.parts ?? {})]);
  return [...parts]
    .map((part) => ({ part, old: rateIn(unit, before, part), new: rateIn(unit, after, part) }))
    .filter((change) => change.old !== null || change.new !== null);
}

/** The change in per cent with two decimals, half-up ("33.33", "-5"); null where there is nothing to compare with. */
export function percentChange(before: Amount | null, after: Amount | null): string | null {
  if (before === null || after === null || before === 0n) return null;
  const hundredths = divideHalfUp((after - before) * 10_000n, before);
  const sign = hundredths < 0n ? "-" : "";
  const size = hundredths < 0n ? -hundredths : hundredths;
  const cents = String(size % 100n)
    .padStart(2, "0")
    .replace(/0+$/, "");
  return `${sign}${size / 100n}${cents ? `.${cents}` : ""}`;
}

/** What a rate is sold for under a markup; no rule sells at cost. */
export function soldAt(rate: string | null, markupPercent: string | null): Amount | null {
  if (rate === null) return null;
  const cost = parseAmount(rate);
  return cost + percentOf(cost, markupPercent ?? "0");
}
