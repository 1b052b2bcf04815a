import { withSystem } from "#db/system.ts";
import { type Exchange, selectExchange } from "#domain/billing/exchange-rate.ts";
import type { PriceBook } from "#domain/billing/price-book.ts";
import type { PricingRule, RuleSubject } from "#domain/billing/pricing-rule.ts";
import { ANY_MODEL, type ProviderPrice } from "#domain/billing/provider-price.ts";
import { once } from "#server/runtime/process.ts";
import { forgetFees } from "./meter/known-fees.ts";

/** Every price and rule as of one version of `pricing_state`. */
export type PricingSnapshot = {
  version: number;
  allPrices: readonly ProviderPrice[];
  allRules: readonly PricingRule[];
  pricesOf: (subject: Pick<RuleSubject, "serviceType" | "provider" | "model">) => readonly ProviderPrice[];
  /** What converts prices into a tenant's currency in a billing month (its first day). */
  exchangeOf: (quote: string, month: string) => (base: string) => Exchange | null;
  rulesOf: (subject: Pick<RuleSubject, "tenantId" | "planId">) => readonly PricingRule[];
};

type Row = Record<string, unknown>;

/** A price row of the database in the domain's form. */
export function toProviderPrice(row: Row): ProviderPrice {
  return {
    id: row.id as string,
    provider: row.provider as string,
    model: row.model as string,
    serviceType: row.service_type as ProviderPrice["serviceType"],
    currency: row.currency as string,
    unit: row.unit as PriceBook["unit"],
    parts: row.parts as PriceBook["parts"],
    tiers: row.tiers as PriceBook["tiers"],
    windows: row.windows as PriceBook["windows"],
    minimum: row.minimum as PriceBook["minimum"],
    validFrom: row.valid_from as string,
    validTo: row.valid_to as string | null,
  };
}

/** A rule row of the database in the domain's form. */
export function toPricingRule(row: Row): PricingRule {
  return {
    id: row.id as string,
    scope: row.scope as PricingRule["scope"],
    tenantId: row.tenant_ref as string | null,
    planId: row.plan_id as string | null,
    serviceType: row.service_type as PricingRule["serviceType"],
    provider: row.provider as string | null,
    model: row.model as string | null,
    validFrom: row.valid_from as string | null,
    validTo: row.valid_to as string | null,
    markupPercent: row.markup_percent as string | null,
    fixedPrice: row.fixed_price as PriceBook | null,
    trial: row.trial as PricingRule["trial"],
  };
}

function group<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const NONE: never[] = [];
const priceKey = (p: { serviceType: string; provider: string; model: string }) =>
  `${p.serviceType}\n${p.provider}\n${p.model}`;

/** Builds a snapshot out of plain lists. */
function makeSnapshot(
  version: number,
  prices: readonly ProviderPrice[],
  rules: readonly PricingRule[],
  rates: readonly Exchange[],
): PricingSnapshot {
  const priced = group(prices, priceKey);
  const scoped = group(rules, (rule) => rule.tenantId ?? rule.planId ?? "platform");
  const merged = new Map<string, PricingRule[]>();
  return {
    version,
    allPrices: prices,
    allRules: rules,
    pricesOf: (subject) => {
      const own = priced.get(priceKey(subject));
      const general = priced.get(priceKey({ ...subject, model: ANY_MODEL }));
      return own && general ? [...own, ...general] : (own ?? general ?? NONE);
    },
    exchangeOf: (quote, month) => (base) => selectExchange(rates, { base, quote }, month),
    rulesOf({ tenantId, planId }) {
      const key = `${tenantId} ${planId}`;
      let found = merged.get(key);
      if (!found) {
        const own = tenantId === null ? NONE : (scoped.get(tenantId) ?? NONE);
        const ofPlan = planId === null ? NONE : (scoped.get(planId) ?? NONE);
        found = [...own, ...ofPlan, ...(scoped.get("platform") ?? NONE)];
        if (merged.size > 10_000) merged.clear();
        merged.set(key, found);
      }
      return found;
    },
  };
}

async function load(): Promise<PricingSnapshot> {
  return withSystem("load prices and rules", async (tx) => {
    const [state, prices, rules, rates] = await Promise.all([
      tx.sql`select version from pricing_state where id = 1`,
      tx.sql`select * from provider_prices`,
      tx.sql`select * from pricing_rules`,
      tx.sql<Exchange[]>`select base, quote, month, trim_scale(rate)::text as rate from exchange_rates`,
    ]);
    return makeSnapshot(
      Number(state[0]?.version ?? 0),
      prices.map(toProviderPrice),
      rules.map(toPricingRule),
      rates,
    );
  });
}

const holder = () => once("billing.pricing", () => ({ current: null as Promise<PricingSnapshot> | null }));

/** The prices and rules that this process knows. A committer that meets a newer version calls `refreshPricing`. */
export function currentPricing(): Promise<PricingSnapshot> {
  const held = holder();
  held.current ??= load().catch((error: unknown) => {
    held.current = null;
    throw error;
  });
  return held.current;
}

/** Forgets the known prices, so that the next caller reads them anew. */
export function refreshPricing(): void {
  holder().current = null;
  forgetFees();
}
