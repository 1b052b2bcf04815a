import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { coverUsage, includedQuantity } from "./allowance.ts";
import { type AlertState, countSpend } from "./cost-alert.ts";
import { computeInvoice, invoiceNumber } from "./invoice.ts";
import { monthWindow, periodAt } from "./period.ts";
import { admitCall, countUsage, type QuotaState, releaseEstimate } from "./quota.ts";
import { dayStart, localDay, offsetAt } from "./time-zone.ts";

function quota(given: Partial<QuotaState> = {}): QuotaState {
  return {
    id: "q",
    serviceType: null,
    measure: "money",
    limit: parseAmount("5"),
    warnPercent: "80",
    onExceed: "pause",
    fallbackModel: null,
    counts: "recorded",
    used: 0n,
    reserved: 0n,
    warned: false,
    exceeded: false,
    refused: null,
    ...given,
  };
}

const estimate = (amount: string, quantity = "0") => ({
  amount: parseAmount(amount),
  quantity: parseAmount(quantity),
});

describe("quotas", () => {
  it("lets exactly 50 of 1,000 calls of 0.10 into 5.00", () => {
    const quotas = [quota()];
    const let_in = Array.from({ length: 1000 }, () => admitCall(quotas, "token", estimate("0.10"))).filter(
      (a) => a.admitted,
    );
    expect(let_in).toHaveLength(50);
    expect(quotas[0]?.exceeded).toBe(true);
  });

  it("refuses 30.00 at 475 of 500, and from then on also what is small enough to fit", () => {
    const quotas = [quota({ limit: parseAmount("500"), used: parseAmount("475") })];
    expect(admitCall(quotas, "token", estimate("30")).admitted).toBe(false);
    expect(quotas[0]?.exceeded).toBe(true);
    expect(admitCall(quotas, "token", estimate("1")).admitted).toBe(false);
    expect(quotas[0]).toMatchObject({ exceeded: true, reserved: 0n });
  });

  it("keeps the mark of a quota that only advises while smaller calls go through", () => {
    const quotas = [
      quota({
        limit: parseAmount("500"),
        used: parseAmount("475"),
        onExceed: "fallback_model",
        fallbackModel: "mini",
      }),
    ];
    admitCall(quotas, "token", estimate("30"));
    expect(admitCall(quotas, "token", estimate("1"))).toMatchObject({ advice: { fallbackModel: "mini" } });
    expect(quotas[0]?.exceeded).toBe(true);
  });

  it("lifts the mark when calls in flight took less than was set aside, not before what was refused fits", () => {
    const quotas = [quota({ limit: parseAmount("10") })];
    for (const _ of [1, 2]) expect(admitCall(quotas, "token", estimate("5")).admitted).toBe(true);
    expect(admitCall(quotas, "token", estimate("4")).admitted).toBe(false);
    releaseEstimate(quotas, ["q"], estimate("3"));
    expect(admitCall(quotas, "token", estimate("1")).admitted).toBe(false);
    releaseEstimate(quotas, ["q"], estimate("1"));
    expect(admitCall(quotas, "token", estimate("1")).admitted).toBe(true);
    expect(quotas[0]).toMatchObject({ exceeded: false, refused: null });
  });

  it("counts what was really used in full and refuses the next call, even a free one", () => {
    const only = quota();
    expect(
      countUsage(only, {
        serviceType: "token",
        clientPrice: parseAmount("6"),
        billablePrice: 0n,
        quantity: 0n,
      }),
    ).toEqual({
      warned: true,
      exceeded: true,
    });
    expect(admitCall([only], "token", estimate("0")).admitted).toBe(false);
  });

  it("lets text messages go when tokens ran out", () => {
    const tokens = quota({
      serviceType: "token",
      measure: "quantity",
      limit: parseAmount("100"),
      used: parseAmount("100"),
    });
    expect(admitCall([tokens], "token", estimate("0.1", "1")).admitted).toBe(false);
    expect(admitCall([tokens], "sms", estimate("0.1", "1"))).toEqual({
      admitted: true,
      quotaIds: [],
      advice: null,
    });
  });

  it("admits with advice where the action is not to pause", () => {
    const full = quota({ onExceed: "fallback_model", fallbackModel: "small", used: parseAmount("5") });
    expect(admitCall([full], "token", estimate("1"))).toMatchObject({
      admitted: true,
      advice: { action: "fallback_model", fallbackModel: "small" },
    });
  });

  it("gives back exactly what was set aside", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { maxLength: 40 }), (amounts) => {
        const quotas = [quota()];
        const taken = amounts
          .map((amount) => ({ amount, quantity: 0n }))
          .filter((wanted) => admitCall(quotas, "token", wanted).admitted);
        const held = quotas[0]?.reserved ?? 0n;
        for (const wanted of taken) releaseEstimate(quotas, ["q"], wanted);
        return (
          held <= parseAmount("5") &&
          held === sumAmounts(taken.map((t) => t.amount)) &&
          quotas[0]?.reserved === 0n
        );
      }),
    );
  });
});

describe("cost alerts", () => {
  const alert = (spent: string, passedMark: string): AlertState => ({
    id: "a",
    serviceType: null,
    budget: parseAmount("1000"),
    marks: ["50", "80", "90", "100"],
    counts: "recorded",
    spent: parseAmount(spent),
    passedMark,
  });

  it("fires exactly the 80 mark from 790 to 820 and nothing at 830", () => {
    const state = alert("790", "50");
    expect(countSpend(state, parseAmount("30"))).toEqual(["80"]);
    expect(countSpend(state, parseAmount("10"))).toEqual([]);
  });

  it("fires 50, 80 and 90 once each, in order, when one event lifts 400 to 950", () => {
    const state = alert("400", "0");
    expect(countSpend(state, parseAmount("550"))).toEqual(["50", "80", "90"]);
    expect(countSpend(state, parseAmount("60"))).toEqual(["100"]);
  });

  it("stands at 245.503486 without firing after the scenario", () => {
    const state: AlertState = { ...alert("245.5", "0"), budget: parseAmount("250"), marks: ["100"] };
    expect([countSpend(state, parseAmount("0.001245")), countSpend(state, parseAmount("0.002241"))]).toEqual([
      [],
      [],
    ]);
    expect(formatAmount(state.spent)).toBe("245.503486");
  });

  it("fires each mark at most once whatever the events", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { maxLength: 60 }), (prices) => {
        const state = alert("0", "0");
        const fired = prices.flatMap((price) => countSpend(state, price));
        return (
          fired.join() ===
          state.marks.filter((mark) => state.spent >= parseAmount("10") * BigInt(mark)).join()
        );
      }),
    );
  });
});

describe("allowances", () => {
  it("covers up to the end of the allowance and bills the rest at the recorded price", () => {
    const { covered, billablePrice } = coverUsage(
      parseAmount("300"),
      parseAmount("0.03"),
      parseAmount("100"),
    );
    expect([formatAmount(covered), formatAmount(billablePrice)]).toEqual(["100", "0.02"]);
    expect(coverUsage(parseAmount("300"), 7n, 0n)).toEqual({ covered: 0n, billablePrice: 7n });
  });

  it("counts included voice minutes in seconds", () => {
    expect(formatAmount(includedQuantity({ voiceMinutes: 1000 }, "voiceMinutes"))).toBe("60000");
  });
});

describe("invoice arithmetic", () => {
  const invoice = (amounts: string[], rate = "10", currency = "USD") => {
    const lines = amounts.map((amount, i) => ({
      key: String(i),
      exact: parseAmount(amount),
      taxRatePercent: rate,
    }));
    const figures = computeInvoice(lines, { currency });
    return [figures.subtotal, figures.tax, figures.total].map((amount) => formatMinor(amount, currency));
  };

  it("adds up the seed's two invoices and the one with allowances", () => {
    expect(invoice(["299.00", "325.00", "142.50", "15.00", "5.00", "0.00"])).toEqual([
      "786.50",
      "78.65",
      "865.15",
    ]);
    expect(invoice(["299.00", "125.00", "142.50", "15.00", "5.00", "0.00"])).toEqual([
      "586.50",
      "58.65",
      "645.15",
    ]);
    expect(invoice(["299", "15", "5"])).toEqual(["319.00", "31.90", "350.90"]);
  });

  it("rounds each line once and taxes the sum", () => {
    expect(invoice(["0.004", "0.004", "0.005"])).toEqual(["0.01", "0.00", "0.01"]);
    expect(invoice(["68.33", "68.33", "57.50", "85.00"], "20")).toEqual(["279.16", "55.83", "334.99"]);
    expect(invoice(["10.5", "10.4"], "10", "JPY")).toEqual(["21", "2", "23"]);
  });

  it("keeps total = subtotal − discount + tax and the lines' discounts equal to the discount", () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 18n });
    fc.assert(
      fc.property(
        fc.array(amount, { maxLength: 30 }),
        fc.constantFrom("USD", "JPY", "KWD"),
        fc.integer({ min: 0, max: 100 }),
        (exacts, currency, percent) => {
          const lines = exacts.map((exact, i) => ({
            key: String(i).padStart(3, "0"),
            exact,
            taxRatePercent: i % 2 ? "10" : "7.7",
          }));
          const f = computeInvoice(lines, { currency, discountPercent: String(percent) });
          return (
            f.subtotal === sumAmounts(f.lines.map((line) => line.amount)) &&
            f.discount === sumAmounts(f.lines.map((line) => line.discount)) &&
            f.total === f.subtotal - f.discount + f.tax
          );
        },
      ),
    );
  });

  it("numbers by month and position", () => {
    expect([invoiceNumber("2025-01-01", 1), invoiceNumber("2025-01", 1234)]).toEqual([
      "INV-2025-01-001",
      "INV-2025-01-1234",
    ]);
  });
});

describe("periods in a zone", () => {
  const NEW_YORK = "America/New_York";

  it("puts 23:59:59.999 and 00:00 of New York on different days and months", () => {
    const midnight = Date.parse("2025-02-01T05:00:00.000Z");
    expect([localDay(NEW_YORK, midnight - 1), localDay(NEW_YORK, midnight)]).toEqual([
      "2025-01-31",
      "2025-02-01",
    ]);
    expect(monthWindow("2025-01", NEW_YORK)).toMatchObject({
      start: Date.parse("2025-01-01T05:00:00.000Z"),
      end: midnight,
    });
  });

  it("makes days of 23 and 25 hours where the clocks change", () => {
    const hours = (day: string, next: string) =>
      (dayStart(NEW_YORK, next) - dayStart(NEW_YORK, day)) / 3_600_000;
    expect(hours("2025-03-09", "2025-03-10")).toBe(23);
    expect(hours("2025-11-02", "2025-11-03")).toBe(25);
    expect(
      (dayStart("Australia/Lord_Howe", "2025-04-07") - dayStart("Australia/Lord_Howe", "2025-04-06")) /
        60_000,
    ).toBe(1470);
  });

  it("starts a day whose midnight does not exist at its first instant", () => {
    expect(new Date(dayStart("America/Sao_Paulo", "2018-11-04")).toISOString()).toBe(
      "2018-11-04T03:00:00.000Z",
    );
    expect(localDay("America/Sao_Paulo", Date.parse("2018-11-04T02:59:59.999Z"))).toBe("2018-11-03");
  });

  it("tiles time: every instant lies in exactly the window it gets, and windows meet without a gap", () => {
    const zones = fc.constantFrom(
      "UTC",
      NEW_YORK,
      "Asia/Kathmandu",
      "Pacific/Chatham",
      "America/Sao_Paulo",
      "Asia/Beirut",
    );
    const instant = fc.integer({ min: Date.parse("2015-01-01"), max: Date.parse("2030-01-01") });
    fc.assert(
      fc.property(
        zones,
        instant,
        fc.constantFrom("daily" as const, "weekly" as const, "monthly" as const),
        (zone, at, period) => {
          const window = periodAt(period, zone, at);
          const next = periodAt(period, zone, window.end);
          return (
            window.start <= at &&
            at < window.end &&
            next.start === window.end &&
            periodAt(period, zone, window.start).start === window.start
          );
        },
      ),
    );
  });

  it("knows offsets the way the platform's own calendar does", () => {
    const instant = fc.integer({ min: Date.parse("2000-01-01"), max: Date.parse("2030-01-01") });
    const zone = fc.constantFrom(NEW_YORK, "Asia/Kolkata", "Europe/London", "Australia/Lord_Howe");
    fc.assert(
      fc.property(zone, instant, (timeZone, at) => {
        const hour = new Intl.DateTimeFormat("en-US", { timeZone, hour: "2-digit", hourCycle: "h23" }).format(
          at,
        );
        return Number(hour) === new Date(at + offsetAt(timeZone, at)).getUTCHours();
      }),
    );
  });
});
