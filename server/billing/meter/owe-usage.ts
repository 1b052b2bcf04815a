import type { TenantTransaction } from "#db/tenant.ts";
import { type AllowanceKind, allowanceKind } from "#domain/billing/allowance.ts";
import { isTokenUnit } from "#domain/billing/price-book.ts";
import { rankRules } from "#domain/billing/pricing-rule.ts";
import { isInForce } from "#domain/billing/provider-price.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { registerTimerHandler, scheduleTimer } from "#server/runtime/timers.ts";
import { currentPricing, refreshPricing } from "../pricing-snapshot.ts";
import { meter } from "./meter.ts";
import { refusalError } from "./refusal-error.ts";
import type { Reservation, UsageFact } from "./usage-fact.ts";

const OWED = "usage.owed";

/** What a tenant does with its own credentials: it costs the platform nothing, and is metered where a fee is set. */
export type OwnUse = Pick<UsageFact, "provider" | "model"> & { serviceType: "message" | "api_call" };

/** What the statement that writes such a use down tells: the version of all prices, the plan, and whether it counts. */
export type FeeFacts = readonly [pricingVersion: number, planId: string | null, counts: boolean];

/**
 * A scalar for that statement, so that knowing costs no trip of its own: `counts` where the plan includes the kind or
 * has a rate for it, or a quota counts its number.
 */
export function feeFacts(tx: TenantTransaction, serviceType: OwnUse["serviceType"]) {
  const kind: AllowanceKind = allowanceKind(serviceType) ?? "messages";
  return tx.sql`(select json_build_array(v.version, s.plan_id,
      coalesce(p.included ? ${kind}::text or p.overage ? ${kind}::text, false) or exists (
        select from usage_quotas q where q.tenant_id = ${tx.tenantId} and q.enabled and q.measure = 'quantity'
          and q.service_type = ${serviceType}))
    from pricing_state v
    left join tenant_subscriptions s on s.tenant_id = ${tx.tenantId} and s.ended_at is null
    left join plans p on p.id = s.plan_id
    where v.id = 1)`;
}

/** Whether anything comes of metering a use: the plan counts it, or a price or a fixed fee is in force for it. */
export async function isFeeDue(
  tenantId: TenantId,
  [version, planId, counts]: FeeFacts,
  use: OwnUse,
  at: string,
): Promise<boolean> {
  if (counts) return true;
  let pricing = await currentPricing();
  if (pricing.version !== version) {
    refreshPricing();
    pricing = await currentPricing();
  }
  const atMs = Date.parse(at);
  if (pricing.pricesOf(use).some((price) => isInForce(price, atMs))) return true;
  const [rule] = rankRules(pricing.rulesOf({ tenantId, planId }), { tenantId, planId, ...use }, atMs);
  // A price for tokens that is not narrowed to them says nothing about a message or a call.
  return rule?.fixedPrice != null && !isTokenUnit(rule.fixedPrice.unit);
}

/** Asks the tenant's quotas for room for a use that is metered; the error of a quota that pauses it. */
export async function reserveOwnUse(tenantId: TenantId, use: OwnUse): Promise<Reservation | AppError> {
  const outcome = await meter.reserve({ tenantId, ...use, quantities: { units: 1 }, ownKey: true });
  return outcome.admitted ? outcome.reservation : refusalError(outcome.refusal);
}

/** A use that was made, as it is to be metered. */
export type OwedUsage = OwnUse & Omit<UsageFact, "tenantId" | "quantities" | "ownKey">;

/**
 * Writes down, in the transaction that keeps a use's outcome, that it is to be metered: a crash loses nothing, and the
 * commit by its key happens once.
 */
export function oweUsage(tx: TenantTransaction, use: OwedUsage): Promise<string> {
  const { idempotencyKey: subjectId, occurredAt: dueAt } = use;
  const payload = { ...use, quantities: { units: 1 }, ownKey: true };
  return scheduleTimer(tx, { kind: OWED, subjectId, dueAt, payload });
}

/** What the timers of the meter do. Once a process, before timers are swept. */
export function registerMeterTimers(): void {
  registerTimerHandler(OWED, async ({ tenantId }, { payload }) => {
    try {
      await meter.commit({ ...(payload as Omit<UsageFact, "tenantId">), tenantId });
    } catch (error) {
      // Noted twice with another moment: the first record stays.
      if (!(error instanceof AppError && error.code === "usage.key_reused")) throw error;
    }
  });
}
