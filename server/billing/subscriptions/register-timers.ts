import type { TenantTransaction } from "#db/tenant.ts";
import { nextMonth } from "#domain/billing/period.ts";
import { AppError } from "#domain/core/app-error.ts";
import { appendOutbox } from "#server/runtime/outbox.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { registerTimerHandler, scheduleTimer, type Timer } from "#server/runtime/timers.ts";
import { closeMonthWithin } from "../invoices/close-month.ts";
import { draftMonthWithin } from "../invoices/draft-month.ts";
import { billingNow } from "../limit-window.ts";
import { touchLedger } from "../meter/footing.ts";
import {
  MONTH_DRAFT,
  MONTH_END,
  monthCloses,
  monthDrafts,
  PERIOD_END,
  scheduleSubscription,
  TRIAL_END,
} from "./schedule-billing.ts";
import { endSubscription, startSubscription } from "./start-subscription.ts";
import { findRunning, type Subscription } from "./subscription-row.ts";

/** Whether invoices are paid by themselves. */
async function hasMeans(tx: TenantTransaction): Promise<boolean> {
  const [method] = await tx.sql`select 1 from payment_methods
    where tenant_id = ${tx.tenantId} and is_default and status = 'active'`;
  return method !== undefined;
}

/**
 * A trial that ends unpaid falls back to Free; one of a tenant whose card is kept, and who did not say that it shall
 * not renew, goes on as the plan that was tried, and so does one of a plan without a fee.
 */
async function endTrial(tx: TenantTransaction, { dueAt }: Timer): Promise<void> {
  await touchLedger(tx);
  const held = await findRunning(tx);
  if (held?.status !== "trialing" || held.trialEndsAt === null || held.trialEndsAt > dueAt) return;
  const pays = held.autoRenew && (await hasMeans(tx));
  const decided = held.cancelAtPeriodEnd || held.pendingPlanId !== null;
  const [free] = await tx.sql`select id from plans where lower(code) = 'free' and active`;
  if (decided) await followUp(tx, held, dueAt);
  else if (held.price === 0n || !free || pays) {
    await tx.sql`update tenant_subscriptions set status = 'active', updated_at = now()
      where tenant_id = ${tx.tenantId} and id = ${held.id} and (price = 0 or ${pays})`;
    if (held.price > 0n && !pays)
      await endSubscription(tx, { status: "expired", reason: "trial_ended", at: dueAt });
  } else {
    await endSubscription(tx, { status: "expired", reason: "trial_ended", at: dueAt });
    await startSubscription(tx, { planId: free.id as string, startedAt: dueAt, trialEndsAt: null });
  }
  await tx.sql`update tenants set status = 'active', updated_at = now() where id = ${tx.tenantId} and status = 'trial'`;
  await appendOutbox(tx, [
    {
      tenantId: tx.tenantId,
      name: "subscription.trial_ended",
      payload: { subscriptionId: held.id },
      dedupeKey: `trial-ended:${held.id}`,
    },
  ]);
  await scheduleSubscription(tx);
}

/** What was to happen at the end of a period: another plan, the cancellation, or the expiry. */
async function followUp(tx: TenantTransaction, held: Subscription, dueAt: string): Promise<void> {
  const [next] =
    await tx.sql`select id, interval_count from plans where id = ${held.pendingPlanId} and active`;
  if (next) {
    const interval = held.pendingInterval ?? held.interval;
    const same = interval === held.interval && Number(next.interval_count) === held.intervalCount;
    const anchor = same && held.status !== "trialing" ? { anchorDay: held.anchorDay } : {};
    await startSubscription(tx, { planId: next.id as string, interval, startedAt: dueAt, ...anchor });
  } else if (held.cancelAtPeriodEnd) {
    await endSubscription(tx, { status: "cancelled", reason: "cancelled", at: dueAt });
  } else if (!held.autoRenew) {
    await endSubscription(tx, { status: "expired", reason: "expired", at: dueAt });
  }
}

async function endPeriod(tx: TenantTransaction, { dueAt }: Timer): Promise<void> {
  await touchLedger(tx);
  const held = await findRunning(tx);
  if (!held) return;
  await followUp(tx, held, dueAt);
  await scheduleSubscription(tx);
}

/** Does a month's billing; where the safety bound stops it, staff are told. */
async function orAlert(tx: TenantTransaction, source: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError && error.code === "billing.safety_stop")
      await recordSystemEvent({
        kind: "billing.safety_stop",
        source,
        severity: 3,
        tenantId: tx.tenantId,
        message: error.message,
      });
    throw error;
  }
}

/** Makes a month's draft at its end, and sets the timer of the next one. */
async function draftMonth(tx: TenantTransaction, { dueAt, payload }: Timer): Promise<void> {
  const month = String(payload.month);
  await orAlert(tx, "month's draft", draftMonthWithin(tx, month, Date.parse(dueAt)));
  const next = nextMonth(month).slice(0, 7);
  const { zone } = await billingNow(tx);
  const timer = { kind: MONTH_DRAFT, subjectId: tx.tenantId, dueAt: monthDrafts(next, zone) };
  await scheduleTimer(tx, { ...timer, payload: { month: next } });
}

/** Closes a month when its grace ends, and sets the timer of the next one. */
async function endMonth(tx: TenantTransaction, { dueAt, payload }: Timer): Promise<void> {
  const month = String(payload.month);
  await orAlert(tx, "month end", closeMonthWithin(tx, month, Date.parse(dueAt)));
  const next = nextMonth(month).slice(0, 7);
  const { zone } = await billingNow(tx);
  const timer = { kind: MONTH_END, subjectId: tx.tenantId, dueAt: monthCloses(next, zone) };
  await scheduleTimer(tx, { ...timer, payload: { month: next } });
}

/** What the timers of billing do. Once a process, before timers are swept. */
export function registerBillingTimers(): void {
  registerTimerHandler(TRIAL_END, endTrial, { inOrder: true });
  registerTimerHandler(PERIOD_END, endPeriod, { inOrder: true });
  registerTimerHandler(MONTH_DRAFT, draftMonth, { inOrder: true });
  registerTimerHandler(MONTH_END, endMonth, { inOrder: true });
}
