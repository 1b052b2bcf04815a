import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { cyclePeriod } from "#domain/billing/billing-cycle.ts";
import { feeParts } from "#domain/billing/proration.ts";
import {
  cycleOf,
  type PlanInterval,
  type planChangePreviewInput,
  planFee,
  type subscriptionCancelInput,
  type subscriptionChangeInput,
} from "#domain/billing/subscription.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import type { Amount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import type { Actor } from "#server/trpc/context.ts";
import { billingNow } from "../limit-window.ts";
import { touchLedger } from "../meter/footing.ts";
import { type Plan, toPlan } from "../plans.ts";
import { readBilled } from "./fee-drafts.ts";
import { readSubscription } from "./read-subscription.ts";
import { scheduleSubscription } from "./schedule-billing.ts";
import { endSubscription, startSubscription } from "./start-subscription.ts";
import { findRunning, type Subscription } from "./subscription-row.ts";

async function offeredPlan(tx: TenantTransaction, planId: string): Promise<Plan> {
  const [row] = await tx.sql`select * from plans where id = ${planId}`;
  if (!row) throw notFound("plan");
  const plan = toPlan(row);
  if (!plan.active)
    throw new AppError(
      "precondition",
      "plans.not_offered",
      "This plan is not offered any more; choose another.",
    );
  const [tenant] = await tx.sql`select currency from tenants where id = ${tx.tenantId}`;
  const priced = Number(plan.monthlyPrice) > 0 || plan.included.credit !== undefined;
  if (priced && tenant?.currency !== plan.currency) {
    const message = `This plan is priced in ${plan.currency} and you are billed in ${String(tenant?.currency)}.`;
    throw new AppError("precondition", "plans.other_currency", message);
  }
  return plan;
}

/** Changes and cancels only what runs. Throws `precondition` without a running subscription. */
async function running(tx: TenantTransaction): Promise<Subscription> {
  const held = await findRunning(tx);
  if (held) return held;
  throw new AppError("precondition", "subscription.none", "No subscription is running; choose a plan first.");
}

/** A change within a running paid cycle keeps its anchor, so that the period is billed by days. */
function keptAnchor(held: Subscription | null, plan: Plan, interval: PlanInterval): { anchorDay?: string } {
  const same = held?.interval === interval && held.intervalCount === plan.intervalCount;
  return held && same && held.status !== "trialing" ? { anchorDay: held.anchorDay } : {};
}

async function startNow(
  tx: TenantTransaction,
  held: Subscription | null,
  plan: Plan,
  interval: PlanInterval,
) {
  const { nowMs } = await billingNow(tx);
  const startedAt = new Date(nowMs).toISOString();
  await startSubscription(tx, { planId: plan.id, interval, startedAt, ...keptAnchor(held, plan, interval) });
  // Choosing a plan ends the workspace's trial.
  await tx.sql`update tenants set status = 'active', updated_at = now() where id = ${tx.tenantId} and status = 'trial'`;
}

/**
 * Moves to another plan, now or at the end of the period, or begins one where none runs. A trial of the same plan
 * is made a paid subscription. Throws `not_found`, `precondition` for a plan not offered, `conflict` for the plan
 * that one has.
 */
export async function changeSubscription(actor: Actor, input: z.infer<typeof subscriptionChangeInput>) {
  return withTenant(actor.tenantId, async (tx) => {
    await touchLedger(tx);
    const held = await findRunning(tx);
    const plan = await offeredPlan(tx, input.planId);
    const interval = input.interval ?? (plan.interval as PlanInterval);
    const same = held?.planId === plan.id && held.interval === interval && held.status !== "trialing";
    if (same) {
      const message = "This is the plan you have. To keep it beyond its end, resume it.";
      throw new AppError("conflict", "subscription.same_plan", message);
    }
    if (input.at === "now" || !held) await startNow(tx, held, plan, interval);
    else
      await tx.sql`update tenant_subscriptions set pending_plan_id = ${plan.id}, pending_interval = ${interval},
        cancel_at_period_end = false, updated_at = now() where tenant_id = ${tx.tenantId} and id = ${held.id}`;
    return done(tx, actor, "subscription.changed", { ...input, interval });
  });
}

async function done(tx: TenantTransaction, actor: Actor, action: string, after: Record<string, unknown>) {
  await scheduleSubscription(tx);
  const shown = await readSubscription(tx);
  await recordAudit(tx, actor, {
    action,
    subjectType: "subscription",
    subjectId: shown.id ?? actor.tenantId,
    after,
  });
  return shown;
}

/** Cancels, at once or at the end of the period. Throws `precondition` where none runs. */
export async function cancelSubscription(actor: Actor, input: z.infer<typeof subscriptionCancelInput>) {
  return withTenant(actor.tenantId, async (tx) => {
    await touchLedger(tx);
    const held = await running(tx);
    if (input.at === "now") {
      const { nowMs } = await billingNow(tx);
      const at = new Date(nowMs).toISOString();
      await endSubscription(tx, { status: "cancelled", reason: "cancelled", at });
    } else {
      await tx.sql`update tenant_subscriptions set cancel_at_period_end = true, pending_plan_id = null,
        pending_interval = null, updated_at = now() where tenant_id = ${tx.tenantId} and id = ${held.id}`;
    }
    return done(tx, actor, "subscription.cancelled", input);
  });
}

/** Takes back what was to happen at the end of the period. Throws `precondition` where none runs. */
export async function resumeSubscription(actor: Actor) {
  return withTenant(actor.tenantId, async (tx) => {
    const held = await running(tx);
    await tx.sql`update tenant_subscriptions set cancel_at_period_end = false, pending_plan_id = null,
      pending_interval = null, auto_renew = true, updated_at = now() where tenant_id = ${tx.tenantId} and id = ${held.id}`;
    return done(tx, actor, "subscription.resumed", {});
  });
}

/** Says whether the subscription renews by itself; one that does not expires with its period. */
export async function setAutoRenew(actor: Actor, autoRenew: boolean) {
  return withTenant(actor.tenantId, async (tx) => {
    const held = await running(tx);
    await tx.sql`update tenant_subscriptions set auto_renew = ${autoRenew}, updated_at = now()
      where tenant_id = ${tx.tenantId} and id = ${held.id}`;
    return done(tx, actor, "subscription.updated", { autoRenew });
  });
}

/** What was billed for days of the running period that a change now leaves unused: it is given back. */
async function unusedOf(
  tx: TenantTransaction,
  held: Subscription | null,
  { zone, today, currency }: { zone: string; today: string; currency: string },
): Promise<Amount> {
  if (!held || held.status === "trialing") return 0n;
  const period = cyclePeriod(cycleOf(held), today);
  const billed = (await readBilled(tx)).find(
    (one) => one.subscriptionId === held.id && one.period === period.firstDay,
  );
  const firstDay = localDay(zone, Date.parse(held.startedAt));
  const used = feeParts(
    [{ id: held.id, planId: held.planId, fee: held.price, firstDay, endDay: today }],
    period,
    currency,
  );
  const unused = (billed?.amount ?? 0n) - (used[0]?.amount ?? 0n);
  return unused > 0n ? unused : 0n;
}

/** What the running period would cost by days if the plan were changed now. Stores nothing. */
export async function previewPlanChange(actor: Actor, input: z.infer<typeof planChangePreviewInput>) {
  return withTenant(actor.tenantId, async (tx) => {
    const held = await findRunning(tx);
    const plan = await offeredPlan(tx, input.planId);
    const interval = input.interval ?? (plan.interval as PlanInterval);
    const { zone, nowMs } = await billingNow(tx);
    const today = localDay(zone, nowMs);
    const { anchorDay = today } = keptAnchor(held, plan, interval);
    const cycle = cycleOf({ anchorDay, interval, intervalCount: plan.intervalCount });
    const period = cyclePeriod(cycle, today);
    const next = {
      id: plan.id,
      planId: plan.id,
      fee: planFee(plan, interval),
      firstDay: today,
      endDay: null,
    };
    const before =
      held && anchorDay === held.anchorDay
        ? [
            {
              id: held.planId,
              planId: held.planId,
              fee: held.price,
              firstDay: localDay(zone, Date.parse(held.startedAt)),
              endDay: today,
            },
          ]
        : [];
    const parts = feeParts([...before, next], period, plan.currency);
    return {
      periodFrom: period.firstDay,
      periodTo: period.endDay,
      currency: plan.currency,
      price: formatMinor(next.fee, plan.currency),
      /** Before tax and discount: on the month's invoice, or into the wallet where that comes to less. */
      givenBack: formatMinor(
        await unusedOf(tx, held, { zone, today, currency: plan.currency }),
        plan.currency,
      ),
      parts: parts.map(({ id, firstDay, endDay, days, periodDays, amount }) => ({
        planId: id,
        firstDay,
        endDay,
        days,
        periodDays,
        amount: formatMinor(amount, plan.currency),
      })),
    };
  });
}
