import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, parseAmount } from "#domain/money/amount.ts";
import { touchLedger } from "./footing.ts";

/** What a quota is: one that people set, the budget for AI, or the AI requests that the plan allows. */
export type QuotaKind = "quota" | "ai_budget" | "plan_limit";

/** Thrown when the row that counts the plan's AI requests is not what the plan says. */
export class PlanQuotaMoved extends Error {}

/** Makes sure that the quotas hold the plan's limit of AI requests, and none where it has none. */
export function requirePlanQuota(
  quotas: readonly { kind: QuotaKind; limit: Amount }[],
  aiRequests: string | null,
): void {
  const held = quotas.find((quota) => quota.kind === "plan_limit");
  const wanted = aiRequests === null ? null : parseAmount(aiRequests);
  if ((held?.limit ?? null) !== wanted) throw new PlanQuotaMoved("The plan's limit moved.");
}

/**
 * Brings the row that counts the plan's AI requests in line with the plan. It is a quota like any other, so reserving,
 * counting, windows and expiry are the same and as exact; what was used this month comes from the roll-up.
 */
export async function alignPlanQuota(tenantId: TenantId, id: string): Promise<void> {
  await withTenant(tenantId, async (tx) => {
    await touchLedger(tx);
    const plan = tx.sql`
      select (p.limits ->> 'aiRequests')::numeric as most from tenant_subscriptions s join plans p on p.id = s.plan_id
      where s.tenant_id = ${tenantId} and s.ended_at is null and p.limits ->> 'aiRequests' is not null`;
    await tx.sql`update usage_quotas set enabled = false
      where tenant_id = ${tenantId} and kind = 'plan_limit' and not exists (${plan})`;
    await tx.sql`
      insert into usage_quotas as q (tenant_id, id, kind, name, service_type, measure, period, limit_amount, on_exceed, period_start)
      select ${tenantId}, ${id}, 'plan_limit', 'AI requests of the plan', 'token', 'requests', 'monthly', most, 'pause',
        '2000-01-01T00:00:00Z' from (${plan}) plan
      on conflict (tenant_id, kind) where kind <> 'quota' do update set limit_amount = excluded.limit_amount, enabled = true,
        period_start = excluded.period_start, warned_at = null, exceeded_at = null, refused_amount = null,
        reserved = (select count(*) from usage_reservations r where r.tenant_id = q.tenant_id and q.id = any(r.quota_ids))`;
  });
}
