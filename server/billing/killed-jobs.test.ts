import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { armStrikes, type Strikes } from "#db/testing/strike.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { sweepTimers } from "#server/runtime/timers.ts";
import { adjustUnpriced } from "./adjust-unpriced.ts";
import { listInvoices, voidInvoice } from "./invoices/read-invoice.ts";
import { runInvoices } from "./invoices/run-invoices.ts";
import { meter } from "./meter/meter.ts";
import { mailPriceChange, notifyPriceChange } from "./notify-price-change.ts";
import { payByDefault, registerPaymentTimers, retryDunning } from "./payments/dunning.ts";
import { addPaymentMethod } from "./payments/payment-methods.ts";
import { listPayments } from "./payments/read-payments.ts";
import { makeDebtor, openStripe } from "./payments/testing/payment-world.ts";
import { createProviderPrice } from "./provider-prices.ts";
import { reconcile, reconcileAll } from "./reconcile.ts";
import { changeSubscription } from "./subscriptions/change-subscription.ts";
import { registerBillingTimers } from "./subscriptions/register-timers.ts";
import { addPrice, countRows, makeConversation, makeTenant } from "./testing/billing-fixtures.ts";
import { addPlan, openSandbox } from "./testing/sandbox-tenant.ts";

useTestDatabase();

let strikes: Strikes;
let stripe: Awaited<ReturnType<typeof openStripe>>;
const gpt4 = { serviceType: "token", provider: "openai", model: "gpt-4" } as const;

beforeAll(async () => {
  stripe = await openStripe();
  registerBillingTimers();
  registerPaymentTimers();
  await addPrice({ ...gpt4, unit: "per_1k_tokens", parts: { input: "0.03", output: "0.06" } });
  strikes = await armStrikes();
});
afterAll(async () => {
  await strikes.close();
  await stripe.close();
});

async function call(tenantId: TenantId, key: string, more: Record<string, unknown> = {}) {
  const fact = { tenantId, idempotencyKey: key, ...gpt4, status: "succeeded" as const };
  return meter.commit({
    ...fact,
    quantities: { input: 120, output: 50 },
    occurredAt: "2025-01-15T12:00:00.000Z",
    ...more,
  });
}

const agrees = async (tenantId: TenantId) =>
  expect((await reconcile(tenantId)).data.map((row) => row.differences)).toEqual([[]]);
const ALL = { limit: 100 };
/** Failed timers wait a second before they are tried again; here they may at once. */
const soon = () =>
  withSystem("test", (tx) => tx.sql`update timers set retry_at = null where retry_at is not null`);

/** Kills the work at every write; each time nothing may be left of it. Then does it twice. */
async function unharmed(work: () => Promise<unknown>, ignored: string[] = []): Promise<number> {
  const before = await strikes.snapshot(...ignored);
  const kills = await strikes.killEverywhere(work, async (n) => {
    expect(await strikes.snapshot(...ignored), `killed at write ${n}`).toEqual(before);
  });
  // The ledger's row is the tenant's lock: who takes it raises its counter, whatever comes of it.
  const after = await strikes.snapshot(...ignored, "billing_ledgers");
  expect(after).not.toMatchObject(before);
  await work();
  expect(await strikes.snapshot(...ignored, "billing_ledgers")).toEqual(after);
  return kills;
}

describe("a job killed at any of its writes changes nothing, and done twice it is done once", () => {
  it("a commit of usage", async () => {
    const tenantId = await makeTenant();
    const { conversationId, messageIds } = await makeConversation(tenantId);
    await call(tenantId, "before");
    const thread = { conversationId, messageId: messageIds[0] };
    const reserved = await meter.reserve({ tenantId, ...gpt4, quantities: { input: 120, output: 50 } });
    const reservation = reserved.admitted ? reserved.reservation : null;
    expect(await unharmed(() => call(tenantId, "killed", { ...thread, reservation }))).toBeGreaterThan(4);
    expect(await countRows(tenantId, "usage_breakdown")).toBe(2);
    await agrees(tenantId);
  });

  it("the invoice run", async () => {
    const tenantId = await makeTenant({ taxRatePercent: "10" });
    for (const key of ["a", "b", "c"]) await call(tenantId, key);
    await call(tenantId, "other", {
      serviceType: "sms",
      provider: "twilio",
      model: "sms",
      quantities: { units: 3 },
    });
    expect(await unharmed(() => runInvoices({ tenantId, period: "2025-01" }))).toBeGreaterThan(5);
    const { data } = await listInvoices(tenantId, ALL);
    expect(data.map((one) => one.number)).toEqual(["INV-2025-01-001"]);
    await agrees(tenantId);
  });

  // A sweep goes on with what a strike has left, so each beginning has a tenant of its own.
  it.each([1, 5, 9, 14, 20, 27, 35])(
    "the ends of a period and of months, by their timers, from write %i on",
    async (first) => {
      const tried = await addPlan({ name: "Tried", monthlyPrice: "310", trialDays: 14 });
      const pro = await addPlan({ name: "Pro", monthlyPrice: "299" });
      const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z", { planId: tried.id });
      await changeSubscription(actor, { planId: pro.id, at: "now" });
      await changeSubscription(actor, { planId: tried.id, at: "period_end" });
      await call(tenantId, "january");
      await setClock("2025-01-31T00:00:00Z");
      const ahead = Math.round(Date.parse("2025-04-03T00:00:00Z") - Date.now());
      await withTenant(
        tenantId,
        (tx) => tx.sql`update tenants set clock_offset_ms = ${ahead} where id = ${tenantId}`,
      );
      const kills = await strikes.killEverywhere(
        async () => {
          await soon();
          await sweepTimers(tenantId);
        },
        () => agrees(tenantId),
        first,
      );
      expect(kills).toBeGreaterThan(0);
      await soon();
      await sweepTimers(tenantId);
      const { data } = await listInvoices(tenantId, ALL);
      expect(data.map((one) => [one.number, one.subtotal]).reverse()).toEqual([
        ["INV-2025-01-001", "299.01"],
        ["INV-2025-02-001", "310.00"],
        ["INV-2025-03-001", "310.00"],
      ]);
      await agrees(tenantId);
    },
  );

  it("the adjustment of usage that had no price", async () => {
    const tenantId = await makeTenant();
    const unheard = { serviceType: "token", provider: "nova", model: "new" } as const;
    for (const key of ["x", "y", "z"])
      await call(tenantId, key, { ...unheard, occurredAt: new Date().toISOString() });
    await createProviderPrice(
      {
        ...unheard,
        currency: "USD",
        unit: "per_1k_tokens",
        parts: { input: "0.03" },
        validFrom: "2025-01-01T00:00:00.000Z",
      },
      "staff",
    );
    await strikes.killEverywhere(
      () => adjustUnpriced(unheard),
      () => agrees(tenantId),
    );
    const after = await strikes.snapshot();
    expect(await adjustUnpriced(unheard)).toEqual({ adjusted: 0, left: 0 });
    expect(await strikes.snapshot()).toEqual(after);
    expect(await countRows(tenantId, "usage_breakdown")).toBe(6);
    await agrees(tenantId);
  });

  it("the notice of a price and its mail", async () => {
    const [change] = await withSystem(
      "test",
      (tx) => tx.sql`select id from pricing_history where model = 'new'`,
    );
    const id = String(change?.id);
    expect(await unharmed(() => notifyPriceChange(id))).toBeGreaterThan(0);
    const tenantId = await makeTenant();
    await strikes.killEverywhere(
      () => mailPriceChange(tenantId, id),
      () => agrees(tenantId),
    );
    await mailPriceChange(tenantId, id);
    expect(await countRows(tenantId, "pricing_notices")).toBe(1);
    const mails = await withSystem(
      "test",
      (tx) => tx.sql`select 1 from mail_messages where tenant_ref = ${tenantId}`,
    );
    expect(mails).toHaveLength(1);
  });

  it("a payment that fails and its retries: one charge, one case, one payment an attempt", async () => {
    const debtor = await makeDebtor("20.00", { sandbox: true });
    const { tenantId, invoiceId } = debtor;
    await addPaymentMethod(debtor.actor, { externalMethodId: "pm_killed", isDefault: true });
    stripe.peer.behaviour.set("pm_killed", "decline");
    const read = async () => (await listPayments(tenantId, ALL)).data.map((one) => one.status);
    await strikes.killEverywhere(
      () => payByDefault(tenantId, invoiceId, "renewal"),
      () => agrees(tenantId),
    );
    expect(new Set(await read())).toEqual(new Set(["failed"]));
    expect(await countRows(tenantId, "dunning_cases")).toBe(1);
    stripe.peer.behaviour.delete("pm_killed");
    const [running] = await withTenant(tenantId, (tx) => tx.sql`select id from dunning_cases`);
    const caseId = String(running?.id);
    await strikes.killEverywhere(
      () => retryDunning(tenantId, caseId),
      () => agrees(tenantId),
    );
    expect(await retryDunning(tenantId, caseId)).toBe(false);
    const paid = (await read()).filter((one) => one === "succeeded");
    expect(paid).toHaveLength(1);
    const charged = [...stripe.peer.objects.values()].filter(
      (one) =>
        one.object === "payment_intent" &&
        one.status === "succeeded" &&
        (one.metadata as { invoiceId?: string }).invoiceId === invoiceId,
    );
    expect(charged).toHaveLength(1);
    expect((await listInvoices(tenantId, ALL)).data).toMatchObject([{ status: "paid", amountDue: "0.00" }]);
  });

  it("the comparison of all tenants, which keeps its result and touches nothing else", async () => {
    const before = await strikes.snapshot("reconciliations");
    await strikes.killEverywhere(
      () => reconcileAll("nightly"),
      async () => expect(await strikes.snapshot("reconciliations")).toEqual(before),
    );
    expect((await reconcileAll("nightly")).differences).toBe(0);
    expect(await strikes.snapshot("reconciliations")).toEqual(before);
  });
});

describe("50 finalisations at once", () => {
  const runs = (tenantId: TenantId, months: string[]) =>
    Promise.all(months.map((period) => runInvoices({ tenantId, period })));

  it("leave no gap and no double number, within a month and over months", async () => {
    const tenantId = await makeTenant();
    const months = Array.from({ length: 10 }, (_, i) => `2025-${String(i + 1).padStart(2, "0")}`);
    for (const month of months)
      await call(tenantId, newId(), { occurredAt: `${month}-10T00:00:00.000Z`, quantities: { input: 1000 } });
    await runs(
      tenantId,
      Array.from({ length: 50 }, (_, i) => months[i % months.length] ?? ""),
    );
    const { data } = await listInvoices(tenantId, ALL);
    expect(data.map((one) => one.number).reverse()).toEqual(months.map((month) => `INV-${month}-001`));
    expect(data.map((one) => one.subtotal)).toEqual(months.map(() => "0.03"));
    await agrees(tenantId);
  });

  it("leave no gap where invoices are made and voided side by side", async () => {
    const tenantId = await makeTenant();
    await call(tenantId, newId(), { quantities: { input: 1000 } });
    const voidNewest = async () => {
      const [newest] = (await listInvoices(tenantId, ALL)).data;
      if (newest) await voidInvoice(newest.id);
    };
    const period = "2025-01";
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? voidNewest() : runInvoices({ tenantId, period }))),
    );
    await runInvoices({ tenantId, period });
    const { data } = await listInvoices(tenantId, ALL);
    const numbers = data.map((one) => one.number).sort();
    expect(numbers).toEqual(data.map((_, i) => `INV-2025-01-${String(i + 1).padStart(3, "0")}`));
    expect(data.filter((one) => one.status !== "void")).toMatchObject([{ subtotal: "0.03" }]);
    await agrees(tenantId);
  });
});
