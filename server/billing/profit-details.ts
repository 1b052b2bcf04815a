import type { Transaction } from "#db/transaction.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";

/** How many weeks a tenant's line of profit spans, the month's last one at its end. */
export const PROFIT_WEEKS = 10;

/** What stands beside a tenant's figures. */
export type TenantDetails = {
  planName: string | null;
  /** Profit of each of the weeks up to the month's end (or today), the oldest first; exact decimal texts. */
  weeks: string[];
  /** What loses most in the month, where something is sold below cost: a model, or a service without one. */
  worst: { provider: string; model: string; profit: string } | null;
};

const none = (): TenantDetails => ({
  planName: null,
  weeks: Array.from({ length: PROFIT_WEEKS }, () => "0"),
  worst: null,
});

/** Plan, weeks and worst loss of some tenants, by id; `to` is the first day after the month. */
export async function readTenantDetails(
  { sql }: Transaction,
  tenants: readonly string[],
  { from, to }: { from: string; to: string },
): Promise<(tenantId: string) => TenantDetails> {
  const details = new Map<string, TenantDetails>(tenants.map((id) => [id, none()]));
  const of = (row: Record<string, unknown>) => details.get(row.tenant_id as string) ?? none();
  const plans =
    await sql`select s.tenant_id, p.name from tenant_subscriptions s join plans p on p.id = s.plan_id
    where s.ended_at is null and s.tenant_id = any(${tenants}::uuid[])`;
  for (const row of plans) of(row).planName = row.name as string;
  const weeks = await sql`
    with span as (select least(${to}::date, (now() at time zone 'UTC')::date + 1) as until)
    select d.tenant_id, (s.until - 1 - d.day) / 7 as ago, sum(d.client_price - d.provider_cost)::text as profit
    from usage_daily d cross join span s
    where d.tenant_id = any(${tenants}::uuid[]) and d.day < s.until and d.day >= s.until - ${PROFIT_WEEKS * 7}::int
    group by 1, 2`;
  for (const row of weeks)
    of(row).weeks[PROFIT_WEEKS - 1 - Number(row.ago)] = formatAmount(
      amountFromDatabase(row.profit as string),
    );
  const worst = await sql`
    select distinct on (tenant_id) tenant_id, provider, model, profit::text from (
      select tenant_id, provider, model, sum(client_price - provider_cost) as profit from usage_daily
      where tenant_id = any(${tenants}::uuid[]) and day >= ${from} and day < ${to} group by 1, 2, 3
    ) one where profit < 0 order by tenant_id, profit`;
  for (const row of worst)
    of(row).worst = {
      provider: row.provider as string,
      model: row.model as string,
      profit: formatAmount(amountFromDatabase(row.profit as string)),
    };
  return (tenantId) => details.get(tenantId) ?? none();
}
