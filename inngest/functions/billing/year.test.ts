import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { meter } from "#server/billing/meter/meter.ts";
import { registerPaymentTimers } from "#server/billing/payments/dunning.ts";
import { openStripe } from "#server/billing/payments/testing/payment-world.ts";
import { registerBillingTimers } from "#server/billing/subscriptions/register-timers.ts";
import { byDays, type Entry, lesser, plain, units } from "#server/billing/testing/independent-ledger.ts";
import {
  type Bill,
  closeBill,
  expectLines,
  expectRollUps,
  figures,
  money,
} from "#server/billing/testing/year-proof.ts";
import {
  adjustmentOf,
  commitCall,
  enterPrice,
  openYear,
  send,
  settled,
  token,
  usageOf,
  type Year,
} from "#server/billing/testing/year-world.ts";
import { startDurableWork, stopDurableWork } from "../../start.ts";

useTestDatabase();

let stripe: Awaited<ReturnType<typeof openStripe>>;
let year: Year;
beforeAll(async () => {
  stripe = await openStripe();
  registerBillingTimers();
  registerPaymentTimers();
  await startDurableWork();
  year = await openYear();
});
afterAll(async () => {
  await stopDurableWork(0);
  await stripe.close();
});

const bills: Bill[] = [];

/** The bookkeeper closes a month. */
function close(month: string, fees: bigint[], least = 0n, discount = "0"): void {
  bills.push(closeBill(year.ledger, { month, fees, least, discount }));
}

const status = async () => (await year.shop.subscription.get({})).status;
const invoiceOf = async (month: string) => {
  const { data } = await year.shop.invoices.list({ limit: 100 });
  const found = data.find((one) => one.period === month);
  if (!found) throw new Error(`There is no invoice of ${month}.`);
  return found;
};
const PRO = 299;
describe("a year of a shop in New York, set by the clock", () => {
  it("begins with a trial that is paid before it ends", async () => {
    const { ledger, shop, starter, setClock } = year;
    ledger.agree({
      included: { token: 20_000, sms: 5 },
      rates: { token: [{ upTo: null, price: "0.05" }] },
    });
    expect(await status()).toBe("trialing");
    await shop.paymentMethods.create({ externalMethodId: "pm_year", isDefault: true });
    await shop.wallet.topUp({ amount: "20.00" });
    await setClock("2025-01-31T15:00:00Z");
    await send(year, usageOf(year, "2025-01", 18, 30));
    await shop.subscription.change({ planId: starter.id, at: "now" });
    expect(await status()).toBe("active");
    await setClock("2025-02-03T15:00:00Z");
    close("2025-01", [units("49")]);
    expect(await invoiceOf("2025-01")).toMatchObject({
      status: "paid",
      issuedAt: "2025-02-02T05:00:00.000Z",
    });
  });

  it("goes on with an upgrade in mid-month, over the night in which an hour is missing", async () => {
    const { ledger, shop, pro, tiers, setClock } = year;
    await setClock("2025-02-28T15:00:00Z");
    await send(year, usageOf(year, "2025-02"));
    await setClock("2025-03-12T14:00:00Z");
    close("2025-02", [units("49")]);
    await send(year, usageOf(year, "2025-03", 1, 11));
    const night = [
      "2025-03-09T04:59:59.999Z",
      "2025-03-09T06:59:59.999Z",
      "2025-03-09T07:00:00.000Z",
      "2025-03-10T03:59:59.999Z",
      "2025-03-10T04:00:00.000Z",
    ];
    await send(
      year,
      night.map((at) => token("gpt-4", at, { input: 1234, output: 567 })),
    );
    await shop.subscription.change({ planId: pro.id, at: "now" });
    ledger.agree({ included: { token: 30_000, voice: 180 }, rates: { token: tiers } });
    await setClock("2025-03-31T20:00:00Z");
    await send(year, usageOf(year, "2025-03", 13, 29));
    await setClock("2025-04-01T10:00:00Z");
    await send(
      year,
      ["2025-04-01T03:59:59.999Z", "2025-04-01T04:00:00.000Z"].map((at) =>
        token("gpt-4", at, { input: 999 }),
      ),
    );
    await setClock("2025-04-02T15:00:00Z");
    // Starter had 12 of the 31 days from 28 February, Pro has the other 19 and the period from 31 March.
    const given = byDays("49", 12, 31) - units("49");
    close("2025-03", [given, byDays("299", 19, 31), units(PRO)], byDays("12.50", 20, 31));
  });

  it("changes a price in mid-month and gives notice of it, with proof", async () => {
    const { platform, shop, setClock, tenantId } = year;
    const from = "2025-04-16T04:00:00.000Z";
    await enterPrice(year, "gpt-4", from, { input: "0.04", cachedInput: "0.02", output: "0.07" });
    const [change] = (await platform.pricingHistory.list({ limit: 1, model: "gpt-4" })).data;
    await platform.pricingHistory.notify({ id: change?.id ?? "" });
    await settled();
    const [told] = (await shop.pricing.history({ limit: 1, model: "gpt-4" })).data;
    expect(told).toMatchObject({
      effectiveFrom: from,
      notifiedAt: expect.stringContaining("2025-04-02T15:0"),
    });
    const mails = await withSystem(
      "test",
      (tx) =>
        tx.sql`select 1 from mail_messages where tenant_ref = ${tenantId} and subject like '%prices of openai gpt-4 change%'`,
    );
    expect(mails).toHaveLength(1);
    await setClock("2025-04-29T15:00:00Z");
    await send(year, usageOf(year, "2025-04"));
    await send(
      year,
      ["2025-04-16T03:59:59.999Z", from].map((at) => token("gpt-4", at, { input: 1000, output: 1000 })),
    );
    await setClock("2025-05-03T15:00:00Z");
    close("2025-04", [units(PRO)], units("12.50"));
    const april = await invoiceOf("2025-04");
    await platform.platformCreditNotes.create({ invoiceId: april.id, amount: "33.33", reason: "Goodwill" });
    expect(await shop.wallet.get({})).toMatchObject({ balance: "33.33" });
  });

  it("sees a payment fail, its retries, and the recovery by one that goes through", async () => {
    const { shop, setClock } = year;
    await setClock("2025-05-29T15:00:00Z");
    await send(year, usageOf(year, "2025-05"));
    stripe.peer.behaviour.set("pm_year", "decline");
    await setClock("2025-06-03T15:00:00Z");
    close("2025-05", [units(PRO)], units("12.50"));
    expect([await status(), (await invoiceOf("2025-05")).status]).toEqual(["past_due", "open"]);
    await setClock("2025-06-06T15:01:00Z");
    await setClock("2025-06-10T15:01:00Z");
    expect(await status()).toBe("past_due");
    stripe.peer.behaviour.delete("pm_year");
    await setClock("2025-06-17T15:01:00Z");
    expect([await status(), (await invoiceOf("2025-05")).status]).toEqual(["active", "paid"]);
    const { data } = await shop.payments.list({ limit: 100, invoiceId: (await invoiceOf("2025-05")).id });
    expect(data.map((one) => one.status).reverse()).toEqual(["failed", "failed", "failed", "succeeded"]);
    await setClock("2025-06-28T15:00:00Z");
    await send(year, usageOf(year, "2025-06"));
    await setClock("2025-07-05T15:00:00Z");
    close("2025-06", [units(PRO)], units("12.50"));
  });

  it("gets a price of its own, a discount, and usage that comes after its month was closed", async () => {
    const { ledger, platform, tenantId, setClock } = year;
    const validFrom = "2025-07-10T04:00:00.000Z";
    await platform.pricingRules.create({
      scope: "tenant",
      tenantId,
      serviceType: "token",
      markupPercent: "40",
      validFrom,
    });
    ledger.rules.push({ type: "token", from: validFrom, markup: "40" });
    await platform.platformPayments.terms({ id: tenantId, discountPercent: "7.5" });
    await setClock("2025-07-29T15:00:00Z");
    await send(year, usageOf(year, "2025-07"));
    await setClock("2025-08-05T15:00:00Z");
    close("2025-07", [units(PRO)], units("12.50"), "7.5");
    const july = await invoiceOf("2025-07");
    await send(year, usageOf(year, "2025-07", 26, 29));
    await setClock("2025-08-28T15:00:00Z");
    await send(year, usageOf(year, "2025-08"));
    await setClock("2025-09-02T15:00:00Z");
    close("2025-08", [units(PRO)], units("12.50"), "7.5");
    expect(await invoiceOf("2025-07")).toEqual(july);
  });

  it("hits a quota, which stops calls until its period is over", async () => {
    const { shop, tenantId, setClock, ledger } = year;
    const quota = await shop.quotas.create({ name: "All", limit: "5.00", onExceed: "pause" });
    const dime = {
      tenantId,
      serviceType: "token",
      provider: "openai",
      model: "gpt-4",
      quantities: {},
      estimatedPrice: "0.10",
    } as const;
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => meter.reserve(dime)));
    const admitted = outcomes.flatMap((one) => (one.admitted ? [one.reservation] : []));
    expect(admitted).toHaveLength(50);
    for (const [i, reservation] of admitted.entries()) {
      const fact = token("gpt-4", new Date(Date.parse("2025-09-02T15:00:00Z") + i).toISOString(), {
        input: 1000,
        output: 1000,
      });
      await commitCall(year, fact, reservation);
    }
    const spent = ledger.entries
      .filter((one) => one.day.startsWith("2025-09"))
      .reduce((sum, one) => sum + one.price, 0n);
    expect(await shop.quotas.get({ id: quota.id })).toMatchObject({
      currentAmount: plain(spent),
      reservedAmount: "0",
    });
    expect(await meter.reserve(dime)).toMatchObject({
      admitted: false,
      refusal: { resetsAt: "2025-10-01T04:00:00.000Z" },
    });
    await setClock("2025-09-28T15:00:00Z");
    await send(year, usageOf(year, "2025-09", 3));
    await setClock("2025-10-01T03:59:00Z");
    expect((await meter.reserve(dime)).admitted).toBe(false);
    await setClock("2025-10-01T04:00:00Z");
    const free = await meter.reserve(dime);
    expect(free.admitted).toBe(true);
    if (free.admitted) await meter.release(tenantId, free.reservation);
    await shop.quotas.delete({ id: quota.id });
    await setClock("2025-10-03T15:00:00Z");
    close("2025-09", [units(PRO)], units("12.50"), "7.5");
  });

  it("uses a model that has no price yet, over the night in which an hour comes twice", async () => {
    const { ledger, setClock } = year;
    await setClock("2025-10-29T15:00:00Z");
    const unheard = token("unheard-of", "2025-10-20T15:00:00.000Z", { input: 4321, output: 1234 });
    await send(year, [unheard]);
    const waiting = ledger.entries.at(-1) as Entry;
    await send(year, usageOf(year, "2025-10"));
    await setClock("2025-11-03T15:00:00Z");
    close("2025-10", [units(PRO)], units("12.50"), "7.5");
    await send(
      year,
      [
        "2025-11-02T03:59:59.999Z",
        "2025-11-02T05:30:00.000Z",
        "2025-11-02T06:30:00.000Z",
        "2025-11-03T04:59:59.999Z",
        "2025-11-03T05:00:00.000Z",
      ].map((at) => token("gpt-4", at, { input: 777, output: 333 })),
    );
    await enterPrice(year, "unheard-of", "2025-10-01T00:00:00.000Z", { input: "0.011", output: "0.022" });
    await settled();
    const written = await adjustmentOf(year, unheard.key);
    ledger.adjust(waiting, written.key, written.at);
  });

  it("ends with the period in which it was cancelled, and bills what is used after that at its price", async () => {
    const { shop, ledger, setClock } = year;
    await shop.subscription.cancel({ at: "period_end" });
    await setClock("2025-11-28T15:00:00Z");
    await send(year, usageOf(year, "2025-11", 4));
    expect(await status()).toBe("active");
    await setClock("2025-11-30T05:00:30Z");
    expect(await shop.subscription.get({})).toMatchObject({
      status: "cancelled",
      cancelledAt: "2025-11-30T05:00:00.000Z",
    });
    ledger.agree({ included: {}, rates: {} });
    await setClock("2025-12-05T15:00:00Z");
    close("2025-11", [], byDays("12.50", 29, 30), "7.5");
    await send(year, usageOf(year, "2025-12", 1, 4));
    await setClock("2026-01-05T15:00:00Z");
    close("2025-12", [], 0n, "7.5");
  });
});

describe("the year worked out again", () => {
  it("has every record and every day to the last digit", async () => {
    const records = [];
    for (let cursor: string | undefined; ; ) {
      const page = await year.shop.usage.list({ limit: 100, ...(cursor ? { cursor } : {}) });
      records.push(...page.data);
      if (!page.nextCursor) break;
      cursor = page.nextCursor;
    }
    const shown = records.map((one) => [
      one.idempotencyKey,
      one.type,
      one.model,
      one.day,
      one.providerCost,
      one.clientPrice,
      one.profit,
      units(one.totalQuantity),
      units(one.coveredQuantity),
      one.billablePrice,
      one.isBilled,
    ]);
    const known = year.ledger.entries.map((one) => [
      one.key,
      one.type,
      one.model,
      one.day,
      plain(one.cost),
      plain(one.price),
      plain(one.price - one.cost),
      one.total,
      one.covered,
      plain(one.billable),
      one.billedIn !== null,
    ]);
    const byKey = (a: unknown[], b: unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1);
    expect(shown.sort(byKey)).toEqual(known.sort(byKey));
    await expectRollUps(year);
  });

  it("has every invoice, line and total to the cent, and each record on one line", async () => {
    const { data } = await year.shop.invoices.list({ limit: 100 });
    expect(data.map((one) => one.number).reverse()).toEqual(bills.map((bill) => `INV-${bill.month}-001`));
    for (const bill of bills) {
      const invoice = data.find((one) => one.period === bill.month);
      const { subtotal, discount, tax, total } = figures(bill);
      expect(invoice).toMatchObject({
        subtotal: money(subtotal),
        discount: money(discount),
        tax: money(tax),
        total: money(total),
        amountDue: "0.00",
        status: "paid",
      });
      await expectLines(year, invoice?.id ?? "", bill);
    }
  });

  it("has every payment and movement of the wallet, and reconciles without a difference", async () => {
    const { shop, platform, tenantId } = year;
    const { data } = await shop.payments.list({ limit: 100 });
    const paid = data
      .filter((one) => one.status === "succeeded")
      .map((one) => [one.invoiceNumber, one.amount]);
    let wallet = units("20");
    const expected: (string | null)[][] = [[null, "20.00"]];
    for (const bill of bills) {
      const { total } = figures(bill);
      const taken = lesser(wallet, total);
      wallet -= taken;
      expected.push([`INV-${bill.month}-001`, money(total - taken)]);
      if (bill.month === "2025-04") wallet += units("33.33");
    }
    expect(paid.reverse()).toEqual(expected);
    expect((await shop.wallet.get({})).balance).toBe(money(wallet));
    const compared = await platform.reconcile.run({ tenantId });
    expect(compared.data[0]?.differences).toEqual([]);
    const every = year.ledger.entries.reduce((sum, one) => sum + one.price, 0n);
    expect(compared.data[0]).toMatchObject({
      records: plain(every),
      dailyRollUps: plain(every),
      hourlyRollUps: plain(every),
    });
  });
});
