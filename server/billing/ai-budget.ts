import type { TenantTransaction } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { billingNow, limitWindow } from "./limit-window.ts";
import { touchLedger } from "./meter/footing.ts";
import { recountQuota } from "./quotas.ts";

/** A tenant's monthly budget for AI and what of it is spent, as decimals in its currency; null where none is set. */
export type AiBudget = { aiMonthlyBudget: string | null; aiMonthlySpent: string | null };

/** The tenant's monthly budget for AI. */
export async function readAiBudget(tx: TenantTransaction): Promise<AiBudget> {
  const [row] =
    await tx.sql`select * from usage_quotas where tenant_id = ${tx.tenantId} and kind = 'ai_budget' and enabled`;
  if (!row) return { aiMonthlyBudget: null, aiMonthlySpent: null };
  const { used } = await limitWindow(tx, row, "used", await billingNow(tx));
  const budget = amountFromDatabase(row.limit_amount as string);
  return { aiMonthlyBudget: formatAmount(budget), aiMonthlySpent: formatAmount(used) };
}

/**
 * Sets or (null) lifts the budget. It is a quota of a kind of its own, one a tenant: it warns, pauses, tells customers
 * and starts anew each month like any other.
 */
export async function setAiBudget(tx: TenantTransaction, budget: string | null): Promise<void> {
  await touchLedger(tx);
  if (budget === null) {
    await tx.sql`delete from usage_quotas where tenant_id = ${tx.tenantId} and kind = 'ai_budget'`;
    return;
  }
  const [before] =
    await tx.sql`select limit_amount < ${budget}::numeric or not enabled as raised from usage_quotas
      where tenant_id = ${tx.tenantId} and kind = 'ai_budget'`;
  const [row] = await tx.sql`
    insert into usage_quotas (tenant_id, id, kind, name, service_type, measure, period, limit_amount, on_exceed, period_start)
    values (${tx.tenantId}, ${newId()}, 'ai_budget', 'Monthly AI budget', 'token', 'money', 'monthly', ${budget}, 'pause',
      '2000-01-01T00:00:00Z')
    on conflict (tenant_id, kind) where kind <> 'quota' do update set limit_amount = excluded.limit_amount, enabled = true,
      updated_at = now()
    returning id`;
  await recountQuota(tx, row?.id as string, before === undefined || Boolean(before.raised));
}
