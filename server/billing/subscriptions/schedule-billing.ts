import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { monthWindow } from "#domain/billing/period.ts";
import { runningPeriod } from "#domain/billing/subscription.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { cancelTimer, scheduleTimer } from "#server/runtime/timers.ts";
import { type BillingNow, billingNow } from "../limit-window.ts";
import { findRunning } from "./subscription-row.ts";

export const TRIAL_END = "billing.trial_end";
export const PERIOD_END = "billing.period_end";
export const MONTH_DRAFT = "billing.month_draft";
export const MONTH_END = "billing.month_end";

/** How long after its end a month stays open for usage that comes late. */
export const GRACE_MS = 24 * 3_600_000;

/**
 * Sets the timers of the running subscription anew: the end of its trial, and the end of its period where something
 * happens then. Call it after every change, in the same transaction.
 */
export async function scheduleSubscription(tx: TenantTransaction): Promise<void> {
  const held = await findRunning(tx);
  const subjectId = tx.tenantId;
  await cancelTimer(tx, { kind: TRIAL_END, subjectId });
  await cancelTimer(tx, { kind: PERIOD_END, subjectId });
  if (!held) return;
  const { zone, nowMs } = await billingNow(tx);
  if (held.status === "trialing" && held.trialEndsAt) {
    await scheduleTimer(tx, { kind: TRIAL_END, subjectId, dueAt: held.trialEndsAt });
    return;
  }
  if (!held.cancelAtPeriodEnd && held.autoRenew && held.pendingPlanId === null) return;
  const dueAt = runningPeriod(held, zone, nowMs).end;
  await scheduleTimer(tx, { kind: PERIOD_END, subjectId, dueAt });
}

/** When a month is closed by itself: its end in the tenant's zone, and the grace for late usage. */
export function monthCloses(month: string, zone: string): string {
  return new Date(monthWindow(month, zone).end + GRACE_MS).toISOString();
}

/** When a month's draft is made: at its end in the tenant's zone. */
export function monthDrafts(month: string, zone: string): string {
  return new Date(monthWindow(month, zone).end).toISOString();
}

async function scheduleMonth(tx: TenantTransaction, kind: string, month: string, dueAt: string) {
  const subjectId = tx.tenantId;
  const [earlier] = await tx.sql`select 1 from timers where tenant_id = ${tx.tenantId} and kind = ${kind}
    and subject_id = ${subjectId} and state = 'scheduled' and due_at <= ${dueAt}`;
  if (earlier) return;
  await scheduleTimer(tx, { kind, subjectId, dueAt, payload: { month }, replace: true });
}

/** Sets the timers of the next month's draft and of its end, unless earlier ones still wait. */
export async function scheduleMonthEnd(tx: TenantTransaction, { zone, nowMs }: BillingNow): Promise<void> {
  const running = localDay(zone, nowMs).slice(0, 7);
  const inGrace = localDay(zone, nowMs - GRACE_MS).slice(0, 7);
  await scheduleMonth(tx, MONTH_DRAFT, running, monthDrafts(running, zone));
  await scheduleMonth(tx, MONTH_END, inGrace, monthCloses(inGrace, zone));
}

/** All timers of a tenant's billing: when it is opened, and after its clock was set back. */
export async function scheduleBilling(tx: TenantTransaction): Promise<void> {
  await scheduleSubscription(tx);
  await scheduleMonthEnd(tx, await billingNow(tx));
}

/** Sets the timers of tenants that lack one: opened by an earlier version, or stopped by an invoice that failed. */
export async function scheduleMissingMonthEnds(): Promise<void> {
  const rows = await withSystem(
    "find tenants without a month end",
    (tx) => tx.sql`
      select t.id from tenants t where t.status <> 'cancelled' and (
        select count(distinct m.kind) from timers m where m.tenant_id = t.id and m.state = 'scheduled'
          and m.kind in (${MONTH_DRAFT}, ${MONTH_END})) < 2 limit 200`,
  );
  for (const row of rows) await withTenant(tenantIdFrom(row.id as string), scheduleBilling);
}
