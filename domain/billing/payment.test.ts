import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Amount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { amountDue, creditable, type InvoiceStanding, splitCredit, taxInCredit } from "./credit.ts";
import { dunningSteps } from "./dunning.ts";
import { isReceived, nextPaymentStatus, PAYMENT_STATUSES, parseCoins, refundedStatus } from "./payment.ts";

const COIN = 10n ** 10n;
const coins = fc.bigInt({ min: 0n, max: 10n ** 7n }).map((n) => n * COIN);

const standings = fc
  .record({ total: coins, tax: coins, a: coins, b: coins, c: coins })
  .map(({ total, tax, a, b, c }): InvoiceStanding => {
    const within = (wanted: Amount, left: Amount) => (wanted < left ? wanted : left);
    const credited = within(a, total);
    const walletApplied = within(b, total - credited);
    const amountPaid = within(c, total - credited - walletApplied);
    return { total, tax: within(tax, total), credited, walletApplied, amountPaid, currency: "USD" };
  });

describe("payment states", () => {
  it("never leave received, whatever a late or repeated statement says", () => {
    const stated = ["pending", "processing", "succeeded", "failed", "cancelled"] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...PAYMENT_STATUSES),
        fc.array(fc.constantFrom(...stated)),
        (start, words) => {
          let now = start;
          for (const word of words) {
            const next = nextPaymentStatus(now, word);
            if (isReceived(now) && next !== now) return false;
            if (nextPaymentStatus(next, word) !== next) return false;
            now = next;
          }
          return !words.includes("succeeded") || isReceived(now);
        },
      ),
    );
    expect(nextPaymentStatus("failed", "processing")).toBe("failed");
    expect(nextPaymentStatus("failed", "succeeded")).toBe("succeeded");
    expect(nextPaymentStatus("processing", "pending")).toBe("processing");
  });

  it("follow from what was given back", () => {
    const hundred = parseAmount("100");
    expect(refundedStatus(hundred, 0n)).toBe("succeeded");
    expect(refundedStatus(hundred, parseAmount("99.99"))).toBe("partially_refunded");
    expect(refundedStatus(hundred, hundred)).toBe("refunded");
  });

  it("take whole coins only", () => {
    expect(parseCoins("1.250", "KWD")).toBe(parseAmount("1.25"));
    expect(() => parseCoins("1.5", "JPY")).toThrow("0 decimals");
    expect(() => parseCoins("0.001", "USD")).toThrow();
  });
});

describe("a credit", () => {
  it("splits without a rest, leaves no part below 0 and keeps the due from being negative", () => {
    fc.assert(
      fc.property(standings, coins, (standing, wanted) => {
        const credit = wanted < creditable(standing) ? wanted : creditable(standing);
        const { toDue, fromPaid, fromWallet } = splitCredit(standing, credit);
        const after = {
          ...standing,
          credited: standing.credited + credit,
          amountPaid: standing.amountPaid - fromPaid,
          walletApplied: standing.walletApplied - fromWallet,
        };
        return (
          toDue + fromPaid + fromWallet === credit &&
          [toDue, fromPaid, fromWallet, after.amountPaid, after.walletApplied].every((part) => part >= 0n) &&
          amountDue(after) === amountDue(standing) - toDue &&
          amountDue(after) >= 0n
        );
      }),
    );
  });

  it("holds exactly the invoice's tax once all of it is credited, in however many notes", () => {
    fc.assert(
      fc.property(standings, fc.array(coins, { maxLength: 6 }), (given, wishes) => {
        const standing = { ...given, credited: 0n, walletApplied: 0n, amountPaid: 0n };
        const taxes: Amount[] = [];
        for (const wish of [...wishes, standing.total]) {
          const credit = wish < creditable(standing) ? wish : creditable(standing);
          taxes.push(taxInCredit(standing, credit, taxes));
          standing.credited += credit;
        }
        return sumAmounts(taxes) === (standing.total === 0n ? 0n : standing.tax);
      }),
    );
  });
});

describe("dunning", () => {
  it("counts every step from the first failure", () => {
    const steps = dunningSteps(Date.parse("2025-02-01T10:00:00.000Z"));
    expect(steps.map((step) => `${step.kind} ${step.dueAt.slice(0, 10)}`)).toEqual([
      "retry 2025-02-04",
      "retry 2025-02-08",
      "retry 2025-02-15",
      "suspend 2025-02-22",
    ]);
  });
});
