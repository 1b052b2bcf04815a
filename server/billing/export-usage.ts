import { withTenant } from "#db/tenant.ts";
import type { Actor } from "#server/trpc/context.ts";
import { toCsv } from "./csv.ts";
import {
  fromUsage,
  type ListedUsage,
  listedUsage,
  type UsageFilter,
  usageColumns,
  usageWhere,
} from "./usage-query.ts";
import { seesCost } from "./veil-cost.ts";

const COLUMNS = [
  "id",
  "occurredAt",
  "day",
  "status",
  "type",
  "provider",
  "model",
  "inputQuantity",
  "cachedQuantity",
  "outputQuantity",
  "totalQuantity",
  "coveredQuantity",
  "billableQuantity",
  "providerCost",
  "clientPrice",
  "profit",
  "creditedAmount",
  "billablePrice",
  "currency",
  "markupPercent",
  "unpriced",
  "pricingRuleId",
  "providerPriceId",
  "conversationId",
  "messageId",
  "idempotencyKey",
  "isBilled",
  "invoiceLineId",
] as const satisfies (keyof ListedUsage)[];

const COST_COLUMNS: ReadonlySet<string> = new Set(["providerCost", "profit", "markupPercent"]);

/** Listed records as CSV lines with exact amounts; the columns of cost only for who may see them. */
export function usageCsv(actor: Pick<Actor, "allows">, records: readonly ListedUsage[]): string {
  const columns = seesCost(actor) ? COLUMNS : COLUMNS.filter((column) => !COST_COLUMNS.has(column));
  return toCsv(
    columns,
    records.map((record) => columns.map((column) => record[column])),
  );
}

/** All records of a filter as CSV, oldest first. */
export async function exportUsage(actor: Actor, filter: UsageFilter): Promise<string> {
  const rows = await withTenant(actor.tenantId, async (tx) => {
    const { where } = await usageWhere(tx, filter);
    return tx.sql`select ${usageColumns(tx)} from ${fromUsage(tx)} where ${where} order by u.occurred_at, u.id`;
  });
  return usageCsv(actor, rows.map(listedUsage));
}
