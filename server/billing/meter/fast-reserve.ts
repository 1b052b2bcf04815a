import { LRUCache } from "lru-cache";
import { withTenant } from "#db/tenant.ts";
import { periodAt } from "#domain/billing/period.ts";
import { priceUsage } from "#domain/billing/price-usage.ts";
import { recordedQuantities } from "#domain/billing/quantities.ts";
import { newId } from "#domain/core/id.ts";
import { formatAmount, parseAmount } from "#domain/money/amount.ts";
import { once } from "#server/runtime/process.ts";
import { currentPricing } from "../pricing-snapshot.ts";
import type { GroupState } from "./group-state.ts";
import type { ReserveOutcome, ReserveRequest } from "./usage-fact.ts";

type Footing = { timezone: string; offsetMs: number; planId: string | null; pricingVersion: number };

const footings = () => once("billing.footings", () => new LRUCache<string, Footing>({ max: 20_000 }));

/** Keeps what a lone reservation is reckoned on; the statement below proves it is still true. */
export function rememberFooting(tenantId: string, state: GroupState): void {
  const { timezone, planId, pricingVersion, offsetMs } = state;
  footings().set(tenantId, { timezone, planId, pricingVersion, offsetMs });
}

/**
 * A lone reservation in one conditional statement and one trip: room is booked only if every quota that counts the
 * call is in its present window, not exceeded, and has room, and if prices, plan, zone and clock are the remembered
 * ones. Returns null when any of that fails; the general path then decides under the lock.
 */
export async function tryFastReserve(request: ReserveRequest): Promise<ReserveOutcome | null> {
  const { tenantId, serviceType } = request;
  const footing = footings().get(tenantId);
  const pricing = await currentPricing();
  if (!footing || footing.pricingVersion !== pricing.version) return null;
  const nowMs = Date.now() + footing.offsetMs;
  const fact = { ...request, planId: footing.planId, status: "succeeded" as const, occurredAtMs: nowMs };
  const priced = priceUsage(fact, pricing.pricesOf(fact), pricing.rulesOf(fact));
  const amount = request.estimatedPrice ? parseAmount(request.estimatedPrice) : priced.clientPrice;
  const quantity = parseAmount(recordedQuantities(serviceType, request.quantities).total);
  const start = (period: "daily" | "weekly" | "monthly") =>
    new Date(periodAt(period, footing.timezone, nowMs).start).toISOString();
  const id = newId();
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`
      with q as (
        select q.id, case q.measure when 'money' then ${formatAmount(amount)}::numeric else ${formatAmount(quantity)}::numeric end as share,
          q.limit_amount - q.used - q.reserved as room, q.exceeded_at is not null as exceeded,
          q.period_start = case q.period when 'daily' then ${start("daily")}::timestamptz
            when 'weekly' then ${start("weekly")}::timestamptz else ${start("monthly")}::timestamptz end as current
        from usage_quotas q
        where q.tenant_id = ${tenantId} and q.enabled and (q.service_type is null or q.service_type = ${serviceType})
        order by q.id for update
      ), ok as (
        select array_agg(q.id) as quotas from q
        having coalesce(bool_and(q.current and not q.exceeded and q.room >= q.share and q.room > 0), true)
          and exists (
            select from tenants t join billing_ledgers l on l.tenant_id = t.id
            left join tenant_subscriptions s on s.tenant_id = t.id and s.ended_at is null
            where t.id = ${tenantId} and t.clock_offset_ms = ${footing.offsetMs} and l.timezone = ${footing.timezone}
              and s.plan_id is not distinct from ${footing.planId}
              and (select version from pricing_state where id = 1) = ${footing.pricingVersion})
      ), booked as (
        update usage_quotas u set reserved = u.reserved + q.share from q, ok
        where u.tenant_id = ${tenantId} and u.id = q.id
      ), kept as (
        insert into usage_reservations (tenant_id, id, amount, quantity, quota_ids, expires_at)
        select ${tenantId}, ${id}, ${formatAmount(amount)}, ${formatAmount(quantity)}, ok.quotas,
          now() + make_interval(secs => ${request.ttlSeconds ?? 600})
        from ok where ok.quotas is not null
      )
      select quotas is not null as counted from ok`,
  );
  if (!row) return null;
  const reservation = {
    id: row.counted ? id : null,
    estimatedCost: formatAmount(priced.providerCost),
    estimatedPrice: formatAmount(amount),
  };
  return { admitted: true, reservation, advice: null };
}
