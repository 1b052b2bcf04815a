import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { closeMonth } from "../invoices/close-month.ts";
import { getInvoice, voidInvoice } from "../invoices/read-invoice.ts";
import { reconcile } from "../reconcile.ts";
import { issueCreditNote, refundPayment } from "./credit-invoice.ts";
import { listGateways } from "./gateways.ts";
import { markInvoicePaid, markUncollectible } from "./mark-paid.ts";
import { payInvoice } from "./pay-invoice.ts";
import { addPaymentMethod } from "./payment-methods.ts";
import { listAllPayments, listCreditNotes, listPayments, listRefunds } from "./read-payments.ts";
import { makeDebtor, moneyOf, openStripe, postStripe, staff } from "./testing/payment-world.ts";
import { topUpWallet } from "./top-up-wallet.ts";
import { getWallet, listWalletEntries } from "./wallet.ts";

useTestDatabase();

let stripe: Awaited<ReturnType<typeof openStripe>>;
const PAGE = { limit: 50 };

beforeAll(async () => {
  stripe = await openStripe();
});
afterAll(() => stripe.close());

type Debtor = Awaited<ReturnType<typeof makeDebtor>>;
let cards = 0;

async function payByCard(debtor: Debtor) {
  cards += 1;
  await addPaymentMethod(debtor.actor, { externalMethodId: `pm_c_${cards}`, isDefault: true });
  const payment = await payInvoice(debtor.actor, { id: debtor.invoiceId, source: "gateway" });
  if (!payment) throw new Error("There is no payment.");
  return payment;
}
const invoiceOf = (debtor: Debtor) => getInvoice(debtor.tenantId, debtor.invoiceId);
const note = (debtor: Debtor, more: { amount?: string; settleAs?: "wallet" | "refund" } = {}) =>
  issueCreditNote(staff, { invoiceId: debtor.invoiceId, reason: "Wrong price", settleAs: "wallet", ...more });

describe("a bank transfer", () => {
  it("pays an invoice in parts, each reference once", async () => {
    const debtor = await makeDebtor("100.00");
    const id = debtor.invoiceId;
    await markInvoicePaid(staff, { id, reference: "BANK-1", amount: "40.00" });
    expect(await invoiceOf(debtor)).toMatchObject({
      status: "open",
      amountPaid: "40.00",
      amountDue: "60.00",
    });
    const before = await moneyOf(debtor.tenantId);
    const again = { kind: "conflict" };
    await expect(markInvoicePaid(staff, { id, reference: "BANK-1", amount: "10.00" })).rejects.toMatchObject(
      again,
    );
    await expect(markInvoicePaid(staff, { id, reference: "BANK-2", amount: "60.01" })).rejects.toMatchObject(
      again,
    );
    await expect(markInvoicePaid(staff, { id, reference: "B", amount: "0.001" })).rejects.toMatchObject({
      kind: "invalid",
    });
    expect(await moneyOf(debtor.tenantId)).toBe(before);
    await markInvoicePaid(staff, { id, reference: "BANK-3" });
    expect(await invoiceOf(debtor)).toMatchObject({
      status: "paid",
      amountDue: "0.00",
      paymentMethod: "Bank transfer",
      paymentTransactionId: "BANK-3",
    });
  });

  it("still pays an invoice that was written off", async () => {
    const debtor = await makeDebtor("10.00");
    await markUncollectible(staff, debtor.invoiceId);
    expect(await invoiceOf(debtor)).toMatchObject({
      status: "uncollectible",
      uncollectibleAt: expect.any(String),
    });
    await markInvoicePaid(staff, { id: debtor.invoiceId, reference: "LATE-1" });
    expect(await invoiceOf(debtor)).toMatchObject({ status: "paid" });
  });
});

describe("a credit note", () => {
  it("lowers what is due, is capped by what was invoiced, and leaves the invoice's figures as they are", async () => {
    const debtor = await makeDebtor("100.00", { taxRatePercent: "10" });
    const made = await note(debtor, { amount: "11.00" });
    expect(made).toMatchObject({
      amount: "11.00",
      tax: "1.00",
      appliedToDue: "11.00",
      toWallet: "0.00",
      refunded: "0.00",
    });
    expect(made.number).toMatch(/^CN-\d{4}-\d{2}-001$/);
    expect(await invoiceOf(debtor)).toMatchObject({
      status: "open",
      total: "110.00",
      credited: "11.00",
      amountDue: "99.00",
    });
    await expect(note(debtor, { amount: "99.01" })).rejects.toMatchObject({ code: "credit_notes.too_much" });
    await note(debtor);
    expect(await invoiceOf(debtor)).toMatchObject({
      status: "paid",
      credited: "110.00",
      amountDue: "0.00",
      tax: "10.00",
    });
    await expect(note(debtor)).rejects.toMatchObject({ code: "credit_notes.too_much" });
    const { data } = await listCreditNotes(debtor.tenantId, PAGE);
    expect(data.map((one) => [one.number.slice(-3), one.tax])).toEqual([
      ["002", "9.00"],
      ["001", "1.00"],
    ]);
  });

  it("takes numbers without a gap when many are written at once", async () => {
    const debtor = await makeDebtor("100.00");
    const tries = Array.from({ length: 30 }, (_, i) =>
      note(debtor, { amount: i % 3 === 0 ? "101.00" : "1.00" }).catch(() => null),
    );
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(20);
    const { data } = await listCreditNotes(debtor.tenantId, PAGE);
    expect(data.map((one) => Number(one.number.slice(-3))).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  it("puts what was paid into the wallet, which pays the next invoice first", async () => {
    const debtor = await makeDebtor("100.00");
    await payByCard(debtor);
    await note(debtor, { amount: "30.00" });
    expect(await getWallet(debtor.tenantId)).toEqual({ balance: "30.00", currency: "USD" });
    const next = await closeMonth(debtor.tenantId, "2025-02");
    expect(await getInvoice(debtor.tenantId, next?.invoiceId ?? "")).toMatchObject({
      walletApplied: "30.00",
      amountDue: "70.00",
    });
    await voidInvoice(next?.invoiceId ?? "");
    expect(await getWallet(debtor.tenantId)).toEqual({ balance: "30.00", currency: "USD" });
  });

  it("gives a card's money back on wish, and the payment's state follows", async () => {
    const debtor = await makeDebtor("100.00");
    const payment = await payByCard(debtor);
    const made = await note(debtor, { amount: "25.00", settleAs: "refund" });
    expect(made).toMatchObject({ refunded: "25.00", toWallet: "0.00" });
    expect(made.refunds).toMatchObject([
      { status: "succeeded", amount: "25.00", externalRefundId: expect.stringMatching(/^re_/) },
    ]);
    expect((await listPayments(debtor.tenantId, PAGE)).data).toMatchObject([
      { id: payment.id, status: "partially_refunded", refundedAmount: "25.00" },
    ]);
    expect(await invoiceOf(debtor)).toMatchObject({
      status: "paid",
      amountPaid: "75.00",
      credited: "25.00",
      amountDue: "0.00",
    });
  });
});

describe("a refund", () => {
  it("is never above what was paid, also when many are asked for at once", async () => {
    const debtor = await makeDebtor("100.00");
    const payment = await payByCard(debtor);
    const ask = (amount?: string) =>
      refundPayment(staff, { paymentId: payment.id, reason: "Goodwill", ...(amount ? { amount } : {}) });
    await expect(ask("100.01")).rejects.toMatchObject({ code: "refunds.too_much" });
    const tries = await Promise.all(Array.from({ length: 12 }, () => ask("9.00").catch(() => null)));
    expect(tries.filter(Boolean)).toHaveLength(11);
    expect(await ask()).toMatchObject({ amount: "1.00", status: "succeeded" });
    await expect(ask()).rejects.toMatchObject({ code: "refunds.too_much" });
    expect((await listPayments(debtor.tenantId, PAGE)).data).toMatchObject([
      { status: "refunded", refundedAmount: "100.00" },
    ]);
    expect(await invoiceOf(debtor)).toMatchObject({
      credited: "100.00",
      amountPaid: "0.00",
      amountDue: "0.00",
    });
    expect((await listRefunds(debtor.tenantId, PAGE)).data).toHaveLength(12);
  });

  it("made at the provider shows here too, once", async () => {
    const debtor = await makeDebtor("100.00");
    const payment = await payByCard(debtor);
    const charge = stripe.peer.objects.get(payment.externalChargeId ?? "");
    Object.assign(charge ?? {}, { amount_refunded: 1000 });
    for (const id of ["evt_r1", "evt_r2", "evt_r1"])
      await postStripe({ id, type: "charge.refunded", object: { ...charge } });
    expect((await listRefunds(debtor.tenantId, PAGE)).data).toMatchObject([
      { amount: "10.00", createdBy: "provider" },
    ]);
    expect((await listPayments(debtor.tenantId, PAGE)).data).toMatchObject([
      { status: "partially_refunded" },
    ]);
  });
});

describe("a payer's objection", () => {
  it("is told to staff and changes no money", async () => {
    const debtor = await makeDebtor("10.00");
    const payment = await payByCard(debtor);
    const before = await moneyOf(debtor.tenantId);
    const dispute = {
      id: "dp_1",
      object: "dispute",
      payment_intent: payment.externalPaymentId,
      amount: 1000,
      currency: "usd",
    };
    await postStripe({ type: "charge.dispute.created", object: dispute });
    expect(await moneyOf(debtor.tenantId)).toBe(before);
    const rows = await withSystem(
      "test",
      (tx) =>
        tx.sql`select severity from system_events where kind = 'payments.disputed' and tenant_ref = ${debtor.tenantId}`,
    );
    expect(rows).toMatchObject([{ severity: 3 }]);
  });
});

describe("the wallet", () => {
  it("is filled by a payment, pays invoices, gives back what it still holds, and is never overdrawn", async () => {
    const debtor = await makeDebtor("30.00");
    const { tenantId, actor } = debtor;
    const payWallet = () => payInvoice(actor, { id: debtor.invoiceId, source: "wallet" });
    await expect(payWallet()).rejects.toMatchObject({ code: "wallet.empty" });
    cards += 1;
    await addPaymentMethod(actor, { externalMethodId: `pm_c_${cards}`, isDefault: true });
    const topUp = await topUpWallet(actor, { amount: "50.00" });
    expect(topUp).toMatchObject({ status: "succeeded", kind: "one_time" });
    await payWallet();
    expect(await invoiceOf(debtor)).toMatchObject({
      status: "paid",
      paymentMethod: "Wallet",
      walletApplied: "30.00",
    });
    await expect(refundPayment(staff, { paymentId: topUp.id, reason: "All" })).rejects.toMatchObject({
      code: "wallet.not_enough",
    });
    await refundPayment(staff, { paymentId: topUp.id, amount: "20.00", reason: "Rest" });
    const { data } = await listWalletEntries(tenantId, PAGE);
    expect(data.map((entry) => [entry.kind, entry.amount, entry.balanceAfter])).toEqual([
      ["refund", "-20.00", "0.00"],
      ["invoice", "-30.00", "20.00"],
      ["top_up", "50.00", "50.00"],
    ]);
    await expect(withTenant(tenantId, (tx) => tx.sql`update wallets set balance = -1`)).rejects.toThrow();
  });

  it("keeps what a page that was paid too late brought in", async () => {
    const debtor = await makeDebtor("30.00");
    const page = await payInvoice(debtor.actor, { id: debtor.invoiceId, source: "gateway" });
    await markInvoicePaid(staff, { id: debtor.invoiceId, reference: "FASTER" });
    const session = page?.externalPaymentId ?? "";
    stripe.peer.completeCheckout(session);
    await postStripe({ type: "checkout.session.completed", object: stripe.peer.objects.get(session) ?? {} });
    expect(await getWallet(debtor.tenantId)).toEqual({ balance: "30.00", currency: "USD" });
  });
});

describe("the comparison of invoices and payments", () => {
  it("finds no difference after all of this, and finds one that was made", async () => {
    expect((await reconcile()).data.filter((row) => row.differences.length > 0)).toEqual([]);
    const debtor = await makeDebtor("10.00");
    await markInvoicePaid(staff, { id: debtor.invoiceId, reference: "R-1" });
    await withTenant(debtor.tenantId, (tx) => tx.sql`update payments set amount = 9`);
    const { data } = await reconcile(debtor.tenantId);
    expect(data[0]?.differences).toEqual(["INV-2025-01-001: what was paid differs from its payments"]);
  });
});

describe("the list of gateways", () => {
  it("names all twenty providers, with what their payments amount to", async () => {
    const { data } = await listGateways({ limit: 100 });
    expect(data.filter((one) => one.provider !== "manual")).toHaveLength(20);
    const own = data.find((one) => one.provider === "stripe");
    expect(own).toMatchObject({ support: "adapter", isUsable: true, successRate: "100.00" });
    expect(own?.totalVolume).toMatchObject([{ currency: "USD" }]);
    expect(JSON.stringify(data)).not.toContain("sk_test_aurora");
  });

  it("counts exactly the payments that are listed of each", async () => {
    const { data } = await listGateways({ limit: 100 });
    for (const { id, totalTransactions, totalVolume, successRate } of data) {
      const own = (await listAllPayments({ gatewayId: id, limit: 1000 })).data;
      const good = own.filter((one) => /^succeeded$|refunded$/.test(one.status));
      const settled = good.length + own.filter((one) => one.status === "failed").length;
      const currencies = [...new Set(good.map((one) => one.currency))].sort();
      expect(totalTransactions).toBe(own.length);
      expect(totalVolume).toEqual(
        currencies.map((currency) => {
          const mine = good.filter((one) => one.currency === currency);
          return { currency, amount: formatAmount(sumAmounts(mine.map((one) => parseAmount(one.amount)))) };
        }),
      );
      expect(successRate).toBe(settled === 0 ? null : ((good.length / settled) * 100).toFixed(2));
    }
    expect(data.filter((one) => one.totalTransactions > 0).length).toBeGreaterThan(1);
  });
});
