import type { TenantTransaction } from "#db/tenant.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { billingNow } from "../limit-window.ts";
import { scheduleBilling } from "./schedule-billing.ts";
import { findRunning } from "./subscription-row.ts";

/**
 * After a tenant's clock was set back: a running subscription that would begin after it begins with it, and the
 * timers of billing are set by it. Where the clock goes forward they stay, so that everything due on the way happens.
 */
export async function setBillingBack(tx: TenantTransaction, now: string): Promise<void> {
  await moveStart(tx, now);
  await scheduleBilling(tx);
}

async function moveStart(tx: TenantTransaction, now: string): Promise<void> {
  const held = await findRunning(tx);
  if (!held || held.startedAt <= now) return;
  const moved = Date.parse(held.startedAt) - Date.parse(now);
  const trialEndsAt = held.trialEndsAt ? new Date(Date.parse(held.trialEndsAt) - moved).toISOString() : null;
  const { zone } = await billingNow(tx);
  await tx.sql`
    update tenant_subscriptions set started_at = ${now}, trial_ends_at = ${trialEndsAt},
      anchor_day = ${localDay(zone, Date.parse(trialEndsAt ?? now))}, updated_at = now()
    where tenant_id = ${tx.tenantId} and id = ${held.id}`;
  await tx.sql`update tenants set trial_ends_at = ${trialEndsAt} where id = ${tx.tenantId} and status = 'trial'`;
}
