import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { currencyInput } from "#domain/money/money-input.ts";
import { bookProblem, priceBookShape } from "./price-book.ts";
import { type PricedFact, type PricedUsage, priceUsage } from "./price-usage.ts";
import { type PricingRule, pricingRuleInput } from "./pricing-rule.ts";
import type { ProviderPrice } from "./provider-price.ts";
import { SERVICE_TYPES } from "./service-type.ts";
import { monthInput } from "./usage-report.ts";

const priceInput = z
  .strictObject({
    provider: text(100),
    model: text(200),
    serviceType: z.enum(SERVICE_TYPES),
    currency: currencyInput,
    ...priceBookShape,
  })
  .superRefine((price, context) => {
    const problem = bookProblem(price);
    if (problem) context.addIssue({ code: "custom", path: ["parts"], message: problem });
  });

/** A month that was, and one change it is worked out again with: a rule or a provider's price. */
export const whatIfInput = z
  .strictObject({
    month: monthInput,
    tenantId: z.uuid().optional(),
    rule: pricingRuleInput.optional(),
    price: priceInput.optional(),
  })
  .refine((input) => (input.rule === undefined) !== (input.price === undefined), {
    path: ["rule"],
    message: "Give either a rule or a price to try.",
  });

/** The change as prices and rules know it, without dates: it holds from the moment of each call. */
export type PriceChange = { rule: PricingRule } | { price: ProviderPrice };

/** What a call would have cost and been sold for, had the change held when it was made. */
export function priceWithChange(
  fact: PricedFact,
  prices: readonly ProviderPrice[],
  rules: readonly PricingRule[],
  change: PriceChange,
): PricedUsage {
  const validFrom = new Date(fact.occurredAtMs).toISOString();
  if ("rule" in change)
    return priceUsage(fact, prices, [...rules, { ...change.rule, validFrom, validTo: null }]);
  return priceUsage(fact, [...prices, { ...change.price, validFrom, validTo: null }], rules);
}
