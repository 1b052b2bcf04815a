import { expect, it } from "vitest";
import type { PricingRule } from "./pricing-rule.ts";
import { rateWords, ruleWords } from "./rule-words.ts";

const rule: PricingRule = {
  id: "r",
  scope: "plan",
  tenantId: null,
  planId: "p",
  serviceType: "token",
  provider: "openai",
  model: "gpt-4",
  validFrom: null,
  validTo: null,
  markupPercent: "66",
  fixedPrice: null,
  trial: null,
};

it("says the markup, whose rule it is and what it is for", () => {
  expect(ruleWords(rule)).toBe("Markup 66%, by the plan's rule for openai gpt-4");
  expect(
    ruleWords({ ...rule, scope: "platform", provider: null, model: null, serviceType: "api_call" }),
  ).toBe("Markup 66%, by the platform's rule for API calls");
  expect(ruleWords({ ...rule, markupPercent: null })).toMatch(/^Fixed price, by the plan's rule/);
  expect(ruleWords(null)).toBe("No rule, sold at cost");
  const hidden = [ruleWords(rule, { costs: false }), ruleWords(null, { costs: false })];
  expect(hidden).toEqual(["Priced by the plan's rule for openai gpt-4", "No rule of its own"]);
});

it("says the rates and since when they hold", () => {
  const price = {
    id: "p",
    provider: "openai",
    model: "gpt-4",
    serviceType: "token" as const,
    currency: "USD",
    validFrom: "2025-01-01T00:00:00.000Z",
    validTo: null,
    unit: "per_1k_tokens" as const,
    parts: { input: "0.03", output: "0.06" },
  };
  expect(rateWords(price)).toBe("openai: input 0.03, output 0.06 USD per 1k tokens, from 2025-01-01");
  expect(rateWords(null)).toBe("No provider price in force");
});
