import { previousMonth } from "#domain/billing/period.ts";

/** Money of one row or total, exact decimal texts; shares with two decimals. */
export interface ProfitMoney {
  revenue: string;
  providerCost: string;
  profit: string;
  marginPercent: string | null;
  markupPercent: string | null;
}

export interface ProfitRowView extends ProfitMoney {
  key: string;
  name: string;
  detail: string | null;
  currency: string;
  requests: number;
  /** Of a tenant's row: its plan, the profit of ten weeks, what loses most. */
  tenant: {
    planName: string | null;
    weeks: ReadonlyArray<string>;
    worst: { provider: string; model: string; profit: string } | null;
  } | null;
}

export interface ProfitTotalView extends ProfitMoney {
  currency: string;
  requests: number;
  tenants: number;
  tenantsBelowCost: number;
}

/** The last comparison of all tenants, in one currency. */
export interface ProofView {
  at: string;
  differences: number;
  records: string;
  rollUps: string;
  invoiced: string;
}

/** Whether an exact amount is below zero. */
export const isLoss = (amount: string): boolean => amount.startsWith("-");

/** For pixels only: the share of a bar's side that a margin fills, 0 to 100. */
export function barWidth(percent: string | null): number {
  return Math.min(100, Math.abs(Number(percent ?? "0")));
}

/** How a figure changed against the month before, in per cent with one decimal; null where there is nothing to compare. */
export function changeOf(now: string, before: string | undefined): string | null {
  const from = Number(before ?? "0");
  if (from === 0) return null;
  const change = ((Number(now) - from) / Math.abs(from)) * 100;
  return `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(1)}%`;
}

/** Months as YYYY-MM from the newest to the oldest, at most three years of them. */
export function monthsBetween(first: string | null, last: string | null): string[] {
  const months: string[] = [];
  for (let at = last; at !== null && first !== null && at >= first && months.length < 36; ) {
    months.push(at);
    at = previousMonth(at).slice(0, 7);
  }
  return months;
}
