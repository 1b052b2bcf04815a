import { beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { whatIfInput } from "#domain/billing/what-if.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { meter } from "./meter/meter.ts";
import { addPrice, addRule, countRows, makeTenant } from "./testing/billing-fixtures.ts";
import { priceMonthWith } from "./what-if.ts";

useTestDatabase();

let small: TenantId;
let large: TenantId;

function call(tenantId: TenantId, more: object = {}) {
  return meter.commit({
    tenantId,
    idempotencyKey: newId(),
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    status: "succeeded",
    quantities: { input: 120, output: 50 },
    occurredAt: "2025-01-31T23:59:59.999Z",
    ...more,
  });
}

beforeAll(async () => {
  const parts = { input: "0.03", output: "0.06" };
  await addPrice({ serviceType: "token", provider: "openai", model: "gpt-4", unit: "per_1k_tokens", parts });
  await addPrice({
    serviceType: "voice",
    provider: "deepgram",
    model: "nova-3",
    unit: "per_minute",
    parts: { amount: "0.06" },
  });
  await addRule({ scope: "platform", markupPercent: "66" });
  small = await makeTenant();
  large = await makeTenant();
  await call(small);
  for (let n = 0; n < 3; n += 1) await call(large);
  await call(large, { status: "failed" });
  await call(large, {
    serviceType: "voice",
    provider: "deepgram",
    model: "nova-3",
    quantities: { seconds: 90 },
  });
  await call(large, { occurredAt: "2025-02-01T00:00:00.000Z" });
});

const whatIf = (change: object) => priceMonthWith(whatIfInput.parse({ month: "2025-01", ...change }));

describe("a month at another price", () => {
  it("comes out as it was where the change says what holds already", async () => {
    const { totals } = await whatIf({ rule: { scope: "platform", markupPercent: "66" } });
    expect(totals).toMatchObject([{ calls: 6, difference: { revenue: "0", profit: "0" } }]);
    expect(totals[0]?.was).toEqual(totals[0]?.wouldBe);
  });

  it("shows what each tenant would have paid at another markup, the largest change first", async () => {
    const before = await countRows(large, "usage_breakdown");
    const { data, totals } = await whatIf({
      rule: { scope: "platform", serviceType: "token", markupPercent: "60" },
    });
    // 3 × 0.0066 × 1.66 = 0.032868 becomes 3 × 0.0066 × 1.60 = 0.03168; the failed call stays free.
    expect(data).toMatchObject([
      {
        tenantId: large,
        calls: 4,
        was: { revenue: "0.032868" },
        wouldBe: { revenue: "0.03168" },
        difference: { revenue: "-0.001188" },
      },
      { tenantId: small, calls: 1, difference: { revenue: "-0.000396", profit: "-0.000396" } },
    ]);
    expect(totals).toMatchObject([{ currency: "USD", calls: 5, difference: { revenue: "-0.001584" } }]);
    expect(await countRows(large, "usage_breakdown")).toBe(before);
  });

  it("shows what a provider's new price would have cost, and its share in the tenants' bills", async () => {
    const price = {
      provider: "openai",
      model: "gpt-4",
      serviceType: "token",
      currency: "USD",
      unit: "per_1k_tokens",
      parts: { input: "0.04", output: "0.07" },
    };
    const { data } = await whatIf({ tenantId: small, price });
    expect(data).toMatchObject([
      {
        tenantId: small,
        was: { providerCost: "0.0066" },
        wouldBe: { providerCost: "0.0083", revenue: "0.013778" },
      },
    ]);
  });

  it("looks at one tenant's own rule for that tenant only", async () => {
    const { data } = await whatIf({ rule: { scope: "tenant", tenantId: small, markupPercent: "0" } });
    expect(data.map((row) => [row.tenantId, row.wouldBe.profit])).toEqual([[small, "0"]]);
  });

  it.each([
    {},
    { rule: { scope: "platform", markupPercent: "1" }, price: {} },
    { rule: { scope: "platform" } },
  ])("refuses %j", (change) => {
    expect(whatIfInput.safeParse({ month: "2025-01", ...change }).success).toBe(false);
  });
});
