import {
  divideFloor,
  divideHalfUp,
  divideRatio,
  multiplyRatio,
  parseDecimal,
  powerOfTen,
  type Ratio,
} from "#domain/core/decimal.ts";
import { AMOUNT_DECIMALS, type Amount } from "#domain/money/amount.ts";
import { isTokenUnit, type PriceBook, type PriceParts, type PriceWindow } from "./price-book.ts";
import { findWindow } from "./price-window.ts";
import {
  chargedSeconds,
  measuredUnits,
  promptTokens,
  type Quantities,
  segmentsOf,
  TOKEN_PARTS,
} from "./quantities.ts";
import type { ServiceType } from "./service-type.ts";

/** One part of a charge: how much of what at which rate (a decimal text per unit), and the exact product. */
type ChargedPart = { part: string; quantity: number; rate: string; exact: Ratio };

export type Charge = {
  parts: ChargedPart[];
  /** The threshold of the tier that the call took, when it took one. */
  tierAbove: number | null;
  window: PriceWindow | null;
};

// A rate that a book does not name falls back to the part it is a kind of, so nothing is silently free.
const FALLBACK: Record<string, (keyof PriceParts)[]> = {
  input: ["input"],
  cachedInput: ["cachedInput", "input"],
  cacheWrite: ["cacheWrite", "input"],
  cacheWrite1h: ["cacheWrite1h", "cacheWrite", "input"],
  output: ["output"],
  reasoning: ["reasoning", "output"],
};

function rateOf(parts: PriceParts, part: string): string {
  for (const name of FALLBACK[part] ?? []) {
    const rate = parts[name];
    if (rate !== undefined) return rate;
  }
  return "0";
}

function tierOf(book: PriceBook, size: number): { above: number; parts: PriceParts } | null {
  let chosen: { above: number; parts: PriceParts } | null = null;
  for (const tier of book.tiers ?? []) {
    if (size > tier.above && (chosen === null || tier.above > chosen.above)) chosen = tier;
  }
  return chosen;
}

function tokenParts(book: PriceBook, rates: PriceParts, q: Quantities): ChargedPart[] {
  const divisor = book.unit === "per_1k_tokens" ? 1000n : 1_000_000n;
  const parts: ChargedPart[] = [];
  for (const part of TOKEN_PARTS) {
    const quantity = (q[part] ?? 0) + (part === "input" ? (q.units ?? 0) : 0);
    if (quantity === 0) continue;
    const rate = rateOf(rates, part);
    const exact = divideRatio(multiplyRatio(parseDecimal(rate), parseDecimal(quantity)), divisor);
    parts.push({ part, quantity, rate, exact });
  }
  return parts;
}

function plainParts(
  book: PriceBook,
  rates: PriceParts,
  serviceType: ServiceType,
  q: Quantities,
): ChargedPart[] {
  let units: Ratio;
  let quantity: number;
  if (book.unit === "per_second" || book.unit === "per_minute") {
    quantity = measuredUnits(serviceType, q);
    const seconds = chargedSeconds(parseDecimal(quantity), book.minimum);
    units = book.unit === "per_minute" ? divideRatio(seconds, 60n) : seconds;
  } else {
    const perCall = serviceType === "token" ? (q.units ?? 1) : measuredUnits(serviceType, q);
    quantity = book.unit === "per_segment" ? segmentsOf(q) : perCall;
    units = parseDecimal(quantity);
  }
  const parts: ChargedPart[] = [];
  for (const part of ["amount", "carrierFee"] as const) {
    const rate = rates[part];
    if (rate !== undefined)
      parts.push({ part, quantity, rate, exact: multiplyRatio(parseDecimal(rate), units) });
  }
  return parts;
}

/**
 * What a price book charges for a call at an instant. Strictly above a tier's threshold (prompt tokens, cached ones
 * included) the whole call takes that tier's rates; a time-of-day window multiplies the rates.
 */
export function chargeBook(
  book: PriceBook,
  serviceType: ServiceType,
  q: Quantities,
  occurredAtMs: number,
): Charge {
  const tokens = isTokenUnit(book.unit);
  const size = tokens ? promptTokens(q) + (q.units ?? 0) : measuredUnits(serviceType, q);
  const tier = tierOf(book, size);
  const rates = tier ? { ...book.parts, ...definedParts(tier.parts) } : book.parts;
  const window = findWindow(book.windows, occurredAtMs);
  let parts = tokens ? tokenParts(book, rates, q) : plainParts(book, rates, serviceType, q);
  if (window) {
    const multiplier = parseDecimal(window.multiplier);
    parts = parts.map((part) => ({ ...part, exact: multiplyRatio(part.exact, multiplier) }));
  }
  return { parts, tierAbove: tier?.above ?? null, window };
}

function definedParts(parts: PriceParts): PriceParts {
  return Object.fromEntries(Object.entries(parts).filter(([, rate]) => rate !== undefined));
}

/**
 * Turns exact parts into amounts: the total is the exact sum rounded half-up once at 12 decimals, the parts are
 * floored and the missing last digits go to the largest remainders, so the parts always add up to the total.
 */
export function settleParts(exact: readonly Ratio[]): { total: Amount; parts: Amount[] } {
  const one = powerOfTen(AMOUNT_DECIMALS);
  const floors: Amount[] = [];
  const inexact: { index: number; remainder: bigint; divisor: bigint }[] = [];
  for (const [index, ratio] of exact.entries()) {
    const scaled = ratio.n * one;
    const floor = divideFloor(scaled, ratio.d);
    floors.push(floor);
    const remainder = scaled - floor * ratio.d;
    if (remainder !== 0n) inexact.push({ index, remainder, divisor: ratio.d });
  }
  let sum = floors.reduce((total, part) => total + part, 0n);
  if (inexact.length === 0) return { total: sum, parts: floors };
  const divisor = inexact.reduce((product, part) => product * part.divisor, 1n);
  const rest = inexact.map((part) => ({
    index: part.index,
    weight: part.remainder * (divisor / part.divisor),
  }));
  const total =
    sum +
    divideHalfUp(
      rest.reduce((all, part) => all + part.weight, 0n),
      divisor,
    );
  rest.sort((a, b) => (a.weight === b.weight ? a.index - b.index : a.weight > b.weight ? -1 : 1));
  for (const { index } of rest) {
    if (sum === total) break;
    floors[index] = (floors[index] ?? 0n) + 1n;
    sum += 1n;
  }
  return { total, parts: floors };
}
