import { withTenant } from "#db/tenant.ts";
import { monthOf } from "#domain/billing/period.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { notFound } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { billingNow } from "./limit-window.ts";
import { findSubscription } from "./plans.ts";

/** The tenant's plan with what is included, used and left this month. Throws `not_found` without a plan. */
export async function getSubscription(tenantId: TenantId) {
  const found = await withTenant(tenantId, async (tx) => {
    const { zone, nowMs } = await billingNow(tx);
    return findSubscription(tx, monthOf(localDay(zone, nowMs)));
  });
  if (!found) throw notFound("subscription");
  const { included } = found.plan;
  const left = Object.entries(included).map(([kind, units]) => [
    kind,
    Math.max(0, units - (found.used[kind] ?? 0)),
  ]);
  return { ...found, included, left: Object.fromEntries(left) as Record<string, number> };
}
