import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import type { SpendDayView, SpendFlag, SpendLineView, SpendSeries, SpendView } from "./spend-view.ts";

interface SpendAnswer {
  month: string;
  currency: string;
  requests: number;
  clientPrice: string;
  days: ReadonlyArray<{ day: string; clientPrice: string; byType: Record<string, string> }>;
  byModel: ReadonlyArray<{
    key: string;
    requests: number;
    quantity: number;
    clientPrice: string;
    providerCost: string | null;
  }>;
}

const known: ReadonlyArray<SpendSeries> = [
  { key: "token", label: "AI tokens", tone: 1 },
  { key: "voice", label: "Voice", tone: 2 },
  { key: "sms", label: "SMS", tone: 3 },
  { key: "email", label: "E-mail", tone: 4 },
  { key: "message", label: "Chat channels", tone: 5 },
  { key: "other", label: "Other", tone: 6 },
];

const seriesOf = (type: string) => (known.some((one) => one.key === type) ? type : "other");

/** Every day of a month as YYYY-MM-DD. */
function daysOf(month: string): string[] {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: count }, (_, index) => `${month}-${String(index + 1).padStart(2, "0")}`);
}

/** The month's name in full: "January 2025". */
export function monthLabel(month: string): string {
  return new Intl.DateTimeFormat("en-US", { month: "long", year: "numeric", timeZone: "UTC" }).format(
    new Date(`${month}-15T00:00:00Z`),
  );
}

/** A month's days by series, quiet days included, and the series that occur; the first is always shown. */
export function spendDays(spend: Pick<SpendAnswer, "month" | "days">): {
  days: SpendDayView[];
  series: SpendSeries[];
} {
  const seen = new Set(["token"]);
  const days = daysOf(spend.month).map((day): SpendDayView => {
    const found = spend.days.find((one) => one.day === day);
    const sums = new Map<string, bigint>();
    for (const [type, price] of Object.entries(found?.byType ?? {})) {
      const key = seriesOf(type);
      seen.add(key);
      sums.set(key, (sums.get(key) ?? 0n) + parseAmount(price));
    }
    const values = Object.fromEntries([...sums].map(([key, sum]) => [key, formatAmount(sum)]));
    return { day, values, total: found?.clientPrice ?? "0" };
  });
  return { days, series: known.filter((one) => seen.has(one.key)) };
}

/** Whether two lists of exact amounts both add up to a total. */
function seal(spend: SpendAnswer): SpendView["seal"] {
  const total = parseAmount(spend.clientPrice);
  const days = sumAmounts(spend.days.map((day) => parseAmount(day.clientPrice)));
  const models = sumAmounts(spend.byModel.map((row) => parseAmount(row.clientPrice)));
  const ok = days === total && models === total;
  return { ok, text: ok ? "Equals its days and its models" : "Its days and models do not add up to it" };
}

/** A line of the spend by channel, flow or AI provider. */
export function toSpendLine(row: {
  key: string;
  requests: number;
  clientPrice: string;
  providerCost: string | null;
}): SpendLineView {
  const { key, requests, clientPrice, providerCost } = row;
  return { key, label: key, detail: "", calls: requests, price: clientPrice, cost: providerCost };
}

/** The running month as the billing page shows it; what the platform pays only to those who may see it. */
export function toSpend(spend: SpendAnswer, flags: ReadonlyArray<SpendFlag>): SpendView {
  const ranked = [...spend.byModel].sort((a, b) =>
    parseAmount(b.clientPrice) > parseAmount(a.clientPrice) ? 1 : -1,
  );
  return {
    monthLabel: monthLabel(spend.month),
    currency: spend.currency,
    total: spend.clientPrice,
    calls: spend.requests,
    ...spendDays(spend),
    flags,
    byModel: ranked.map((row) => {
      const [provider = "", model = ""] = row.key.split(" / ");
      return {
        key: row.key,
        label: model,
        detail: provider,
        calls: row.requests,
        price: row.clientPrice,
        cost: row.providerCost,
      };
    }),
    seal: spend.days.length > 0 ? seal(spend) : null,
  };
}
