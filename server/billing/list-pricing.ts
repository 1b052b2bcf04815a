import { withTenant } from "#db/tenant.ts";
import type { Exchange } from "#domain/billing/exchange-rate.ts";
import { monthOf } from "#domain/billing/period.ts";
import type { PriceBook, PriceParts } from "#domain/billing/price-book.ts";
import { type PricingRule, rankRules } from "#domain/billing/pricing-rule.ts";
import type { ProviderPrice } from "#domain/billing/provider-price.ts";
import { isInForce, selectProviderPrice } from "#domain/billing/provider-price.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { formatAmount, parseAmount, percentOf } from "#domain/money/amount.ts";
import type { Actor } from "#server/trpc/context.ts";
import { currentPricing } from "./pricing-snapshot.ts";
import { seesCost, veilCost } from "./veil-cost.ts";

type SoldPart = { part: string; cost: string | null; price: string | null };

/** The rate of one model in force for a tenant, with the reason. */
export type RateInForce = {
  serviceType: string;
  provider: string;
  model: string;
  unit: string;
  currency: string;
  /** Rates by part that the tenant pays per unit, and what the provider charges. */
  parts: SoldPart[];
  tiers: { above: number; parts: SoldPart[] }[];
  windows: PriceBook["windows"];
  minimum: PriceBook["minimum"];
  /** What turns these rates into the tenant's currency this month, where that is another one. */
  exchange: Exchange | null;
  markupPercent: string | null;
  fixedPrice: PriceBook | null;
  ruleId: string | null;
  ruleScope: string | null;
  providerPriceId: string;
  validFrom: string;
  reason: string;
};

function soldParts(parts: PriceParts, rule: PricingRule | null) {
  return Object.entries(parts).flatMap(([part, rate]) => {
    if (rate === undefined) return [];
    const cost = parseAmount(rate);
    const markup = rule ? rule.markupPercent : "0";
    const price = markup === null ? null : formatAmount(cost + percentOf(cost, markup));
    return [{ part, cost: formatAmount(cost), price }];
  });
}

function reasonOf(rule: PricingRule | null, costs: boolean): string {
  if (!rule) return costs ? "No rule matches: sold at cost." : "No rule of its own matches.";
  const about =
    [rule.serviceType, rule.provider, rule.model].filter((part) => part !== null).join(" / ") || "all usage";
  const whose = {
    tenant: "A rule made for you",
    plan: "The rule of your plan",
    platform: "The general rule",
  }[rule.scope];
  const terms = rule.fixedPrice
    ? "a fixed price"
    : `cost + ${formatAmount(parseAmount(rule.markupPercent ?? "0"))} %`;
  return costs || rule.fixedPrice ? `${whose} for ${about}: ${terms}.` : `${whose} for ${about}.`;
}

function rateOf(
  price: ProviderPrice,
  rule: PricingRule | null,
  { costs, exchange }: { costs: boolean; exchange: Exchange | null },
): RateInForce {
  return {
    serviceType: price.serviceType,
    provider: price.provider,
    model: price.model,
    unit: price.unit,
    currency: price.currency,
    parts: soldParts(price.parts, rule),
    tiers: (price.tiers ?? []).map((tier) => ({ above: tier.above, parts: soldParts(tier.parts, rule) })),
    windows: price.windows,
    minimum: price.minimum,
    exchange,
    markupPercent: rule?.markupPercent ? formatAmount(parseAmount(rule.markupPercent)) : null,
    fixedPrice: rule?.fixedPrice ?? null,
    ruleId: rule?.id ?? null,
    ruleScope: rule?.scope ?? null,
    providerPriceId: price.id,
    validFrom: price.validFrom,
    reason: reasonOf(rule, costs),
  };
}

const keyOf = (price: ProviderPrice) => `${price.provider}\n${price.model}\n${price.serviceType}`;

type Input = {
  limit: number;
  cursor?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
};

/** The rates in force for a tenant now on its clock, by provider and model; their cost for who may see it. */
export async function listPricingInForce(actor: Actor, input: Input): Promise<Page<RateInForce>> {
  const { tenantId } = actor;
  const [row] = await withTenant(
    tenantId,
    (
      tx,
    ) => tx.sql`select t.currency, t.clock_offset_ms, coalesce(l.timezone, t.timezone) as timezone, s.plan_id from tenants t
      left join billing_ledgers l on l.tenant_id = t.id
      left join tenant_subscriptions s on s.tenant_id = t.id and s.ended_at is null where t.id = ${tenantId}`,
  );
  const nowMs = Date.now() + Number(row?.clock_offset_ms ?? 0);
  const planId = (row?.plan_id ?? null) as string | null;
  const pricing = await currentPricing();
  const month = monthOf(localDay(String(row?.timezone ?? "UTC"), nowMs));
  const convert = pricing.exchangeOf(String(row?.currency), month);
  const [after = ""] = decodeCursor(input.cursor, 1) ?? [];
  const prices = pricing.allPrices
    .filter(
      (price) =>
        isInForce(price, nowMs) && selectProviderPrice(pricing.pricesOf(price), price, nowMs) === price,
    )
    .filter((price) => input.provider === undefined || price.provider === input.provider)
    .filter((price) => input.model === undefined || price.model === input.model)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .filter((price) => keyOf(price) > after)
    .slice(0, input.limit + 1);
  return toPage(
    prices,
    input.limit,
    (price) => [keyOf(price)],
    (price) => {
      const subject = {
        tenantId,
        planId,
        serviceType: price.serviceType,
        provider: price.provider,
        model: price.model,
      };
      const rule = rankRules(pricing.rulesOf(subject), subject, nowMs)[0] ?? null;
      return veilCost(
        actor,
        rateOf(price, rule, { costs: seesCost(actor), exchange: convert(price.currency) }),
      );
    },
  );
}
