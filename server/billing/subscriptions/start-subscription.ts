import type { TenantTransaction } from "#db/tenant.ts";
import { type PlanInterval, planFee } from "#domain/billing/subscription.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { formatAmount } from "#domain/money/amount.ts";
import { billingNow } from "../limit-window.ts";
import { toPlan } from "../plans.ts";

type Start = {
  planId: string;
  startedAt: string;
  trialEndsAt?: string | null;
  /** The plan's own unless given. */
  interval?: PlanInterval;
  /** The day that periods are counted from: that of the end of the trial or of the start unless given. */
  anchorDay?: string;
};

/** Ends the running subscription, where there is one; it stays in the history. */
export async function endSubscription(
  tx: TenantTransaction,
  given: { status: "cancelled" | "expired"; reason: string; at: string },
): Promise<void> {
  const { status, reason, at } = given;
  await tx.sql`
    update tenant_subscriptions set ended_at = greatest(started_at, ${at}::timestamptz), status = ${status}, end_reason = ${reason},
      cancelled_at = case when ${status} = 'cancelled' then ${at}::timestamptz end, cancel_at_period_end = false,
      pending_plan_id = null, pending_interval = null, updated_at = now()
    where tenant_id = ${tx.tenantId} and ended_at is null`;
}

/**
 * Puts a tenant on a plan from an instant on, in the caller's transaction, at the plan's present price; an earlier
 * subscription ends then. Throws `not_found` for a plan that is not offered.
 */
export async function startSubscription(tx: TenantTransaction, given: Start): Promise<string> {
  const [row] = await tx.sql`select * from plans where id = ${given.planId} and active`;
  if (!row) throw notFound("plan");
  const plan = toPlan(row);
  const { startedAt, trialEndsAt = null } = given;
  const interval = given.interval ?? (plan.interval as PlanInterval);
  const { zone } = await billingNow(tx);
  const anchorDay = given.anchorDay ?? localDay(zone, Date.parse(trialEndsAt ?? startedAt));
  await endSubscription(tx, { status: "expired", reason: "changed", at: startedAt });
  const id = newId();
  await tx.sql`
    insert into tenant_subscriptions (tenant_id, id, plan_id, status, interval, interval_count, price, anchor_day, started_at,
      trial_ends_at)
    values (${tx.tenantId}, ${id}, ${plan.id}, ${trialEndsAt ? "trialing" : "active"}, ${interval}, ${plan.intervalCount},
      ${formatAmount(planFee(plan, interval))}, ${anchorDay}, ${startedAt}, ${trialEndsAt})`;
  return id;
}
