import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { monthDays, previousMonth } from "#domain/billing/period.ts";
import {
  type ProfitBy,
  type ProfitFigures,
  profitFigures,
  type profitInput,
} from "#domain/billing/profit.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { amountFromDatabase } from "#domain/money/amount.ts";
import { readTenantDetails, type TenantDetails } from "./profit-details.ts";

/** What a row stands for; of the names only those its grouping has. */
export type ProfitRow = ProfitFigures & {
  key: string;
  currency: string;
  requests: number;
  tenantId: string | null;
  tenantName: string | null;
  serviceType: string | null;
  provider: string | null;
  model: string | null;
  conversationId: string | null;
  /** Of a tenant's row only. */
  tenant: TenantDetails | null;
};

type Row = Record<string, unknown>;
type Span = { from: string; to: string; tenantId: string | null };

/** The columns of roll-ups that each grouping keeps apart, beside the currency. */
const GROUPS: Readonly<Record<Exclude<ProfitBy, "conversation">, readonly string[]>> = {
  tenant: ["tenant_id"],
  model: ["service_type", "provider", "model"],
  service: ["service_type"],
};

/** Sums of a span by grouping, from the roll-ups; conversations are added up from the single records. */
function selectGroups(tx: Transaction, by: ProfitBy, { from, to, tenantId }: Span) {
  const { sql } = tx;
  if (by === "conversation") {
    return sql`
      select t.currency, u.tenant_id, u.conversation_id, count(*)::int as requests, sum(u.client_price) as revenue,
        sum(u.provider_cost) as cost, u.tenant_id::text || ':' || u.conversation_id::text as key
      from usage_breakdown u join tenants t on t.id = u.tenant_id
      where u.conversation_id is not null and u.usage_day >= ${from} and u.usage_day < ${to}
        and u.occurred_at >= ${from}::date - interval '1 day' and u.occurred_at < ${to}::date + interval '1 day'
        and (${tenantId}::uuid is null or u.tenant_id = ${tenantId})
      group by 1, 2, 3`;
  }
  const columns = GROUPS[by];
  const names = sql.unsafe(columns.map((column) => `d.${column}`).join(", "));
  const key = sql.unsafe(["t.currency", ...columns.map((column) => `d.${column}::text`)].join(" || ':' || "));
  return sql`
    select t.currency, ${names}, sum(d.requests)::int as requests, sum(d.client_price) as revenue,
      sum(d.provider_cost) as cost, ${key} as key
    from usage_daily d join tenants t on t.id = d.tenant_id
    where d.day >= ${from} and d.day < ${to} and (${tenantId}::uuid is null or d.tenant_id = ${tenantId})
    group by t.currency, ${names}`;
}

const text = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

function toProfitRow(row: Row): ProfitRow {
  return {
    key: String(row.key),
    currency: String(row.currency),
    requests: Number(row.requests),
    tenantId: text(row.tenant_id),
    tenantName: text(row.tenant_name),
    serviceType: text(row.service_type),
    provider: text(row.provider),
    model: text(row.model),
    conversationId: text(row.conversation_id),
    tenant: null,
    ...profitFigures(amountFromDatabase(row.revenue as string), amountFromDatabase(row.cost as string)),
  };
}

/** The names a page of rows is shown with. */
function selectNamed(tx: Transaction, by: ProfitBy, page: ReturnType<typeof selectGroups>) {
  const { sql } = tx;
  if (by === "tenant" || by === "conversation") {
    return sql<Row[]>`select p.*, t.name as tenant_name from (${page}) p join tenants t on t.id = p.tenant_id
      order by p.revenue - p.cost, p.key`;
  }
  return sql<Row[]>`select p.* from (${page}) p order by p.revenue - p.cost, p.key`;
}

async function totalsOf(tx: Transaction, span: Span) {
  const { from, to, tenantId } = span;
  const rows = await tx.sql`
    select currency, sum(requests)::int as requests, sum(revenue)::text as revenue, sum(cost)::text as cost,
      count(*)::int as tenants, count(*) filter (where revenue < cost)::int as losing
    from (
      select t.currency, d.tenant_id, sum(d.requests) as requests, sum(d.client_price) as revenue, sum(d.provider_cost) as cost
      from usage_daily d join tenants t on t.id = d.tenant_id
      where d.day >= ${from} and d.day < ${to} and (${tenantId}::uuid is null or d.tenant_id = ${tenantId}) group by 1, 2
    ) one group by 1 order by sum(revenue) desc, 1`;
  return rows.map((row) => ({
    currency: String(row.currency),
    requests: Number(row.requests),
    tenants: Number(row.tenants),
    tenantsBelowCost: Number(row.losing),
    ...profitFigures(amountFromDatabase(row.revenue as string), amountFromDatabase(row.cost as string)),
  }));
}

/**
 * What the platform earned in a month by tenant, model, service or conversation, losses first: the value of the usage,
 * what the providers charged for it, and the difference. Totals and those of the month before stand beside, for each
 * currency. Plan fees are no usage and are not in it.
 */
export async function getProfit(input: z.output<typeof profitInput>) {
  const after = decodeCursor(input.cursor, 2);
  return withSystem("read profit", async (tx) => {
    const { sql } = tx;
    const [known] =
      await sql`select to_char(min(day), 'YYYY-MM') as first, to_char(max(day), 'YYYY-MM') as last from usage_daily`;
    const months = { first: text(known?.first), last: text(known?.last) };
    const month = input.month ?? months.last ?? new Date().toISOString().slice(0, 7);
    const span = { ...monthDays(month), tenantId: input.tenantId ?? null };
    const [profit = "0", key = ""] = after ?? [];
    const page = sql`
      select * from (${selectGroups(tx, input.by, span)}) g
      where ${after === undefined} or (g.revenue - g.cost, g.key) > (${profit}::numeric, ${key})
      order by g.revenue - g.cost, g.key limit ${input.limit + 1}`;
    const rows = await selectNamed(tx, input.by, page);
    const keyOf = (row: Row) => [
      profitFigures(amountFromDatabase(String(row.revenue)), amountFromDatabase(String(row.cost))).profit,
      String(row.key),
    ];
    const found = toPage(rows, input.limit, keyOf, toProfitRow);
    if (input.by === "tenant") {
      const ids = found.data.flatMap((row) => row.tenantId ?? []);
      const detailsOf = await readTenantDetails(tx, ids, span);
      for (const row of found.data) row.tenant = row.tenantId ? detailsOf(row.tenantId) : null;
    }
    return {
      month,
      /** The months that have usage, from the first to the last. */
      months,
      by: input.by,
      ...found,
      totals: await totalsOf(tx, span),
      before: await totalsOf(tx, { ...monthDays(previousMonth(month)), tenantId: span.tenantId }),
    };
  });
}
