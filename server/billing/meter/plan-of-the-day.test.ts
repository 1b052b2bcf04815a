import { expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { planInput } from "#domain/billing/plan.ts";
import { createPlan } from "../plans.ts";
import { endSubscription, startSubscription } from "../subscriptions/start-subscription.ts";
import { addPrice, addRule, makeTenant } from "../testing/billing-fixtures.ts";
import { meter } from "./meter.ts";

useTestDatabase();

it("prices a call by the rules of the plan in force when it was made, however late it is recorded", async () => {
  await addPrice({
    serviceType: "sms",
    provider: "p",
    model: "m",
    unit: "per_segment",
    parts: { amount: "1" },
  });
  const plan = async (code: string, markupPercent: string) => {
    const { id } = await createPlan(
      planInput.parse({ name: code, code, currency: "USD", monthlyPrice: "0" }),
    );
    await addRule({ scope: "plan", planId: id, markupPercent });
    return id;
  };
  const [small, large] = [await plan("small", "50"), await plan("large", "10")];
  const tenantId = await makeTenant();
  await withTenant(tenantId, async (tx) => {
    await startSubscription(tx, { planId: small, startedAt: "2025-01-01T00:00:00.000Z" });
    const at = "2025-01-20T00:00:00.000Z";
    await endSubscription(tx, { status: "cancelled", reason: "changed", at });
    await startSubscription(tx, { planId: large, startedAt: at });
  });
  const priceAt = async (occurredAt: string) =>
    (
      await meter.commit({
        tenantId,
        idempotencyKey: occurredAt,
        serviceType: "sms",
        provider: "p",
        model: "m",
        status: "succeeded",
        quantities: { segments: 1 },
        occurredAt,
      })
    ).clientPrice;
  expect(await priceAt("2025-01-19T23:59:59.999Z")).toBe("1.5");
  expect(await priceAt("2025-01-20T00:00:00.000Z")).toBe("1.1");
  expect(await priceAt("2024-12-31T00:00:00.000Z")).toBe("1.5");
});
