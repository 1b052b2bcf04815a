import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { explainPrice } from "./explain-price.ts";
import type { PriceBook } from "./price-book.ts";
import { type PricedFact, priceUsage } from "./price-usage.ts";
import { type PricingRule, pricingRuleInput } from "./pricing-rule.ts";
import { type ProviderPrice, providerPriceInput } from "./provider-price.ts";
import type { Quantities } from "./quantities.ts";

const TENANT = "019a0000-0000-7000-8000-000000000001";
const PLAN = "019a0000-0000-7000-8000-000000000002";

const gpt4: ProviderPrice = {
  id: "price-gpt4",
  provider: "openai",
  model: "gpt-4",
  serviceType: "token",
  currency: "USD",
  unit: "per_1k_tokens",
  parts: { input: "0.03", output: "0.06" },
  validFrom: "2023-01-01T00:00:00.000Z",
  validTo: null,
};

function rule(id: string, given: Partial<PricingRule>): PricingRule {
  return {
    id,
    scope: "platform",
    tenantId: null,
    planId: null,
    serviceType: null,
    provider: null,
    model: null,
    validFrom: null,
    validTo: null,
    markupPercent: "66",
    fixedPrice: null,
    trial: null,
    ...given,
  };
}

const sixtySix = rule("platform-66", { serviceType: "token" });

function fact(quantities: Quantities, given: Partial<PricedFact> = {}): PricedFact {
  return {
    tenantId: TENANT,
    planId: PLAN,
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    status: "succeeded",
    occurredAtMs: Date.parse("2025-01-29T15:00:00.000Z"),
    quantities,
    ...given,
  };
}

function figures(given: PricedFact, prices = [gpt4], rules = [sixtySix]): [string, string, string] {
  const priced = priceUsage(given, prices, rules);
  return [formatAmount(priced.providerCost), formatAmount(priced.clientPrice), formatAmount(priced.profit)];
}

function book(given: Partial<ProviderPrice>): ProviderPrice {
  return { ...gpt4, ...given };
}

describe("the seed's figures", () => {
  it("prices 120 + 50 tokens of gpt-4 at 0.0066, 0.010956 and 0.004356", () => {
    expect(figures(fact({ input: 120, output: 50 }))).toEqual(["0.0066", "0.010956", "0.004356"]);
    const parts = priceUsage(fact({ input: 120, output: 50 }), [gpt4], [sixtySix]).parts;
    expect(parts.map((part) => [part.part, formatAmount(part.cost), formatAmount(part.price)])).toEqual([
      ["input", "0.0036", "0.005976"],
      ["output", "0.003", "0.00498"],
    ]);
  });

  it("prices the second call at 0.0183 and 0.030378, the conversation at 0.041334", () => {
    expect(figures(fact({ input: 250, output: 180 })).slice(0, 2)).toEqual(["0.0183", "0.030378"]);
    expect(formatAmount(parseAmount("0.010956") + parseAmount("0.030378"))).toBe("0.041334");
  });

  it("prices the scenario's intent and extraction calls and their sum", () => {
    expect(figures(fact({ input: 15, output: 5 }))).toEqual(["0.00075", "0.001245", "0.000495"]);
    expect(figures(fact({ input: 25, output: 10 }))).toEqual(["0.00135", "0.002241", "0.000891"]);
    expect(formatAmount(parseAmount("0.001245") + parseAmount("0.002241"))).toBe("0.003486");
  });

  it("prices a day of 150,000 input tokens at 4.50, 7.47 and 2.97", () => {
    expect(figures(fact({ input: 150_000 }))).toEqual(["4.5", "7.47", "2.97"]);
  });

  it("lets a tenant's own 40 % go before the platform's 66 %", () => {
    const vip = rule("vip-40", { scope: "tenant", tenantId: TENANT, markupPercent: "40" });
    expect(figures(fact({ input: 1000 }), [gpt4], [sixtySix, vip])[1]).toBe("0.042");
    expect(figures(fact({ input: 1000 }, { tenantId: PLAN }), [gpt4], [sixtySix, vip])[1]).toBe("0.0498");
  });

  it("moves 0.0498 to 0.0664 and 0.0996 to 0.1162 when the rise takes effect", () => {
    const from = "2025-03-01T00:00:00.000Z";
    const risen = book({ id: "risen", validFrom: from, parts: { input: "0.04", output: "0.07" } });
    const at = Date.parse(from);
    const price = (q: Quantities, occurredAtMs: number) =>
      figures(fact(q, { occurredAtMs }), [gpt4, risen])[1];
    expect([price({ input: 1000 }, at - 1), price({ input: 1000 }, at)]).toEqual(["0.0498", "0.0664"]);
    expect([price({ output: 1000 }, at - 1), price({ output: 1000 }, at)]).toEqual(["0.0996", "0.1162"]);
  });
});

describe("rules", () => {
  const winner = (rules: PricingRule[], occurredAtMs?: number) =>
    priceUsage(fact({ input: 1 }, occurredAtMs === undefined ? {} : { occurredAtMs }), [gpt4], rules).rule
      ?.id;

  it("ranks tenant, plan, platform and inside them model, provider, type, any", () => {
    const scopes = [
      { scope: "platform" as const },
      { scope: "plan" as const, planId: PLAN },
      { scope: "tenant" as const, tenantId: TENANT },
    ];
    const narrowings = [{}, { serviceType: "token" as const }, { provider: "openai" }, { model: "gpt-4" }];
    const ordered = scopes.flatMap((scope, i) =>
      narrowings.map((n, j) => rule(`${i}${j}`, { ...scope, ...n })),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(ordered, { minLength: 1 }), (some) => {
        const best = [...some].sort((a, b) => (a.id < b.id ? 1 : -1))[0];
        return winner(some) === best?.id;
      }),
    );
  });

  it("takes the old rule one millisecond before and the new one exactly on the change", () => {
    const change = "2025-03-01T00:00:00.000Z";
    const rules = [rule("old", { validTo: change }), rule("new", { validFrom: change })];
    expect(winner(rules, Date.parse(change) - 1)).toBe("old");
    expect(winner(rules, Date.parse(change))).toBe("new");
  });

  it("gives each tenant of a trial one side, always the same, and the shares as set", () => {
    const trial = (side: "a" | "b", percent: string) => ({ name: "autumn", side, percent });
    const half = [
      rule("a", { trial: trial("a", "50"), markupPercent: "60" }),
      rule("b", { trial: trial("b", "50"), markupPercent: "70" }),
    ];
    const sides = Array.from({ length: 4000 }, () => crypto.randomUUID()).map((tenantId) => {
      const sideAt = (at: string) =>
        priceUsage(fact({ input: 1 }, { tenantId, occurredAtMs: Date.parse(at) }), [gpt4], half).rule?.id;
      expect(sideAt("2025-01-01")).toBe(sideAt("2025-01-31"));
      return sideAt("2025-01-01");
    });
    const share = sides.filter((side) => side === "a").length / sides.length;
    expect(sides.every((side) => side !== undefined)).toBe(true);
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.55);
  });

  it("leaves tenants outside a trial's share to the rule beneath, and puts the trial before its equal", () => {
    const tenth = rule("trial", { trial: { name: "tenth", side: "b", percent: "10" } });
    const count = Array.from({ length: 2000 }, () => crypto.randomUUID()).filter(
      (tenantId) =>
        priceUsage(fact({ input: 1 }, { tenantId }), [gpt4], [rule("rest", {}), tenth]).rule?.id === "trial",
    ).length;
    expect(count).toBeGreaterThan(120);
    expect(count).toBeLessThan(290);
  });

  it("lets the rule that began last win where rules overlap", () => {
    const rules = [
      rule("a", { validFrom: "2024-01-01T00:00:00.000Z" }),
      rule("b", { validFrom: "2025-01-01T00:00:00.000Z" }),
    ];
    expect(winner(rules)).toBe("b");
  });

  it("sells at cost under a 0 % rule and shows the loss under a fixed price below cost", () => {
    expect(figures(fact({ input: 1000 }), [gpt4], [rule("zero", { markupPercent: "0" })])).toEqual([
      "0.03",
      "0.03",
      "0",
    ]);
    const low: PriceBook = { unit: "per_1k_tokens", parts: { input: "0.01" } };
    const fixed = rule("low", { markupPercent: null, fixedPrice: low });
    expect(figures(fact({ input: 1000 }), [gpt4], [fixed])).toEqual(["0.03", "0.01", "-0.02"]);
  });

  it("explains which version and rule won and why", () => {
    const given = fact({ input: 120, output: 50 });
    const vip = rule("vip-40", { scope: "tenant", tenantId: TENANT, markupPercent: "40" });
    const text = explainPrice(given, priceUsage(given, [gpt4], [sixtySix, vip]));
    for (const piece of ["price-gpt4", "vip-40", "platform-66", "120 input at 0.03", "40 % markup"]) {
      expect(text).toContain(piece);
    }
  });
});

describe("how a call ended", () => {
  it("records the cost of a failed call and charges nothing", () => {
    expect(figures(fact({ input: 1000 }, { status: "failed" }))).toEqual(["0.03", "0", "-0.03"]);
  });

  it("lets the estimate stand for an unsettled call and charges nothing", () => {
    const unsettled = fact({}, { status: "unsettled", estimatedCost: parseAmount("0.5") });
    expect(figures(unsettled)).toEqual(["0.5", "0", "-0.5"]);
  });

  it("marks a model without a price as unpriced and keeps its quantities", () => {
    const priced = priceUsage(fact({ input: 7, output: 3 }, { model: "unheard-of" }), [gpt4], [sixtySix]);
    expect(priced.unpriced).toBe(true);
    expect(priced.parts.map((part) => [part.part, part.quantity])).toEqual([
      ["input", 7],
      ["output", 3],
    ]);
  });

  it("costs the platform nothing with the tenant's own key, and charges only a fixed fee", () => {
    expect(figures(fact({ input: 1000 }, { ownKey: true }))).toEqual(["0", "0", "0"]);
    const fee = rule("fee", {
      markupPercent: null,
      fixedPrice: { unit: "per_1k_tokens", parts: { input: "0.001" } },
    });
    expect(figures(fact({ input: 1000 }, { ownKey: true }), [gpt4], [fee])).toEqual(["0", "0.001", "0.001"]);
  });
});

describe("price books", () => {
  const cost = (price: ProviderPrice, q: Quantities, given: Partial<PricedFact> = {}) =>
    figures(fact(q, { serviceType: price.serviceType, ...given }), [price], [])[0];

  it("takes the higher tier for the whole call strictly above the threshold, cached tokens included", () => {
    const tiered = book({
      unit: "per_1m_tokens",
      parts: { input: "5", cachedInput: "0.5", output: "30" },
      tiers: [{ above: 272_000, parts: { input: "10", cachedInput: "1", output: "45" } }],
    });
    expect(cost(tiered, { input: 200_000, cachedInput: 72_000, output: 1000 })).toBe("1.066");
    expect(cost(tiered, { input: 200_000, cachedInput: 72_001, output: 1000 })).toBe("2.117001");
  });

  it("never prices a part at nothing because its own rate is missing", () => {
    expect(cost(gpt4, { cacheWrite: 1000, cacheWrite1h: 1000, cachedInput: 1000, reasoning: 1000 })).toBe(
      "0.15",
    );
  });

  it("multiplies inside a time-of-day window and not at its end", () => {
    const peak = book({
      windows: [{ days: "mon-fri", from: "01:00", to: "04:00", timezone: "UTC", multiplier: "2" }],
    });
    const at = (time: string) => cost(peak, { input: 1000 }, { occurredAtMs: Date.parse(time) });
    expect(at("2025-01-29T01:00:00.000Z")).toBe("0.06");
    expect(at("2025-01-29T03:59:59.999Z")).toBe("0.06");
    expect(at("2025-01-29T04:00:00.000Z")).toBe("0.03");
    expect(at("2025-02-01T02:00:00.000Z")).toBe("0.03");
  });

  it("lets the hours after midnight belong to the day the window began on", () => {
    const night = book({
      windows: [{ days: "fri", from: "22:00", to: "06:00", timezone: "America/New_York", multiplier: "0.5" }],
    });
    const at = (time: string) => cost(night, { input: 1000 }, { occurredAtMs: Date.parse(time) });
    expect(at("2025-02-01T04:00:00.000Z")).toBe("0.015");
    expect(at("2025-02-01T10:59:59.000Z")).toBe("0.015");
    expect(at("2025-02-01T11:00:00.000Z")).toBe("0.03");
    expect(at("2025-01-31T10:00:00.000Z")).toBe("0.03");
  });

  it("charges started increments and the least charge, and nothing for nothing", () => {
    const voice = book({
      serviceType: "voice",
      unit: "per_minute",
      parts: { amount: "0.06" },
      minimum: { incrementSeconds: 60, minimumSeconds: 60 },
    });
    expect(cost(voice, { seconds: 1 })).toBe("0.06");
    expect(cost(voice, { seconds: 60 })).toBe("0.06");
    expect(cost(voice, { seconds: 60.001 })).toBe("0.12");
    expect(cost(voice, { seconds: 0 })).toBe("0");
    expect(cost({ ...voice, minimum: null }, { seconds: 7 })).toBe("0.007");
  });

  it("sells nothing by a fixed price that cannot count it: the next rule does", () => {
    const byToken = rule("by-token", {
      scope: "tenant",
      tenantId: TENANT,
      markupPercent: null,
      fixedPrice: { unit: "per_1m_tokens", parts: { input: "1" } },
    });
    const next = rule("next", { markupPercent: "100" });
    const voice = book({ serviceType: "voice", unit: "per_minute", parts: { amount: "0.06" } });
    const call = fact(
      { seconds: 60 },
      { serviceType: "voice", provider: voice.provider, model: voice.model },
    );
    const priced = priceUsage(call, [voice], [byToken, next]);
    expect([priced.rule?.id, formatAmount(priced.clientPrice), priced.outranked]).toEqual([
      "next",
      "0.12",
      [],
    ]);
    expect(priceUsage(fact({ input: 1_000_000 }), [gpt4], [byToken, next]).rule?.id).toBe("by-token");
  });

  it("charges text messages per segment with the carrier's fee", () => {
    const sms = book({
      serviceType: "sms",
      unit: "per_segment",
      parts: { amount: "0.0079", carrierFee: "0.003" },
    });
    expect(cost(sms, { characters: 160, encoding: "GSM-7" })).toBe("0.0109");
    expect(cost(sms, { characters: 161, encoding: "GSM-7" })).toBe("0.0218");
    expect(cost(sms, { characters: 71, encoding: "UCS-2" })).toBe("0.0218");
    expect(cost(sms, { segments: 3 })).toBe("0.0327");
  });

  it("adds up: parts sum to the total, which is the exact product rounded once", () => {
    const rate = fc.bigInt({ min: 0n, max: 10n ** 14n }).map((n) => formatAmount(n));
    const quantity = fc.integer({ min: 0, max: 5_000_000 });
    const markup = fc.integer({ min: -10_000, max: 100_000 }).map((n) => String(n / 100));
    fc.assert(
      fc.property(rate, rate, rate, quantity, quantity, quantity, markup, (a, b, c, x, y, z, percent) => {
        const price = book({ unit: "per_1m_tokens", parts: { input: a, cachedInput: b, output: c } });
        const priced = priceUsage(
          fact({ input: x, cachedInput: y, output: z }),
          [price],
          [rule("r", { markupPercent: percent })],
        );
        const exact = parseAmount(a) * BigInt(x) + parseAmount(b) * BigInt(y) + parseAmount(c) * BigInt(z);
        const rounded = (exact + 500_000n) / 1_000_000n;
        return (
          priced.providerCost === rounded &&
          sumAmounts(priced.parts.map((part) => part.cost)) === priced.providerCost &&
          sumAmounts(priced.parts.map((part) => part.price)) === priced.clientPrice &&
          priced.profit === priced.clientPrice - priced.providerCost
        );
      }),
    );
  });
});

describe("inputs", () => {
  it("refuses a rule with both or neither of markup and fixed price, and a scope without its id", () => {
    expect(pricingRuleInput.safeParse({ scope: "platform", markupPercent: "66" }).success).toBe(true);
    expect(pricingRuleInput.safeParse({ scope: "platform", markupPercent: 66 }).success).toBe(true);
    expect(pricingRuleInput.safeParse({ scope: "platform" }).success).toBe(false);
    expect(pricingRuleInput.safeParse({ scope: "tenant", markupPercent: "66" }).success).toBe(false);
    expect(pricingRuleInput.safeParse({ scope: "platform", planId: PLAN, markupPercent: "66" }).success).toBe(
      false,
    );
  });

  it("refuses a price with negative rates, foreign parts, an unknown currency or zone", () => {
    const good = {
      provider: "openai",
      model: "gpt-4",
      serviceType: "token",
      currency: "USD",
      unit: "per_1k_tokens",
      parts: { input: "0.03", output: "0.06" },
      validFrom: "2025-01-01T00:00:00Z",
    };
    expect(providerPriceInput.safeParse(good).success).toBe(true);
    const bad = [
      { parts: { input: "-0.03" } },
      { parts: { amount: "1" } },
      { parts: {} },
      { currency: "XXQ" },
      { unit: "per_minute" },
      { validTo: "2024-01-01T00:00:00Z" },
      { windows: [{ from: "01:00", to: "04:00", timezone: "Mars/Phobos", multiplier: "2" }] },
      { windows: [{ days: "funday", from: "01:00", to: "04:00", multiplier: "2" }] },
      { surprise: 1 },
    ];
    for (const change of bad)
      expect(providerPriceInput.safeParse({ ...good, ...change }).success).toBe(false);
  });
});

describe("a provider's general price", () => {
  it("holds for models without their own, and never beats one that is in force", () => {
    const general = book({
      id: "general",
      model: "*",
      parts: { input: "0", output: "0" },
      validFrom: "2024-01-01T00:00:00.000Z",
    });
    const winner = (model: string, prices: ProviderPrice[]) =>
      priceUsage(fact({ input: 1 }, { model }), prices, []).price?.id;
    expect(winner("anything", [gpt4, general])).toBe("general");
    expect(winner("gpt-4", [gpt4, general])).toBe("price-gpt4");
    expect(winner("gpt-4", [general, gpt4])).toBe("price-gpt4");
    expect(winner("gpt-4", [general, { ...gpt4, validFrom: "2025-06-01T00:00:00.000Z" }])).toBe("general");
  });
});
