import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { notFound } from "#domain/core/app-error.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";

export type TenantRow = Record<string, unknown>;

/** A tenant as the console and the platform API show it. */
export function tenantView(row: TenantRow) {
  const text = (name: string) => (row[name] as string | null) ?? null;
  const offsetMs = Number(row.clock_offset_ms);
  const budget = text("ai_budget");
  return {
    id: String(row.id),
    name: String(row.name),
    slug: String(row.slug),
    status: String(row.status),
    website: text("website"),
    timezone: String(row.timezone),
    locale: String(row.locale),
    currency: String(row.currency),
    billingEmail: String(row.billing_email),
    aiEnabled: Boolean(row.ai_enabled),
    sandbox: Boolean(row.sandbox),
    now: new Date(Date.now() + offsetMs).toISOString(),
    clockOffsetMs: offsetMs,
    planId: text("plan_id"),
    planName: text("plan_name"),
    aiMonthlyBudget: budget === null ? null : formatAmount(amountFromDatabase(budget)),
    trialEndsAt: text("trial_ends_at"),
    createdAt: String(row.created_at),
  };
}

/** Tenants with their present plan, as `select … from tenants t …`. */
export const selectTenants = (tx: Transaction) => tx.sql`
  select t.*, p.id as plan_id, p.name as plan_name, (select q.limit_amount from usage_quotas q
    where q.tenant_id = t.id and q.kind = 'ai_budget' and q.enabled) as ai_budget
  from tenants t
  left join tenant_subscriptions s on s.tenant_id = t.id and s.ended_at is null
  left join plans p on p.id = s.plan_id`;

/** One tenant. Throws `not_found`. */
export async function readTenant(id: string): Promise<TenantRow> {
  const rows = await withSystem(
    "read a tenant",
    (tx) => tx.sql<TenantRow[]>`${selectTenants(tx)} where t.id = ${id}`,
  );
  if (!rows[0]) throw notFound("tenants");
  return rows[0];
}
