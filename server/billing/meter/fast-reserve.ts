import { withTenant } from "#db/tenant.ts";
import { monthOf, periodAt } from "#domain/billing/period.ts";
import { priceUsage } from "#domain/billing/price-usage.ts";
import { recordedQuantities } from "#domain/billing/quantities.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { newId } from "#domain/core/id.ts";
import { formatAmount, parseAmount } from "#domain/money/amount.ts";
import { currentPricing } from "../pricing-snapshot.ts";
import { footingOf, unchanged } from "./footing.ts";
import { Statement } from "./statement.ts";
import type { ReserveOutcome, ReserveRequest } from "./usage-fact.ts";

/**
 * A lone reservation in one conditional statement and one trip: room is booked only if every quota that counts the
 * call is in its present window, not exceeded, and has room, and if prices, plan, zone and clock are the remembered
 * ones. Returns null when any of that fails; the general path then decides under the lock.
 */
export async function tryFastReserve(request: ReserveRequest): Promise<ReserveOutcome | null> {
  const { tenantId, serviceType } = request;
  const footing = footingOf(tenantId);
  const pricing = await currentPricing();
  if (!footing || footing.pricingVersion !== pricing.version) return null;
  const nowMs = Date.now() + footing.offsetMs;
  const month = monthOf(localDay(footing.timezone, nowMs));
  const exchange = pricing.exchangeOf(footing.currency, month);
  const fact = {
    ...request,
    planId: footing.planId,
    status: "succeeded" as const,
    occurredAtMs: nowMs,
    exchange,
  };
  const priced = priceUsage(fact, pricing.pricesOf(fact), pricing.rulesOf(fact));
  const price = request.estimatedPrice ? parseAmount(request.estimatedPrice) : priced.clientPrice;
  const s = new Statement();
  const id = newId();
  const tenant = s.value(tenantId, "uuid");
  const amount = s.value(formatAmount(price), "numeric");
  const quantity = s.value(recordedQuantities(serviceType, request.quantities).total, "numeric");
  const start = (period: "daily" | "weekly" | "monthly") =>
    s.value(new Date(periodAt(period, footing.timezone, nowMs).start).toISOString(), "timestamptz");
  const text = `
    with q as (
      select q.id, case q.measure when 'money' then ${amount} when 'requests' then 1 else ${quantity} end as share,
        q.limit_amount + case when q.extra_for = q.period_start then q.extra_amount else 0 end - q.used - q.reserved as room, q.exceeded_at is not null as exceeded,
        q.period_start = case q.period when 'daily' then ${start("daily")}
          when 'weekly' then ${start("weekly")} else ${start("monthly")} end as current
      from usage_quotas q
      where q.tenant_id = ${tenant} and q.enabled
        and (q.service_type is null or q.service_type = ${s.value(serviceType, "text")})
      order by q.id for update
    ), ok as (
      select array_agg(q.id) as quotas from q
      having coalesce(bool_and(q.current and not q.exceeded and q.room >= q.share and q.room > 0), true)
        and ${unchanged(s, tenant, footing)}
    ), booked as (
      update usage_quotas t set reserved = t.reserved + q.share from q, ok where t.tenant_id = ${tenant} and t.id = q.id
    ), kept as (
      insert into usage_reservations (tenant_id, id, amount, quantity, quota_ids, expires_at)
      select ${tenant}, ${s.value(id, "uuid")}, ${amount}, ${quantity}, ok.quotas,
        now() + make_interval(secs => ${s.value(request.ttlSeconds ?? 600, "float8")})
      from ok where ok.quotas is not null
    )
    select quotas is not null as counted from ok`;
  let answer: ReturnType<Statement["send"]> | undefined;
  await withTenant(tenantId, async (tx) => {
    answer = s.send(tx, text);
    answer.catch(() => undefined);
  });
  const row = (await answer)?.[0];
  if (!row) return null;
  const estimate = { estimatedCost: formatAmount(priced.providerCost), estimatedPrice: formatAmount(price) };
  return { admitted: true, reservation: { id: row.counted ? id : null, ...estimate }, advice: null };
}
