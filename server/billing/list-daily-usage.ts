import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import type { usageDailyInput } from "#domain/billing/usage-report.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";

/** Usage of one day of the tenant's zone, by service type, provider and model. */
export type DailyUsage = {
  day: string;
  type: string;
  provider: string;
  model: string;
  requests: number;
  failedRequests: number;
  unpricedRequests: number;
  inputQuantity: number;
  cachedQuantity: number;
  outputQuantity: number;
  totalQuantity: number;
  coveredQuantity: number;
  providerCost: string;
  clientPrice: string;
  profit: string;
  billablePrice: string;
  currency: string;
};

type Row = Record<string, unknown>;

function toDailyUsage(row: Row): DailyUsage {
  const cost = amountFromDatabase(row.provider_cost as string);
  const price = amountFromDatabase(row.client_price as string);
  return {
    day: row.day as string,
    type: row.service_type as string,
    provider: row.provider as string,
    model: row.model as string,
    requests: Number(row.requests),
    failedRequests: Number(row.failed_requests),
    unpricedRequests: Number(row.unpriced_requests),
    inputQuantity: Number(row.input_quantity),
    cachedQuantity: Number(row.cached_quantity),
    outputQuantity: Number(row.output_quantity),
    totalQuantity: Number(row.total_quantity),
    coveredQuantity: Number(row.covered_quantity),
    providerCost: formatAmount(cost),
    clientPrice: formatAmount(price),
    profit: formatAmount(price - cost),
    billablePrice: formatAmount(amountFromDatabase(row.billable_price as string)),
    currency: row.currency as string,
  };
}

/** The daily roll-up, the newest day first; late usage is part of its original day. */
export async function listDailyUsage(
  tenantId: TenantId,
  input: z.infer<typeof usageDailyInput>,
): Promise<Page<DailyUsage>> {
  const after = decodeCursor(input.cursor, 4);
  const rows = await withTenant(tenantId, async ({ sql }) => {
    let where = sql`d.tenant_id = ${tenantId}`;
    const from = input.day ?? input.from;
    const to = input.day ?? input.to;
    if (from) where = sql`${where} and d.day >= ${from}`;
    if (to) where = sql`${where} and d.day <= ${to}`;
    if (input.type) where = sql`${where} and d.service_type = ${input.type}`;
    if (input.provider) where = sql`${where} and d.provider = ${input.provider}`;
    if (input.model) where = sql`${where} and d.model = ${input.model}`;
    if (after) {
      const [day = "", type = "", provider = "", model = ""] = after;
      where = sql`${where} and (d.day < ${day}::date or (d.day = ${day}::date
        and (d.service_type, d.provider, d.model) > (${type}, ${provider}, ${model})))`;
    }
    return sql`
      select d.day, d.service_type, d.provider, d.model, t.currency, sum(d.requests)::int as requests,
        sum(d.failed_requests)::int as failed_requests, sum(d.unpriced_requests)::int as unpriced_requests,
        sum(d.input_quantity) as input_quantity, sum(d.cached_quantity) as cached_quantity,
        sum(d.output_quantity) as output_quantity, sum(d.total_quantity) as total_quantity,
        sum(d.covered_quantity) as covered_quantity, sum(d.provider_cost) as provider_cost,
        sum(d.client_price) as client_price, sum(d.billable_price) as billable_price
      from usage_daily d join tenants t on t.id = d.tenant_id
      where ${where}
      group by d.day, d.service_type, d.provider, d.model, t.currency
      order by d.day desc, d.service_type, d.provider, d.model limit ${input.limit + 1}`;
  });
  const keyOf = (row: Row) => [row.day, row.service_type, row.provider, row.model].map(String);
  return toPage(rows, input.limit, keyOf, toDailyUsage);
}
