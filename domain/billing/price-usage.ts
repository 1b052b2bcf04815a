import { addRatio, multiplyRatio, parseDecimal, type Ratio, ZERO } from "#domain/core/decimal.ts";
import { type Amount, ratioFromAmount } from "#domain/money/amount.ts";
import { type Charge, chargeBook, settleParts } from "./charge-book.ts";
import type { Exchange } from "./exchange-rate.ts";
import { type PricingRule, type RuleSubject, rankRules } from "./pricing-rule.ts";
import { type ProviderPrice, selectProviderPrice } from "./provider-price.ts";
import { measuredUnits, type Quantities, TOKEN_PARTS } from "./quantities.ts";
import type { UsageStatus } from "./service-type.ts";

/** One metered call, before it has a price. */
export type PricedFact = RuleSubject & {
  status: UsageStatus;
  quantities: Quantities;
  occurredAtMs: number;
  /** The tenant's own provider key paid, so the call costs the platform nothing. */
  ownKey?: boolean | undefined;
  /** What was reserved for the call; the cost of an unsettled one. */
  estimatedCost?: Amount | undefined;
  /** The currency that the tenant is billed in. */
  currency?: string | undefined;
  /** What turns the currency of a provider's price into that one; null is one to one. */
  exchange?: ((base: string) => Exchange | null) | undefined;
};

type PricedPart = { part: string; quantity: number; cost: Amount; price: Amount };

/** A fact with its price; the ids say by which version and rule, and `cost`/`sale` how they were reached. */
export type PricedUsage = {
  providerCost: Amount;
  clientPrice: Amount;
  profit: Amount;
  parts: PricedPart[];
  price: ProviderPrice | null;
  rule: PricingRule | null;
  /** Rules that matched and lost, in order. */
  outranked: PricingRule[];
  /** No price version covers the call: its cost is unknown, not zero. */
  unpriced: boolean;
  costCharge: Charge | null;
  saleCharge: Charge | null;
  /** The rate that the cost was converted at. */
  exchange: Exchange | null;
};

type Line = { part: string; quantity: number; cost: Ratio; price: Ratio };

function saleLines(fact: PricedFact, cost: Line[], rule: PricingRule | null, sale: Charge | null): Line[] {
  if (fact.status === "failed" || fact.status === "unsettled") return cost;
  if (sale) {
    const lines = new Map(cost.map((line) => [line.part, { ...line }]));
    for (const { part, quantity, exact } of sale.parts) {
      const line = lines.get(part);
      if (line) line.price = addRatio(line.price, exact);
      else lines.set(part, { part, quantity, cost: ZERO, price: exact });
    }
    return [...lines.values()];
  }
  const markup = parseDecimal(rule?.markupPercent ?? "0");
  const factor: Ratio = { n: markup.d * 100n + markup.n, d: markup.d * 100n };
  return cost.map((line) => ({ ...line, price: multiplyRatio(line.cost, factor) }));
}

function costLines(fact: PricedFact, charge: Charge | null, exchange: Exchange | null): Line[] {
  if (fact.status === "unsettled") {
    return [{ part: "estimate", quantity: 0, cost: ratioFromAmount(fact.estimatedCost ?? 0n), price: ZERO }];
  }
  if (!charge) return quantityLines(fact);
  const rate = exchange ? parseDecimal(exchange.rate) : null;
  return charge.parts.map(({ part, quantity, exact }) => {
    return { part, quantity, cost: rate ? multiplyRatio(exact, rate) : exact, price: ZERO };
  });
}

// Without a price the quantities are kept all the same, so that an adjustment can price them later.
function quantityLines(fact: PricedFact): Line[] {
  const q = fact.quantities;
  if (fact.serviceType !== "token") {
    return [{ part: "amount", quantity: measuredUnits(fact.serviceType, q), cost: ZERO, price: ZERO }];
  }
  return TOKEN_PARTS.flatMap((part) => {
    const quantity = (q[part] ?? 0) + (part === "input" ? (q.units ?? 0) : 0);
    return quantity > 0 ? [{ part, quantity, cost: ZERO, price: ZERO }] : [];
  });
}

/**
 * Prices one call: cost by the provider price in force when it happened, price by the rule that wins. A failed call
 * keeps its cost and has price 0; an unsettled one costs what was reserved; with the tenant's own key the cost is 0
 * and only a fixed-price rule charges a fee. A price below cost is left as it is. Amounts are in the tenant's currency:
 * the cost is converted at the month's rate, a fixed price is in the currency of whoever pays it.
 */
export function priceUsage(
  fact: PricedFact,
  prices: readonly ProviderPrice[],
  rules: readonly PricingRule[],
): PricedUsage {
  const [rule = null, ...outranked] = rankRules(rules, fact, fact.occurredAtMs);
  const price = fact.ownKey ? null : selectProviderPrice(prices, fact, fact.occurredAtMs);
  const costCharge = price ? chargeBook(price, fact.serviceType, fact.quantities, fact.occurredAtMs) : null;
  const free = fact.status === "failed" || fact.status === "unsettled";
  const saleCharge =
    rule?.fixedPrice && !free
      ? chargeBook(rule.fixedPrice, fact.serviceType, fact.quantities, fact.occurredAtMs)
      : null;
  const exchange = (price && fact.exchange?.(price.currency)) ?? null;
  const lines = saleLines(fact, costLines(fact, costCharge, exchange), rule, saleCharge);
  const cost = settleParts(lines.map((line) => line.cost));
  const sale = settleParts(lines.map((line) => line.price));
  return {
    providerCost: cost.total,
    clientPrice: sale.total,
    profit: sale.total - cost.total,
    parts: lines.map(({ part, quantity }, i) => ({
      part,
      quantity,
      cost: cost.parts[i] ?? 0n,
      price: sale.parts[i] ?? 0n,
    })),
    price,
    rule,
    outranked,
    unpriced: !fact.ownKey && price === null && fact.status !== "unsettled",
    costCharge,
    saleCharge,
    exchange,
  };
}
