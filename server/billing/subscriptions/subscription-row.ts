import type { TenantTransaction } from "#db/tenant.ts";
import type { PlanInterval, Standing } from "#domain/billing/subscription.ts";
import { type Amount, amountFromDatabase } from "#domain/money/amount.ts";

/** A stored subscription: one plan over one stretch of time. */
export type Subscription = Standing & {
  id: string;
  planId: string;
  price: Amount;
  autoRenew: boolean;
  cancelAtPeriodEnd: boolean;
  pendingPlanId: string | null;
  pendingInterval: PlanInterval | null;
  cancelledAt: string | null;
  endedAt: string | null;
  endReason: string | null;
};

/** A row of `tenant_subscriptions` in that form. */
export function toSubscription(row: Record<string, unknown>): Subscription {
  return {
    id: row.id as string,
    planId: row.plan_id as string,
    status: row.status as string,
    interval: row.interval as PlanInterval,
    intervalCount: Number(row.interval_count),
    anchorDay: row.anchor_day as string,
    price: amountFromDatabase(row.price as string),
    startedAt: row.started_at as string,
    trialEndsAt: row.trial_ends_at as string | null,
    autoRenew: row.auto_renew as boolean,
    cancelAtPeriodEnd: row.cancel_at_period_end as boolean,
    pendingPlanId: row.pending_plan_id as string | null,
    pendingInterval: row.pending_interval as PlanInterval | null,
    cancelledAt: row.cancelled_at as string | null,
    endedAt: row.ended_at as string | null,
    endReason: row.end_reason as string | null,
  };
}

/** The tenant's running subscription, or null. */
export async function findRunning(tx: TenantTransaction): Promise<Subscription | null> {
  const [row] = await tx.sql`select * from tenant_subscriptions
    where tenant_id = ${tx.tenantId} and ended_at is null for update`;
  return row ? toSubscription(row) : null;
}
