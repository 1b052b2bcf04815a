import { withTenant } from "#db/tenant.ts";
import { monthOf } from "#domain/billing/period.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { billingNow } from "./limit-window.ts";
import { findSubscription } from "./plans.ts";

/** Without a plan nothing is included and every use is billed at its price. */
const NONE = {
  id: null,
  status: "none",
  interval: null,
  startedAt: null,
  trialEndsAt: null,
  autoRenew: false,
  cancelAtPeriodEnd: false,
  plan: null,
  used: {},
  included: {},
  left: {},
};

/** The tenant's plan with what is included, used and left this month; status `none` where it has no plan. */
export async function getSubscription(tenantId: TenantId) {
  const found = await withTenant(tenantId, async (tx) => {
    const { zone, nowMs } = await billingNow(tx);
    return findSubscription(tx, monthOf(localDay(zone, nowMs)));
  });
  if (!found) return NONE;
  const { included } = found.plan;
  const left = Object.entries(included).map(([kind, units]) => [
    kind,
    Math.max(0, units - (found.used[kind] ?? 0)),
  ]);
  return { ...found, included, left: Object.fromEntries(left) as Record<string, number> };
}
