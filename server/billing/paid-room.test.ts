import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { quotaInput } from "#domain/billing/quota.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { getTenant, updateTenant } from "#server/platform/tenants.ts";
import { getBillingProfile, updateBillingProfile } from "./billing-profile.ts";
import { meter } from "./meter/meter.ts";
import { payQuota } from "./pay-quota.ts";
import { addPaymentMethod } from "./payments/payment-methods.ts";
import { openStripe } from "./payments/testing/payment-world.ts";
import { getWallet } from "./payments/wallet.ts";
import { createQuota, getQuota, listQuotas, updateQuota } from "./quotas.ts";
import { addPrice, addRule } from "./testing/billing-fixtures.ts";
import { openSandbox, staff } from "./testing/sandbox-tenant.ts";

useTestDatabase();

let stripe: Awaited<ReturnType<typeof openStripe>>;
const gpt4 = { serviceType: "token", provider: "openai", model: "gpt-4" } as const;

beforeAll(async () => {
  stripe = await openStripe();
  await addPrice({ ...gpt4, unit: "per_1k_tokens", parts: { input: "1", output: "1" } });
  await addRule({ scope: "platform", serviceType: "token", markupPercent: "0" });
});
afterAll(() => stripe.close());

/** Spends whole units of money on tokens. */
const spend = (tenantId: TenantId, money: number, occurredAt: string) =>
  meter.commit({
    tenantId,
    idempotencyKey: newId(),
    ...gpt4,
    status: "succeeded",
    quantities: { input: money * 1000 },
    occurredAt,
  });
const ask = async (tenantId: TenantId, money = 1) =>
  (await meter.reserve({ tenantId, ...gpt4, quantities: { input: money * 1000 } })).admitted;

let cards = 0;
async function paused() {
  const house = await openSandbox("2025-01-10T12:00:00Z");
  const { actor, tenantId } = house;
  cards += 1;
  await addPaymentMethod(actor, { externalMethodId: `pm_card_room_${cards}`, isDefault: true });
  const quota = await createQuota(actor, quotaInput.parse({ name: "All", limit: "100" }));
  await spend(tenantId, 110, "2025-01-10T12:00:00.000Z");
  expect(await ask(tenantId)).toBe(false);
  expect(await getQuota(tenantId, quota.id)).toMatchObject({ isExceeded: true, currentAmount: "110" });
  return { ...house, quota };
}

describe("a paused limit that is paid for", () => {
  it("has the room that was paid for, in the running window only, and the money is in the wallet", async () => {
    const { actor, tenantId, quota, setClock } = await paused();
    const payment = await payQuota(actor, { id: quota.id, amount: "30" });
    expect(payment).toMatchObject({ status: "succeeded", amount: "30.00" });
    expect(await getWallet(tenantId)).toMatchObject({ balance: "30.00" });
    expect(await getQuota(tenantId, quota.id)).toMatchObject({
      limit: "100",
      extraAmount: "30",
      isExceeded: false,
      percentUsed: "84.61",
    });
    expect(await ask(tenantId, 15)).toBe(true);
    expect(await ask(tenantId, 6)).toBe(false);
    await setClock("2025-02-01T12:00:00Z");
    expect(await getQuota(tenantId, quota.id)).toMatchObject({ extraAmount: "0", isExceeded: false });
    // What January set aside and nobody used yet still holds 15.
    expect(await ask(tenantId, 85)).toBe(true);
    expect(await ask(tenantId, 1)).toBe(false);
  });

  it("refuses a sum that leaves no room, and pays nothing then", async () => {
    const { actor, tenantId, quota } = await paused();
    await expect(payQuota(actor, { id: quota.id, amount: "10" })).rejects.toMatchObject({
      code: "quotas.pays_too_little",
      details: { over: "10.00" },
    });
    expect(await getWallet(tenantId)).toMatchObject({ balance: "0.00" });
    expect(await ask(tenantId)).toBe(false);
  });

  it("also resumes when it is raised, and adds up what is paid twice", async () => {
    const { actor, tenantId, quota } = await paused();
    await payQuota(actor, { id: quota.id, amount: "11" });
    await payQuota(actor, { id: quota.id, amount: "9" });
    expect(await ask(tenantId, 10)).toBe(true);
    expect(await ask(tenantId, 1)).toBe(false);
    await updateQuota(actor, quota.id, { limit: "101" });
    expect(await ask(tenantId, 1)).toBe(true);
  });
});

describe("a monthly budget for AI", () => {
  it("holds AI work back when the spend reaches it, whoever set it, and starts anew with the month", async () => {
    const { actor, tenantId, setClock } = await openSandbox("2025-01-10T12:00:00Z");
    expect(await updateTenant(staff, { id: tenantId, aiMonthlyBudget: "50.00" })).toMatchObject({
      aiMonthlyBudget: "50",
    });
    await spend(tenantId, 50, "2025-01-10T12:00:00.000Z");
    expect(await ask(tenantId)).toBe(false);
    expect(await getBillingProfile(tenantId)).toMatchObject({ aiMonthlyBudget: "50", aiMonthlySpent: "50" });
    const [listed] = (await listQuotas(tenantId, { limit: 10 })).data;
    expect(listed).toMatchObject({ kind: "ai_budget", type: "token", onExceed: "pause", isExceeded: true });
    const sms = { serviceType: "sms", provider: "twilio", model: "sms", quantities: { units: 1 } } as const;
    expect(await meter.reserve({ tenantId, ...sms })).toMatchObject({ admitted: true });
    await expect(updateQuota(actor, listed?.id ?? "", { type: "sms" })).rejects.toMatchObject({
      code: "quotas.budget_is_fixed",
    });
    await updateBillingProfile(actor, { aiMonthlyBudget: "60" });
    expect(await ask(tenantId)).toBe(true);
    await updateBillingProfile(actor, { aiMonthlyBudget: null });
    expect((await getTenant(tenantId)).aiMonthlyBudget).toBeNull();
    expect(await ask(tenantId, 1000)).toBe(true);
    await updateTenant(staff, { id: tenantId, aiMonthlyBudget: "50" });
    expect(await ask(tenantId)).toBe(false);
    await setClock("2025-02-01T12:00:00Z");
    expect(await ask(tenantId)).toBe(true);
  });
});
