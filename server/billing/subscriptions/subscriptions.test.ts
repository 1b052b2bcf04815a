import { beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { getTenant } from "#server/platform/tenants.ts";
import { sweepTimers } from "#server/runtime/timers.ts";
import { getInvoice, listInvoices, voidInvoice } from "../invoices/read-invoice.ts";
import { runInvoices } from "../invoices/run-invoices.ts";
import { mailTrialEnd } from "../notify.ts";
import { registerPaymentTimers } from "../payments/dunning.ts";
import { markInvoicePaid } from "../payments/mark-paid.ts";
import { STRIPE_GATEWAY } from "../payments/open-gateway.ts";
import { type Plan, updatePlan } from "../plans.ts";
import { reconcile } from "../reconcile.ts";
import { addPrice, makeTenant } from "../testing/billing-fixtures.ts";
import { addPlan, linesOf, openSandbox, staff, useTokens } from "../testing/sandbox-tenant.ts";
import {
  cancelSubscription,
  changeSubscription,
  previewPlanChange,
  resumeSubscription,
  setAutoRenew,
} from "./change-subscription.ts";
import { getSubscription, listSubscriptions } from "./read-subscription.ts";
import { registerBillingTimers } from "./register-timers.ts";
import { scheduleMissingMonthEnds } from "./schedule-billing.ts";

useTestDatabase();

const ALL = { limit: 100 };
let basic: Plan;
let pro: Plan;

const fees = async (tenantId: TenantId, month: string) =>
  (await linesOf(tenantId, month)).map((line) => [line.description, line.amount]);

beforeAll(async () => {
  registerBillingTimers();
  registerPaymentTimers();
  basic = await addPlan({ name: "Basic", monthlyPrice: "49" });
  const included = { tokens: 5_000_000, voiceMinutes: 1000 };
  pro = await addPlan({ name: "Pro", monthlyPrice: "299", yearlyPrice: "2990", included });
  const parts = { input: "0.03", output: "0.06" };
  await addPrice({ serviceType: "token", provider: "openai", model: "gpt-4", unit: "per_1k_tokens", parts });
});

describe("a plan", () => {
  it("shows its price, what it includes, what is used and left, since when, and that it renews", async () => {
    const { tenantId, actor } = await openSandbox("2025-01-10T12:00:00Z");
    expect(await getSubscription(tenantId)).toMatchObject({ plan: { code: "free" }, status: "trialing" });
    const changed = await changeSubscription(actor, { planId: pro.id, at: "now" });
    await useTokens(tenantId, 1_000_000, "2025-01-10T13:00:00Z");
    expect(changed).toMatchObject({
      plan: { name: "Pro" },
      price: "299.00",
      status: "active",
      autoRenew: true,
    });
    expect(await getSubscription(tenantId)).toMatchObject({
      included: { tokens: 5_000_000, voiceMinutes: 1000 },
      used: { tokens: 1_000_000 },
      left: { tokens: 4_000_000, voiceMinutes: 1000 },
      currentPeriodStart: "2025-01-10T00:00:00.000Z",
      currentPeriodEnd: "2025-02-10T00:00:00.000Z",
    });
    expect(changed.startedAt).toContain("2025-01-10T12:00");
    expect((await getTenant(tenantId)).status).toBe("active");
    await expect(changeSubscription(actor, { planId: pro.id, at: "now" })).rejects.toMatchObject({
      kind: "conflict",
    });
  });

  it("that is not offered any more can be chosen by nobody new and is kept by those who have it", async () => {
    const old = await addPlan({ name: "Old", monthlyPrice: "10" });
    const { tenantId, actor } = await openSandbox("2025-01-10T12:00:00Z");
    const other = await openSandbox("2025-01-10T12:00:00Z");
    await changeSubscription(actor, { planId: old.id, at: "now" });
    await updatePlan(old.id, { active: false, monthlyPrice: "99" });
    await expect(changeSubscription(other.actor, { planId: old.id, at: "now" })).rejects.toMatchObject({
      code: "plans.not_offered",
    });
    expect(await getSubscription(tenantId)).toMatchObject({
      plan: { id: old.id },
      status: "active",
      price: "10.00",
    });
    const euros = await addPlan({ currency: "EUR", monthlyPrice: "5" });
    await expect(changeSubscription(actor, { planId: euros.id, at: "now" })).rejects.toMatchObject({
      code: "plans.other_currency",
    });
  });
});

describe("a change within a period", () => {
  it("bills both plans by days on the next invoice, made by itself, and keeps the old one in the history", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: basic.id, at: "now" });
    await setClock("2025-01-16T10:00:00Z");
    const preview = await previewPlanChange(actor, { planId: pro.id });
    await changeSubscription(actor, { planId: pro.id, at: "now" });
    expect(await linesOf(tenantId, "2025-01")).toEqual([]);
    await setClock("2025-02-02T00:00:00Z");
    const billed = [
      ["Basic plan, 2025-01-01 to 2025-01-15 (15 of 31 days)", "23.71"],
      ["Pro plan, 2025-01-16 to 2025-01-31 (16 of 31 days)", "154.32"],
    ];
    expect(await fees(tenantId, "2025-01")).toEqual(billed);
    expect(preview.parts.map((part) => part.amount)).toEqual(["23.71", "154.32"]);
    const { data } = await listSubscriptions(tenantId, ALL);
    expect(data.map((one) => [one.plan.name, one.status, one.endReason])).toEqual([
      ["Pro", "active", null],
      ["Basic", "expired", "changed"],
      ["Free", "expired", "changed"],
    ]);
    const [invoice] = (await listInvoices(tenantId, ALL)).data;
    expect(invoice).toMatchObject({ number: "INV-2025-01-001", subtotal: "178.03" });
    expect(invoice?.issuedAt).toBe("2025-02-02T00:00:00.000Z");
  });

  it("that was billed already is settled on the next invoice, to the cent", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-05T08:00:00Z");
    await changeSubscription(actor, { planId: basic.id, at: "now" });
    await setClock("2025-02-03T12:00:00Z");
    expect(await fees(tenantId, "2025-01")).toEqual([["Basic plan, 2025-01-05 to 2025-02-04", "49.00"]]);
    await changeSubscription(actor, { planId: pro.id, at: "now" });
    await setClock("2025-03-02T00:00:00Z");
    expect(await fees(tenantId, "2025-02")).toEqual([
      ["Basic plan, reduced to 2025-01-05 to 2025-02-02", "-3.16"],
      ["Pro plan, 2025-02-03 to 2025-02-04 (2 of 31 days)", "19.29"],
      ["Pro plan, 2025-02-05 to 2025-03-04", "299.00"],
    ]);
  });

  it("may wait for the end of the period, and may be taken back until then", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: pro.id, at: "now" });
    const waits = await changeSubscription(actor, { planId: basic.id, at: "period_end" });
    expect(waits).toMatchObject({ plan: { name: "Pro" }, pendingPlanId: basic.id });
    expect(await resumeSubscription(actor)).toMatchObject({ pendingPlanId: null });
    await changeSubscription(actor, { planId: basic.id, at: "period_end" });
    await setClock("2025-03-02T00:00:00Z");
    expect(await getSubscription(tenantId)).toMatchObject({
      plan: { name: "Basic" },
      startedAt: "2025-02-01T00:00:00.000Z",
    });
    expect((await fees(tenantId, "2025-01")).map(([, amount]) => amount)).toEqual(["299.00"]);
    expect((await fees(tenantId, "2025-02")).map(([, amount]) => amount)).toEqual(["49.00"]);
  });
});

describe("a cycle", () => {
  it("anchored on 31 January bills on 28 February and 31 March, each month's invoice by itself", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-31T08:00:00Z", {
      timezone: "America/New_York",
    });
    await changeSubscription(actor, { planId: pro.id, at: "now" });
    await setClock("2025-05-10T00:00:00Z");
    const froms = [];
    for (const month of ["2025-01", "2025-02", "2025-03", "2025-04"]) {
      const [line] = await linesOf(tenantId, month);
      froms.push([line?.serviceFrom, line?.amount]);
    }
    expect(froms).toEqual([
      ["2025-01-31", "299.00"],
      ["2025-02-28", "299.00"],
      ["2025-03-31", "299.00"],
      ["2025-04-30", "299.00"],
    ]);
  });

  it("of a year is billed once, and a change to it gives back the days of the month that are left", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: pro.id, at: "now" });
    await setClock("2025-01-11T08:00:00Z");
    await changeSubscription(actor, { planId: pro.id, interval: "year", at: "now" });
    await setClock("2025-06-05T00:00:00Z");
    expect(await fees(tenantId, "2025-01")).toEqual([
      ["Pro plan, 2025-01-01 to 2025-01-10 (10 of 31 days)", "96.45"],
      ["Pro plan, 2025-01-11 to 2026-01-10", "2990.00"],
    ]);
    for (const month of ["2025-02", "2025-03", "2025-04"]) expect(await linesOf(tenantId, month)).toEqual([]);
  });

  it("of twelve months is invoiced once a month however the clock is set and the run repeated", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: pro.id, at: "now" });
    await useTokens(tenantId, 6_000_000, "2025-01-20T00:00:00Z");
    await setClock("2026-01-15T00:00:00Z");
    await Promise.all([
      sweepTimers(tenantId),
      sweepTimers(tenantId),
      runInvoices({ tenantId, period: "2025-06" }),
    ]);
    await setClock("2025-07-01T00:00:00Z");
    await setClock("2026-01-15T00:00:00Z");
    const { data } = await listInvoices(tenantId, ALL);
    expect(data.map((invoice) => invoice.number).sort()).toEqual(
      Array.from({ length: 12 }, (_, i) => `INV-2025-${String(i + 1).padStart(2, "0")}-001`),
    );
    const total = sumAmounts(data.map((invoice) => parseAmount(invoice.subtotal)));
    expect(total).toBe(parseAmount(12 * 299 + 30));
    expect((await reconcile(tenantId)).differences).toBe(0);
    const june = data.find((invoice) => invoice.period === "2025-06");
    await voidInvoice(june?.id ?? "");
    await runInvoices({ tenantId, period: "2025-06" });
    expect((await fees(tenantId, "2025-06")).map(([, amount]) => amount)).toEqual(["299.00"]);
  });
});

describe("a workspace opened before months ended by themselves", () => {
  it("gets the timers of its month's draft and, a day after it in its zone, its end, and keeps them", async () => {
    const tenantId = await makeTenant({ timezone: "America/New_York", sandbox: true });
    const behind = Date.parse("2025-01-20T00:00:00Z") - Date.now();
    await withSystem(
      "test",
      (tx) => tx.sql`update tenants set clock_offset_ms = ${Math.round(behind)} where id = ${tenantId}`,
    );
    await scheduleMissingMonthEnds();
    await scheduleMissingMonthEnds();
    const timers = await withSystem(
      "test",
      (tx) =>
        tx.sql`select kind, due_at, payload from timers where tenant_id = ${tenantId} and state = 'scheduled'
          order by due_at`,
    );
    const payload = { month: "2025-01" };
    expect(timers).toEqual([
      { kind: "billing.month_draft", due_at: "2025-02-01T05:00:00.000Z", payload },
      { kind: "billing.month_end", due_at: "2025-02-02T05:00:00.000Z", payload },
    ]);
  });
});

describe("the end", () => {
  it("comes with the period where that was chosen, and nothing more is billed", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: pro.id, at: "now" });
    await setClock("2025-01-20T00:00:00Z");
    const chosen = await cancelSubscription(actor, { at: "period_end" });
    expect(chosen).toMatchObject({ status: "active", cancelAtPeriodEnd: true, left: { tokens: 5_000_000 } });
    await setClock("2025-01-31T23:59:59Z");
    expect((await getSubscription(tenantId)).status).toBe("active");
    await setClock("2025-02-01T00:00:00Z");
    expect(await getSubscription(tenantId)).toMatchObject({
      status: "cancelled",
      cancelledAt: "2025-02-01T00:00:00.000Z",
      included: {},
    });
    await setClock("2025-04-05T00:00:00Z");
    expect((await listInvoices(tenantId, ALL)).data.map((invoice) => invoice.subtotal)).toEqual(["299.00"]);
    await expect(resumeSubscription(actor)).rejects.toMatchObject({ kind: "precondition" });
  });

  it("comes at once where that was chosen: the days until then are billed", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: pro.id, at: "now" });
    await setClock("2025-01-11T08:00:00Z");
    expect(await cancelSubscription(actor, { at: "now" })).toMatchObject({
      status: "cancelled",
      included: {},
    });
    await setClock("2025-03-05T00:00:00Z");
    expect((await listInvoices(tenantId, ALL)).data.map((invoice) => invoice.subtotal)).toEqual(["96.45"]);
    expect(await changeSubscription(actor, { planId: basic.id, at: "now" })).toMatchObject({
      status: "active",
    });
  });

  it("is not yet there when an invoice is unpaid in its time: past due, and active again once it is paid", async () => {
    const tried = await addPlan({ name: "Tried", monthlyPrice: "310", trialDays: 14 });
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z", { planId: tried.id });
    const states = [(await getSubscription(tenantId)).status];
    const read = async () => states.push((await getSubscription(tenantId)).status);
    await changeSubscription(actor, { planId: tried.id, at: "now" });
    await setClock("2025-02-10T00:00:00Z");
    const [january] = (await listInvoices(tenantId, ALL)).data;
    await markInvoicePaid(staff, { id: january?.id ?? "", reference: "BANK-1" });
    expect(await getInvoice(tenantId, january?.id ?? "")).toMatchObject({
      status: "paid",
      amountDue: "0.00",
    });
    await read();
    await setClock("2025-03-10T00:00:00Z");
    await read();
    await setClock("2025-03-16T00:00:01Z");
    await read();
    expect(await getSubscription(tenantId)).toMatchObject({ plan: { id: tried.id }, endedAt: null });
    const [february] = (await listInvoices(tenantId, ALL)).data;
    await markInvoicePaid(staff, { id: february?.id ?? "", reference: "BANK-2" });
    const paid = await getInvoice(tenantId, february?.id ?? "");
    expect(paid.paidAt).toContain("2025-03-16T00:00:0");
    const again = markInvoicePaid(staff, { id: paid.id, reference: "BANK-3" });
    await expect(again).rejects.toMatchObject({ code: "invoices.paid" });
    await read();
    expect(states).toEqual(["trialing", "active", "active", "past_due", "active"]);
    await expect(voidInvoice(paid.id)).rejects.toMatchObject({ code: "invoices.paid" });
  });

  it("gives days of a billed year back at once: they pay what is still due on it first", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: pro.id, interval: "year", at: "now" });
    await setClock("2025-03-15T08:00:00Z");
    await cancelSubscription(actor, { at: "now" });
    await useTokens(tenantId, 1000, "2025-03-16T00:00:00Z");
    await setClock("2025-04-10T00:00:00Z");
    await useTokens(tenantId, 100_000_000, "2025-04-10T00:00:00Z");
    await setClock("2025-05-10T00:00:00Z");
    const { data } = await listInvoices(tenantId, ALL);
    // 73 of 365 days were used: 2990 × 73 / 365 = 598.00, so 2392.00 come back.
    expect(data.map(({ period, subtotal, amountDue }) => [period, subtotal, amountDue]).reverse()).toEqual([
      ["2025-01", "2990.00", "598.03"],
      ["2025-03", "-2391.97", "0.00"],
      ["2025-04", "3000.00", "3000.00"],
    ]);
    expect((await fees(tenantId, "2025-03"))[0]).toEqual([
      "Pro plan, reduced to 2025-01-01 to 2025-03-14",
      "-2392.00",
    ]);
    expect((await reconcile(tenantId)).data[0]?.differences).toEqual([]);
  });

  it("comes with the period where it does not renew", async () => {
    const { tenantId, actor, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    await changeSubscription(actor, { planId: pro.id, at: "now" });
    await setAutoRenew(actor, false);
    await setClock("2025-02-01T00:00:01Z");
    expect(await getSubscription(tenantId)).toMatchObject({ status: "expired", endReason: "expired" });
  });

  it("of a trial with a card kept is the plan itself, paid from the trial's last day on; without renewal it is Free", async () => {
    const tried = await addPlan({ name: "Kept", monthlyPrice: "310", trialDays: 14 });
    const opened = await Promise.all(
      [0, 1].map(() => openSandbox("2025-01-01T08:00:00Z", { planId: tried.id })),
    );
    for (const { tenantId } of opened)
      await withTenant(
        tenantId,
        (
          tx,
        ) => tx.sql`insert into payment_methods (tenant_id, id, gateway_id, status, external_id, is_default)
          values (${tenantId}, ${newId()}, ${STRIPE_GATEWAY}, 'active', 'pm_card', true)`,
      );
    const [goes, ends] = opened as [(typeof opened)[0], (typeof opened)[0]];
    await setAutoRenew(ends.actor, false);
    for (const one of opened) await one.setClock("2025-02-05T00:00:00Z");
    expect(await getSubscription(goes.tenantId)).toMatchObject({ status: "active", plan: { name: "Kept" } });
    expect(await fees(goes.tenantId, "2025-01")).toEqual([["Kept plan, 2025-01-15 to 2025-02-14", "310.00"]]);
    expect(await getSubscription(ends.tenantId)).toMatchObject({ plan: { code: "free" } });
  });

  it("of an unpaid trial is Free, by itself and with a mail; a plan chosen in it is paid from that day", async () => {
    const tried = await addPlan({ name: "Tried", monthlyPrice: "310", trialDays: 14 });
    const left = await openSandbox("2025-01-01T08:00:00Z", { planId: tried.id });
    const kept = await openSandbox("2025-01-01T08:00:00Z", { planId: tried.id });
    const before = await getSubscription(left.tenantId);
    expect(before).toMatchObject({ status: "trialing", plan: { name: "Tried" } });
    expect(before.trialEndsAt).toContain("2025-01-15T08:00:0");
    await kept.setClock("2025-01-08T00:00:00Z");
    expect(await changeSubscription(kept.actor, { planId: tried.id, at: "now" })).toMatchObject({
      status: "active",
      currentPeriodEnd: "2025-02-08T00:00:00.000Z",
    });
    await left.setClock("2025-01-15T08:00:30Z");
    expect(await getSubscription(left.tenantId)).toMatchObject({ status: "active", plan: { code: "free" } });
    const [trial] = (await listSubscriptions(left.tenantId, ALL)).data.slice(1);
    expect(trial).toMatchObject({ plan: { name: "Tried" }, status: "expired", endReason: "trial_ended" });
    await mailTrialEnd(left.tenantId, trial?.id ?? "");
    const mails = await withSystem(
      "test",
      (tx) =>
        tx.sql`select recipients, subject, text_body from mail_messages where tenant_ref = ${left.tenantId}`,
    );
    expect(mails).toMatchObject([
      { recipients: ["owner@example.com"], subject: "Shop: your trial of Tried is over" },
    ]);
    expect(mails[0]?.text_body).toContain("on the Free plan");
    for (const one of [left, kept]) await one.setClock("2025-02-05T00:00:00Z");
    expect(await fees(left.tenantId, "2025-01")).toEqual([]);
    expect(await fees(kept.tenantId, "2025-01")).toEqual([
      ["Tried plan, 2025-01-08 to 2025-02-07", "310.00"],
    ]);
  });

  it("of the trial that every workspace begins with is over a moment after its time", async () => {
    const { tenantId, setClock } = await openSandbox("2025-01-01T08:00:00Z");
    const { trialEndsAt } = await getSubscription(tenantId);
    expect(trialEndsAt).toContain("2025-01-31T08:00:0");
    await setClock("2025-01-31T08:00:30Z");
    expect(await getSubscription(tenantId)).toMatchObject({ status: "active", plan: { code: "free" } });
    expect((await getTenant(tenantId)).status).toBe("active");
  });
});
