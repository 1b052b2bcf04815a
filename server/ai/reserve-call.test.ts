import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import type { ModelTask } from "#domain/ai/model-task.ts";
import { quotaInput } from "#domain/billing/quota.ts";
import { createQuota, deleteQuota } from "#server/billing/quotas.ts";
import { addPrice, addRule } from "#server/billing/testing/billing-fixtures.ts";
import { TestHouse, type TestShop } from "#server/testing/house.ts";
import { chooseCandidate } from "./choose-candidate.ts";
import { reserveCall } from "./reserve-call.ts";

useTestDatabase();

const task: ModelTask = { kind: "generate", prompt: "Say hello", instructions: "" };

describe("a call against a full quota", () => {
  const house = new TestHouse();
  let shop: TestShop;
  beforeAll(async () => {
    await house.open();
    shop = await house.addShop("shop", "100000000000001");
    for (const model of ["gpt-4", "small"]) {
      const parts = { input: "0.03", output: "0.06" };
      await addPrice({ serviceType: "token", provider: "openai", model, unit: "per_1k_tokens", parts });
    }
    await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
  });
  afterAll(() => house.close());

  // Paid by the platform: with a tenant's own key a call has no price, and fits everywhere.
  const reserve = async () => {
    const candidate = { ...(await chooseCandidate(shop.tenantId, null)), ownKey: false };
    return reserveCall(shop.tenantId, task, candidate, "gpt-4");
  };
  const withQuota = async (settings: object, check: () => Promise<void>) => {
    const input = { name: "Tiny", type: "token", limit: "0.000001", ...settings };
    const quota = await createQuota(shop.actor, quotaInput.parse(input));
    await check().finally(() => deleteQuota(shop.actor, quota.id));
  };
  const reserved = () =>
    withTenant(shop.tenantId, (tx) => tx.sql`select count(*)::int as n from usage_reservations`).then(
      (rows) => Number(rows[0]?.n),
    );

  it("goes to the fallback model, and gives the first model's room back", () =>
    withQuota({ onExceed: "fallback_model", fallbackModel: "small" }, async () => {
      const before = await reserved();
      const call = await reserve();
      expect([call.model, call.candidate.type]).toEqual(["small", "openai"]);
      expect((await reserved()) - before).toBe(1);
    }));

  it("is called as asked where the quota only tells", () =>
    withQuota({ onExceed: "notify" }, async () => {
      expect((await reserve()).model).toBe("gpt-4");
    }));

  it("is refused where it pauses, also the fallback of another quota", () =>
    withQuota({ onExceed: "pause", pauseMessage: "Tomorrow." }, () =>
      withQuota({ name: "Other", onExceed: "fallback_model", fallbackModel: "small" }, async () => {
        await expect(reserve()).rejects.toMatchObject({
          kind: "limit_reached",
          details: { pauseMessage: "Tomorrow." },
        });
      }),
    ));
});
