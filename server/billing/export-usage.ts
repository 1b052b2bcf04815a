import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { toCsv } from "./csv.ts";
import {
  fromUsage,
  type ListedUsage,
  listedUsage,
  type UsageFilter,
  usageColumns,
  usageWhere,
} from "./usage-query.ts";

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

/** Listed records as CSV lines with exact amounts. */
export function usageCsv(records: readonly ListedUsage[]): string {
  return toCsv(
    COLUMNS,
    records.map((record) => COLUMNS.map((column) => record[column])),
  );
}

/** All records of a filter as CSV, oldest first. */
export async function exportUsage(tenantId: TenantId, filter: UsageFilter): Promise<string> {
  const rows = await withTenant(tenantId, async (tx) => {
    const { where } = await usageWhere(tx, filter);
    return tx.sql`select ${usageColumns(tx)} from ${fromUsage(tx)} where ${where} order by u.occurred_at, u.id`;
  });
  return usageCsv(rows.map(listedUsage));
}
