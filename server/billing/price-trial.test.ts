import { beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { isInTrial } from "#domain/billing/price-trial.ts";
import { pricingRuleInput } from "#domain/billing/pricing-rule.ts";
import { listPricingHistory } from "./list-pricing-history.ts";
import { getUsage } from "./list-usage.ts";
import { meter } from "./meter/meter.ts";
import { createPricingRule } from "./pricing-rules.ts";
import { addPrice, makeActor, makeTenant } from "./testing/billing-fixtures.ts";

useTestDatabase();

const TRIAL = "autumn";
const side = (name: "a" | "b", percent: string, markupPercent: string, validFrom?: string) =>
  pricingRuleInput.parse({
    validFrom,
    scope: "platform",
    serviceType: "token",
    markupPercent,
    trial: { name: TRIAL, side: name, percent },
  });

/** A new tenant that the trial puts on a side. */
async function tenantOn(name: "a" | "b") {
  for (;;) {
    const tenantId = await makeTenant();
    if (isInTrial({ name: TRIAL, side: name, percent: "50" }, tenantId)) return tenantId;
  }
}

const call = async (tenantId: Awaited<ReturnType<typeof makeTenant>>, day: string) => {
  const record = await meter.commit({
    tenantId,
    idempotencyKey: `trial-${day}`,
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    status: "succeeded",
    quantities: { input: 1000 },
    occurredAt: `${day}T10:00:00.000Z`,
  });
  return getUsage(makeActor(tenantId), record.id);
};

beforeAll(async () => {
  await addPrice({
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    unit: "per_1k_tokens",
    parts: { input: "0.03" },
  });
});

describe("a trial of two prices over half of the tenants each", () => {
  it("keeps a tenant on its side for the month, and the records say which", async () => {
    await createPricingRule(side("a", "50", "60"), "staff");
    await createPricingRule(side("b", "50", "70"), "staff");
    for (const [name, price] of [
      ["a", "0.048"],
      ["b", "0.051"],
    ] as const) {
      const tenantId = await tenantOn(name);
      for (const day of ["2025-01-02", "2025-01-15", "2025-01-31"]) {
        const record = await call(tenantId, day);
        expect(record).toMatchObject({ clientPrice: price, priceTrial: { name: TRIAL, side: name } });
        expect(record.explanation).toContain(`side ${name} of the trial “${TRIAL}”`);
      }
      const history = await listPricingHistory(makeActor(tenantId), { limit: 10 });
      expect(history.data.map((change) => change.newMarkupPercent)).toEqual([name === "a" ? "60" : "70"]);
    }
  });

  it("refuses a third price of the same side and start, and sides that overlap", async () => {
    const start = "2099-01-01T00:00:00.000Z";
    await createPricingRule(side("a", "50", "60", start), "staff");
    await createPricingRule(side("b", "50", "70", start), "staff");
    await expect(createPricingRule(side("a", "50", "80", start), "staff")).rejects.toMatchObject({
      code: "pricing.rule_exists",
    });
    await expect(createPricingRule(side("b", "60", "80"), "staff")).rejects.toMatchObject({
      code: "pricing.trial_share",
    });
    expect(
      pricingRuleInput.safeParse({
        scope: "tenant",
        tenantId: crypto.randomUUID(),
        markupPercent: "1",
        trial: { name: "x", side: "a", percent: "50" },
      }).success,
    ).toBe(false);
  });
});
