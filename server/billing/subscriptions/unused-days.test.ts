import { beforeAll, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { setTenantStatus } from "#server/platform/tenants.ts";
import { listInvoices } from "../invoices/read-invoice.ts";
import { registerPaymentTimers } from "../payments/dunning.ts";
import { markInvoicePaid } from "../payments/mark-paid.ts";
import { getWallet } from "../payments/wallet.ts";
import { reconcile } from "../reconcile.ts";
import { addPlan, linesOf, openSandbox, staff } from "../testing/sandbox-tenant.ts";
import { cancelSubscription, changeSubscription, previewPlanChange } from "./change-subscription.ts";
import { getSubscription } from "./read-subscription.ts";
import { registerBillingTimers } from "./register-timers.ts";

useTestDatabase();

beforeAll(() => {
  registerBillingTimers();
  registerPaymentTimers();
});

const bills = async (tenantId: TenantId) =>
  (await listInvoices(tenantId, { limit: 100 })).data
    .map(({ period, subtotal, tax, total, walletApplied, amountDue, status }) => ({
      period,
      subtotal,
      tax,
      total,
      walletApplied,
      amountDue,
      status,
    }))
    .reverse();

it("gives days that were billed and are not used back: into the wallet, with their tax, where nothing else is due", async () => {
  const plan = await addPlan({ monthlyPrice: "310" });
  const { tenantId, actor, setClock } = await openSandbox("2025-01-20T12:00:00Z", { planId: plan.id });
  await withTenant(tenantId, (tx) => tx.sql`update tenants set tax_rate_percent = 10 where id = ${tenantId}`);
  await setClock("2025-02-05T12:00:00Z");
  const [january] = await bills(tenantId);
  expect(january).toMatchObject({ subtotal: "310.00", tax: "31.00", total: "341.00" });
  const [{ id = "" } = {}] = (await listInvoices(tenantId, { limit: 1 })).data;
  await markInvoicePaid(staff, { id, reference: "BANK-1" });
  await cancelSubscription(actor, { at: "now" });
  await setClock("2025-03-03T12:00:00Z");
  const [, february] = await bills(tenantId);
  // 20 January to 4 February are used: 16 of 31 days.
  expect(february).toEqual({
    period: "2025-02",
    subtotal: "-150.00",
    tax: "-15.00",
    total: "-165.00",
    walletApplied: "-165.00",
    amountDue: "0.00",
    status: "paid",
  });
  expect(await getWallet(tenantId)).toMatchObject({ balance: "165.00" });
  await setClock("2025-05-03T12:00:00Z");
  expect(await bills(tenantId)).toHaveLength(2);
  expect((await reconcile(tenantId)).data[0]?.differences).toEqual([]);
});

it("says before a change what is given back, and puts it on the invoice of what follows", async () => {
  const [large, small] = [await addPlan({ monthlyPrice: "310" }), await addPlan({ monthlyPrice: "31" })];
  const { tenantId, actor, setClock } = await openSandbox("2025-01-20T12:00:00Z", { planId: large.id });
  await setClock("2025-02-05T12:00:00Z");
  expect(await previewPlanChange(actor, { planId: small.id })).toMatchObject({ givenBack: "150.00" });
  await changeSubscription(actor, { planId: small.id, at: "now" });
  await setClock("2025-03-03T12:00:00Z");
  const lines = await linesOf(tenantId, "2025-02");
  expect(lines.map((line) => line.amount)).toEqual(["-150.00", "15.00", "31.00"]);
  // January is not paid yet, so that is where it goes first.
  expect(await getWallet(tenantId)).toMatchObject({ balance: "0.00" });
  expect((await bills(tenantId))[0]).toMatchObject({ walletApplied: "104.00", amountDue: "206.00" });
});

it("ends the plan of a tenant that is closed: its days are settled, and no month is billed after that", async () => {
  const plan = await addPlan({ monthlyPrice: "31" });
  const { tenantId, setClock } = await openSandbox("2025-01-01T12:00:00Z", { planId: plan.id });
  await setClock("2025-01-11T12:00:00Z");
  await setTenantStatus(staff, tenantId, "cancelled");
  expect(await getSubscription(tenantId)).toMatchObject({ status: "cancelled", endReason: "tenant_closed" });
  await setClock("2025-04-03T12:00:00Z");
  expect((await bills(tenantId)).map((bill) => [bill.period, bill.total])).toEqual([["2025-01", "10.00"]]);
});
