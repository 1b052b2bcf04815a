import { AppError } from "#domain/core/app-error.ts";
import {
  divideHalfUp,
  formatScaled,
  multiplyRatio,
  parseDecimal,
  powerOfTen,
  type Ratio,
} from "#domain/core/decimal.ts";

/** Money as a whole number of 10^-12 of the currency's unit. Sums are plain bigint sums and therefore exact. */
export type Amount = bigint;

export const AMOUNT_DECIMALS = 12;
const ONE = powerOfTen(AMOUNT_DECIMALS);

/** Reads a decimal text ("0.010956"). Throws `invalid` when it is none or needs more than 12 decimals. */
export function parseAmount(value: string | number): Amount {
  const ratio = parseDecimal(value);
  const scaled = ratio.n * ONE;
  if (scaled % ratio.d !== 0n) {
    throw new AppError(
      "invalid",
      "money.too_many_decimals",
      `An amount has at most ${AMOUNT_DECIMALS} decimals.`,
    );
  }
  return scaled / ratio.d;
}

/** An amount out of `numeric` text of the database, whose scale is known to fit; null counts as 0. */
export function amountFromDatabase(value: string | null | undefined): Amount {
  if (!value) return 0n;
  const point = value.indexOf(".");
  if (point < 0) return BigInt(value) * ONE;
  return BigInt(
    value.slice(0, point) + value.slice(point + 1, point + 1 + AMOUNT_DECIMALS).padEnd(AMOUNT_DECIMALS, "0"),
  );
}

/** Exact decimal text without trailing zeros: "0.010956", "4.5", "0". */
export function formatAmount(amount: Amount): string {
  return formatScaled(amount, AMOUNT_DECIMALS);
}

/** Rounds an exact ratio to an amount, half-up, which changes nothing when 12 decimals suffice. */
function amountFromRatio(ratio: Ratio): Amount {
  return divideHalfUp(ratio.n * ONE, ratio.d);
}

/** The exact ratio of an amount. */
export function ratioFromAmount(amount: Amount): Ratio {
  return { n: amount, d: ONE };
}

/** amount × quantity (a decimal text or number), half-up only when 12 decimals do not suffice. */
export function multiplyAmount(amount: Amount, quantity: string | number): Amount {
  return amountFromRatio(multiplyRatio(ratioFromAmount(amount), parseDecimal(quantity)));
}

/** `percent` per cent of the amount, half-up only when 12 decimals do not suffice. */
export function percentOf(amount: Amount, percent: string | number): Amount {
  const share = parseDecimal(percent);
  return divideHalfUp(amount * share.n, share.d * 100n);
}

export function sumAmounts(amounts: Iterable<Amount>): Amount {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

/** The smaller of two amounts. */
export function lesserAmount(a: Amount, b: Amount): Amount {
  if (b < a) return b;
  return a;
}
