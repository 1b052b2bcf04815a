import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { currencyInput, nonNegativeDecimalInput } from "#domain/money/money-input.ts";
import { monthInput } from "./usage-report.ts";

/** From a billing month on, one unit of `base` is billed as `rate` units of `quote`. */
export const exchangeRateInput = z
  .strictObject({
    base: currencyInput.describe("The currency that a provider's prices are in."),
    quote: currencyInput.describe("The currency that a tenant is billed in."),
    month: monthInput.describe("The first billing month it holds for; it stays until a later one."),
    rate: nonNegativeDecimalInput.refine((rate) => Number(rate) > 0, "A rate is more than 0."),
    reason: text(500, 0).nullish(),
  })
  .refine((rate) => rate.base !== rate.quote, {
    path: ["quote"],
    message: "The two currencies are the same.",
  });

/** The rate that a month's cost is converted at, as the invoice names it. */
export type Exchange = { base: string; quote: string; month: string; rate: string };

/** The rate of a billing month (its first day): the one of the latest month not after it; null where none was entered. */
export function selectExchange(
  rates: readonly Exchange[],
  pair: { base: string; quote: string },
  month: string,
): Exchange | null {
  if (pair.base === pair.quote) return null;
  let chosen: Exchange | null = null;
  for (const rate of rates) {
    if (rate.base !== pair.base || rate.quote !== pair.quote || rate.month > month) continue;
    if (!chosen || rate.month > chosen.month) chosen = rate;
  }
  return chosen;
}
