import { z } from "zod";
import { divideHalfUp, formatScaled } from "#domain/core/decimal.ts";
import { paging } from "#domain/core/paging.ts";
import { type Amount, formatAmount } from "#domain/money/amount.ts";
import { monthInput } from "./usage-report.ts";

export const PROFIT_BY = ["tenant", "model", "service", "conversation"] as const;
export type ProfitBy = (typeof PROFIT_BY)[number];

/** Profit of a month (unless given, the newest with usage), losses first. */
export const profitInput = z.strictObject({
  ...paging,
  by: z.enum(PROFIT_BY).default("tenant").describe("What a row stands for."),
  month: monthInput.optional(),
  tenantId: z.uuid().optional(),
});

/** Money of one row: all decimal texts in its currency; the shares with two decimals, null where there is no base. */
export type ProfitFigures = {
  revenue: string;
  providerCost: string;
  profit: string;
  /** Profit as a share of the price. */
  marginPercent: string | null;
  /** Profit as a share of the cost. */
  markupPercent: string | null;
};

/** `part` of `whole` in per cent, two decimals, half-up away from zero; null where the whole is zero. */
export function sharePercent(part: Amount, whole: Amount): string | null {
  if (whole === 0n) return null;
  const [n, d] = whole < 0n ? [-part, -whole] : [part, whole];
  return formatScaled(divideHalfUp(n * 10_000n, d), 2, 2);
}

/** A row's figures from what its usage is worth to the tenant and what it cost the platform. */
export function profitFigures(revenue: Amount, cost: Amount): ProfitFigures {
  const profit = revenue - cost;
  return {
    revenue: formatAmount(revenue),
    providerCost: formatAmount(cost),
    profit: formatAmount(profit),
    marginPercent: sharePercent(profit, revenue),
    markupPercent: sharePercent(profit, cost),
  };
}
