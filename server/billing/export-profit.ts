import type { z } from "zod";
import type { profitInput } from "#domain/billing/profit.ts";
import { toCsv } from "./csv.ts";
import { getProfit, type ProfitRow } from "./profit.ts";

const COLUMNS = [
  "tenantId",
  "tenantName",
  "serviceType",
  "provider",
  "model",
  "conversationId",
  "requests",
  "revenue",
  "providerCost",
  "profit",
  "marginPercent",
  "markupPercent",
  "currency",
] as const satisfies (keyof ProfitRow)[];

const PAGE = 1000;

/** The profit of a month by a grouping as CSV, losses first; its exact amounts sum to the month's totals. */
export async function exportProfit(
  input: Omit<z.output<typeof profitInput>, "limit" | "cursor">,
): Promise<{ fileName: string; body: string }> {
  const rows: ProfitRow[] = [];
  let { data, nextCursor, month } = await getProfit({ ...input, limit: PAGE });
  rows.push(...data);
  while (nextCursor) {
    ({ data, nextCursor, month } = await getProfit({ ...input, month, limit: PAGE, cursor: nextCursor }));
    rows.push(...data);
  }
  return {
    fileName: `profit-${month}-${input.by}.csv`,
    body: toCsv(
      COLUMNS,
      rows.map((row) => COLUMNS.map((column) => row[column])),
    ),
  };
}
