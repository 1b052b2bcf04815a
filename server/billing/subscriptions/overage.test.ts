import { beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { reconcile } from "../reconcile.ts";
import { addPrice } from "../testing/billing-fixtures.ts";
import { addPlan, linesOf, openSandbox, useTokens } from "../testing/sandbox-tenant.ts";
import { cancelSubscription, changeSubscription } from "./change-subscription.ts";
import { registerBillingTimers } from "./register-timers.ts";

useTestDatabase();

beforeAll(async () => {
  registerBillingTimers();
  const parts = { input: "0.03", output: "0.06" };
  await addPrice({ serviceType: "token", provider: "openai", model: "gpt-4", unit: "per_1k_tokens", parts });
});

describe("use beyond the plan", () => {
  const included = { tokens: 5_000_000 };
  const overage = { tokens: { model: "flat", per: 1000, price: "0.05" } };

  it("is 10.00 for 200,000 tokens at 0.05 per 1,000; the record that crosses says what is covered", async () => {
    const own = await addPlan({ name: "Own rate", included, overage });
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: own.id, at: "now" });
    const records = [];
    for (const units of [4_900_000, 250_000, 50_000])
      records.push(await useTokens(tenantId, units, "2025-01-15T00:00:00Z"));
    expect(records.map((r) => [r.coveredQuantity, r.billableQuantity, r.billablePrice])).toEqual([
      [4_900_000, 0, "0"],
      [100_000, 150_000, "7.5"],
      [0, 50_000, "2.5"],
    ]);
    await setClock("2025-02-03T00:00:00Z");
    const [line] = await linesOf(tenantId, "2025-01");
    expect(line).toMatchObject({
      kind: "overage",
      amount: "10.00",
      coveredQuantity: 5_000_000,
      quantity: 5_200_000,
    });
    expect((await reconcile(tenantId)).differences).toBe(0);
    const exact = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(exact.actor, { planId: own.id, at: "now" });
    await useTokens(exact.tenantId, 5_000_000, "2025-01-15T00:00:00Z");
    await exact.setClock("2025-02-03T00:00:00Z");
    expect((await linesOf(exact.tenantId, "2025-01")).map((one) => one.amount)).toEqual(["0.00"]);
  });

  it("is paid out of the plan's credit first, and the invoice bills the rest alone", async () => {
    const credit = await addPlan({ name: "Credit", included: { tokens: 1_000_000, credit: "20" } });
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: credit.id, at: "now" });
    const records = [];
    for (const units of [1_500_000, 300_000])
      records.push(await useTokens(tenantId, units, "2025-01-15T00:00:00Z"));
    expect(records.map((r) => [r.coveredQuantity, r.creditedAmount, r.billablePrice])).toEqual([
      [1_000_000, "15", "0"],
      [0, "5", "4"],
    ]);
    await setClock("2025-02-03T00:00:00Z");
    expect((await linesOf(tenantId, "2025-01")).map((line) => [line.kind, line.amount])).toEqual([
      ["usage", "4.00"],
    ]);
    // The next month has its credit anew, and late usage of the closed one draws on what that one had left.
    expect(await useTokens(tenantId, 1_100_000, "2025-02-02T00:00:00Z")).toMatchObject({
      creditedAmount: "3",
      billablePrice: "0",
    });
    expect(await useTokens(tenantId, 100_000, "2025-01-20T00:00:00Z")).toMatchObject({
      creditedAmount: "0",
      billablePrice: "3",
    });
    expect((await reconcile(tenantId)).differences).toBe(0);
  });

  it("is billed at its recorded price where the plan names no rate, and topped up to the plan's minimum", async () => {
    const least = await addPlan({ name: "Committed", minimumCommitment: "310" });
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: least.id, at: "now" });
    await useTokens(tenantId, 100_000, "2025-01-15T00:00:00Z");
    await setClock("2025-02-11T08:00:00Z");
    expect((await linesOf(tenantId, "2025-01")).map((line) => [line.kind, line.amount])).toEqual([
      ["usage", "3.00"],
      ["minimum", "307.00"],
    ]);
    await cancelSubscription(actor, { at: "now" });
    await setClock("2025-03-03T00:00:00Z");
    const [minimum] = await linesOf(tenantId, "2025-02");
    expect([minimum?.kind, minimum?.amount]).toEqual(["minimum", "110.71"]);
  });
});
