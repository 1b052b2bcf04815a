import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { monthWindow } from "#domain/billing/period.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, amountFromDatabase, formatAmount, sumAmounts } from "#domain/money/amount.ts";
import { billingNow } from "./limit-window.ts";

type Row = Record<string, unknown>;

const amount = (row: Row, column: string) => amountFromDatabase(row[column] as string);

function sumBy(rows: readonly Row[], keyOf: (row: Row) => string) {
  const groups = new Map<
    string,
    { requests: number; quantity: number; price: Amount; cost: Amount; billable: Amount }
  >();
  for (const row of rows) {
    const key = keyOf(row);
    const sums = groups.get(key) ?? { requests: 0, quantity: 0, price: 0n, cost: 0n, billable: 0n };
    sums.requests += Number(row.requests);
    sums.quantity += Number(row.quantity);
    sums.price += amount(row, "price");
    sums.cost += amount(row, "cost");
    sums.billable += amount(row, "billable");
    groups.set(key, sums);
  }
  return [...groups].map(([key, sums]) => ({
    key,
    requests: sums.requests,
    quantity: sums.quantity,
    clientPrice: formatAmount(sums.price),
    providerCost: formatAmount(sums.cost),
    billablePrice: formatAmount(sums.billable),
  }));
}

export const SPEND_DIMENSIONS = ["channels", "flows", "ai-providers"] as const;
export type SpendDimension = (typeof SPEND_DIMENSIONS)[number];

/** What a record names, the name of that, and what to call usage that names none. */
function namedBy({ sql, tenantId }: TenantTransaction, dimension: SpendDimension) {
  if (dimension === "channels")
    return {
      key: sql`conversation_id`,
      none: "No channel",
      other: "No channel",
      names: sql`left join conversations c on c.tenant_id = ${tenantId} and c.id = s.key
        left join channels n on n.tenant_id = c.tenant_id and n.id = c.channel_id`,
    };
  if (dimension === "flows")
    return {
      key: sql`execution_id`,
      none: "Outside flows",
      other: "Outside flows",
      names: sql`left join flow_executions c on c.tenant_id = ${tenantId} and c.id = s.key
        left join flows n on n.tenant_id = c.tenant_id and n.id = c.flow_id`,
    };
  return {
    key: sql`ai_provider_id`,
    none: "No AI provider",
    other: "The platform's provider",
    names: sql`left join ai_providers n on n.tenant_id = ${tenantId} and n.id = s.key`,
  };
}

/** A month's spend by channel, flow or AI provider: adds up the single records, so it is asked for apart. */
export async function getSpendBy(tenantId: TenantId, dimension: SpendDimension, month?: string) {
  const rows = await withTenant(tenantId, async (tx) => {
    const now = await billingNow(tx);
    const window = monthWindow(month ?? localDay(now.zone, now.nowMs).slice(0, 7), now.zone);
    const by = namedBy(tx, dimension);
    return tx.sql`
      with s as (
        select ${by.key} as key, count(*) as requests, sum(client_price) as price, sum(provider_cost) as cost,
          sum(coalesce(billable_price, client_price)) as billable
        from usage_breakdown where tenant_id = ${tenantId} and occurred_at >= ${new Date(window.start).toISOString()}
          and occurred_at < ${new Date(window.end).toISOString()}
        group by 1
      )
      select coalesce(n.name, case when s.key is null then ${by.none} else ${by.other} end) as key, sum(s.requests)::int as requests, 0 as quantity,
        sum(s.price)::text as price, sum(s.cost)::text as cost, sum(s.billable)::text as billable
      from s ${by.names} group by 1 order by sum(s.price) desc, 1`;
  });
  return { data: sumBy(rows, (row) => row.key as string), nextCursor: null };
}

/**
 * What a tenant spent in a month (the running one unless given): the total, its days by service type
 * and its models; each list sums to the total.
 */
export async function getSpend(tenantId: TenantId, month?: string) {
  const { window, zone, currency, rows } = await withTenant(tenantId, async (tx) => {
    const now = await billingNow(tx);
    const inMonth = monthWindow(month ?? localDay(now.zone, now.nowMs).slice(0, 7), now.zone);
    const found = await tx.sql`
      select day, service_type, provider, model, sum(requests)::int as requests, sum(total_quantity)::text as quantity,
        sum(client_price)::text as price, sum(provider_cost)::text as cost, sum(billable_price)::text as billable
      from usage_daily where tenant_id = ${tenantId} and day >= ${inMonth.firstDay} and day < ${inMonth.endDay}
      group by 1, 2, 3, 4 order by 1, 2, 3, 4`;
    const [tenant] = await tx.sql`select currency from tenants where id = ${tenantId}`;
    return {
      window: inMonth,
      zone: now.zone,
      currency: String(tenant?.currency ?? "USD"),
      rows: found as readonly Row[],
    };
  });
  const price = sumAmounts(rows.map((row) => amount(row, "price")));
  const cost = sumAmounts(rows.map((row) => amount(row, "cost")));
  const days = [...new Set(rows.map((row) => row.day as string))].map((day) => {
    const ofDay = rows.filter((row) => row.day === day);
    return {
      day,
      clientPrice: formatAmount(sumAmounts(ofDay.map((row) => amount(row, "price")))),
      byType: Object.fromEntries(
        sumBy(ofDay, (row) => row.service_type as string).map((t) => [t.key, t.clientPrice]),
      ),
    };
  });
  return {
    month: window.firstDay.slice(0, 7),
    timezone: zone,
    currency,
    requests: rows.reduce((sum, row) => sum + Number(row.requests), 0),
    clientPrice: formatAmount(price),
    providerCost: formatAmount(cost),
    profit: formatAmount(price - cost),
    billablePrice: formatAmount(sumAmounts(rows.map((row) => amount(row, "billable")))),
    days,
    byType: sumBy(rows, (row) => row.service_type as string),
    byModel: sumBy(rows, (row) => `${row.provider as string} / ${row.model as string}`),
  };
}
