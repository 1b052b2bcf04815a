import { beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import type { Actor } from "#server/trpc/context.ts";
import { getUsage } from "../list-usage.ts";
import { updatePlan } from "../plans.ts";
import { changeSubscription } from "../subscriptions/change-subscription.ts";
import { getSubscription } from "../subscriptions/read-subscription.ts";
import { addPrice, addRule, makeActor, makeTenant, readAs } from "../testing/billing-fixtures.ts";
import { addPlan } from "../testing/sandbox-tenant.ts";
import { meter } from "./meter.ts";
import type { UsageFact } from "./usage-fact.ts";

useTestDatabase();

const gpt4 = { serviceType: "token", provider: "openai", model: "gpt-4" } as const;

beforeAll(async () => {
  await addPrice({ ...gpt4, unit: "per_1k_tokens", parts: { input: "0.03", output: "0.06" } });
  await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
});

async function subscriber(
  plan: Record<string, unknown>,
): Promise<{ tenantId: TenantId; actor: Actor; planId: string }> {
  const tenantId = await makeTenant();
  const actor = makeActor(tenantId);
  const { id: planId } = await addPlan(plan);
  await changeSubscription(actor, { planId, at: "now" });
  return { tenantId, actor, planId };
}

const fact = (tenantId: TenantId, given: Partial<UsageFact> = {}): UsageFact => ({
  tenantId,
  idempotencyKey: newId(),
  ...gpt4,
  status: "succeeded",
  quantities: { input: 100 },
  occurredAt: new Date().toISOString(),
  ...given,
});
const reserve = (tenantId: TenantId) => meter.reserve({ tenantId, ...gpt4, quantities: { input: 100 } });
const limitsOf = async (tenantId: TenantId) => (await getSubscription(tenantId)).limits;

describe("a plan's AI requests", () => {
  it("lets exactly as many through as the plan allows, also when all are tried at once", async () => {
    const { tenantId } = await subscriber({ limits: { aiRequests: 50 } });
    const tried = await Promise.all(Array.from({ length: 300 }, () => reserve(tenantId)));
    const admitted = tried.filter((one) => one.admitted);
    expect(admitted).toHaveLength(50);
    const refused = tried.find((one) => !one.admitted);
    expect(refused).toMatchObject({ refusal: { code: "billing.plan_limit" } });
    await Promise.all(
      admitted.map((one) => one.admitted && meter.commit(fact(tenantId, { reservation: one.reservation }))),
    );
    expect(await limitsOf(tenantId)).toEqual([{ kind: "aiRequests", limit: 50, used: 50 }]);
    expect(await reserve(tenantId)).toMatchObject({ admitted: false });
  });

  it("never overshoots one after the other either, and gives back what failed", async () => {
    const { tenantId } = await subscriber({ limits: { aiRequests: 3 } });
    for (const status of ["failed", "succeeded", "succeeded", "failed", "succeeded"] as const) {
      const granted = await reserve(tenantId);
      expect(granted.admitted).toBe(true);
      if (granted.admitted) await meter.commit(fact(tenantId, { status, reservation: granted.reservation }));
    }
    expect(await reserve(tenantId)).toMatchObject({ admitted: false });
    expect(await limitsOf(tenantId)).toMatchObject([{ used: 3 }]);
  });

  it("counts what was used before the plan limited it, and has room again on a larger plan", async () => {
    const { tenantId, actor, planId } = await subscriber({});
    await Promise.all(Array.from({ length: 5 }, () => meter.commit(fact(tenantId))));
    await updatePlan(planId, { limits: { aiRequests: 5 } });
    expect(await reserve(tenantId)).toMatchObject({ admitted: false });
    await updatePlan(planId, { limits: { aiRequests: 6 } });
    expect(await reserve(tenantId)).toMatchObject({ admitted: true });
    expect(await reserve(tenantId)).toMatchObject({ admitted: false });
    await updatePlan(planId, { limits: { aiRequests: null } });
    expect(await limitsOf(tenantId)).toEqual([]);
    expect(await reserve(tenantId)).toMatchObject({ admitted: true });
    await updatePlan(planId, { limits: { aiRequests: 6 } });
    expect(await reserve(tenantId)).toMatchObject({ admitted: false });
    await changeSubscription(actor, { planId: (await addPlan({})).id, at: "now" });
    expect(await reserve(tenantId)).toMatchObject({ admitted: true });
  });
});

describe("a plan's credit for usage", () => {
  const priceOf = (input: number): Amount => (BigInt(input) * parseAmount("0.03") * 166n) / 100_000n;

  it("is drawn in the order of commits, to its last digit, and what it covered never changes", async () => {
    const { tenantId, actor } = await subscriber({ included: { credit: "1" } });
    const inputs = Array.from({ length: 80 }, (_, i) => 100 + ((i * 37) % 501));
    const records = await Promise.all(
      inputs.map((input) => meter.commit(fact(tenantId, { quantities: { input } }))),
    );
    const total = sumAmounts(inputs.map(priceOf));
    expect(total > parseAmount("1")).toBe(true);
    const sum = (of: (one: (typeof records)[number]) => string) =>
      formatAmount(sumAmounts(records.map((one) => parseAmount(of(one)))));
    expect(sum((one) => one.creditedAmount)).toBe("1");
    expect(sum((one) => one.billablePrice)).toBe(formatAmount(total - parseAmount("1")));
    for (const one of records)
      expect(parseAmount(one.creditedAmount) + parseAmount(one.billablePrice)).toBe(
        parseAmount(one.clientPrice),
      );
    const split = records.filter((one) => one.creditedAmount !== "0" && one.billablePrice !== "0");
    expect(split.length).toBeLessThanOrEqual(1);
    const order = await readAs(
      tenantId,
      (tx) => tx.sql`select credited_amount is not null as credited from usage_breakdown order by ingest_seq`,
    );
    const firstBare = order.findIndex((row) => !row.credited);
    expect(order.slice(firstBare).every((row) => !row.credited)).toBe(true);
    expect((await getSubscription(tenantId)).credit).toEqual({ included: "1", used: "1", left: "0" });
    const shown = await getUsage(actor, records.find((one) => one.creditedAmount !== "0")?.id ?? "");
    expect(shown.explanation).toContain("by its credit");
    const [daily] = await readAs(
      tenantId,
      (tx) => tx.sql`select sum(billable_price)::text as billable from usage_daily`,
    );
    expect(formatAmount(parseAmount(String(daily?.billable)))).toBe(formatAmount(total - parseAmount("1")));
  });

  it("covers only what the included units do not", async () => {
    const { tenantId } = await subscriber({ included: { tokens: 60, credit: 0.001 } });
    const record = await meter.commit(fact(tenantId));
    // 100 tokens for 0.00498: 60 are included, 40 cost 0.001992, and the credit pays 0.001 of them.
    expect(record).toMatchObject({
      clientPrice: "0.00498",
      coveredQuantity: 60,
      creditedAmount: "0.001",
      billablePrice: "0.000992",
    });
  });
});
