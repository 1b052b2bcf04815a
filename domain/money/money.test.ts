import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  amountFromDatabase,
  formatAmount,
  multiplyAmount,
  parseAmount,
  percentOf,
  sumAmounts,
} from "./amount.ts";
import {
  formatMinor,
  minorDecimals,
  roundToMinor,
  splitForDisplay,
  spreadByLargestRemainder,
} from "./currency.ts";
import { decimalInput } from "./money-input.ts";

const anyAmount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
const anyCurrency = fc.constantFrom("USD", "JPY", "KWD");

describe("amount", () => {
  it("reads and writes the same decimal text", () => {
    fc.assert(fc.property(anyAmount, (amount) => parseAmount(formatAmount(amount)) === amount));
  });

  it("reads numeric text of the database whatever its scale", () => {
    fc.assert(fc.property(anyAmount, (amount) => amountFromDatabase(formatAmount(amount)) === amount));
    expect(amountFromDatabase("0.010956000000")).toBe(10_956_000_000n);
    expect(amountFromDatabase("-0.5")).toBe(-500_000_000_000n);
  });

  it("refuses what is no decimal and what needs more than 12 decimals", () => {
    for (const bad of ["", "1,5", "abc", "1.", ".5", "0x1", "NaN", "Infinity", "0.0000000000001"]) {
      expect(() => parseAmount(bad)).toThrow();
    }
    expect(() => parseAmount(Number.NaN)).toThrow();
  });

  it("reads JSON numbers by their shortest decimal form", () => {
    expect(formatAmount(parseAmount(0.1))).toBe("0.1");
    expect(formatAmount(parseAmount(1e-7))).toBe("0.0000001");
    expect(decimalInput.parse(1e-7)).toBe("0.0000001");
  });

  it("sums a million times 0.010956 to exactly 10956", () => {
    const amounts = Array.from({ length: 1_000_000 }, () => 10_956_000_000n);
    expect(formatAmount(sumAmounts(amounts))).toBe("10956");
  });

  it("rounds a product half-up only where 12 decimals do not suffice", () => {
    expect(formatAmount(multiplyAmount(parseAmount("0.03"), "0.12"))).toBe("0.0036");
    expect(formatAmount(percentOf(parseAmount("0.000000000001"), "50"))).toBe("0.000000000001");
    expect(formatAmount(percentOf(parseAmount("0.000000000001"), "49.9"))).toBe("0");
    expect(formatAmount(percentOf(parseAmount("-0.000000000001"), "50"))).toBe("-0.000000000001");
  });
});

describe("minor units", () => {
  it("knows currencies of 0, 2 and 3 decimals and refuses unknown ones", () => {
    expect([minorDecimals("JPY"), minorDecimals("USD"), minorDecimals("KWD")]).toEqual([0, 2, 3]);
    expect(() => minorDecimals("XYZ")).toThrow();
  });

  it("rounds half away from zero, by at most half a unit", () => {
    expect(formatMinor(roundToMinor(parseAmount("0.005"), "USD"), "USD")).toBe("0.01");
    expect(formatMinor(roundToMinor(parseAmount("-0.005"), "USD"), "USD")).toBe("-0.01");
    expect(formatMinor(roundToMinor(parseAmount("0.5"), "JPY"), "JPY")).toBe("1");
    fc.assert(
      fc.property(anyAmount, anyCurrency, (amount, currency) => {
        const unit = 10n ** BigInt(12 - minorDecimals(currency));
        const difference = roundToMinor(amount, currency) - amount;
        return difference * 2n <= unit && difference * 2n >= -unit;
      }),
    );
  });

  it("shows the minor part and the exact tail, which joined are the exact amount", () => {
    expect(splitForDisplay(parseAmount("0.010956"), "USD")).toEqual({ minor: "0.01", tail: "0956" });
    expect(splitForDisplay(parseAmount("4.5"), "USD")).toEqual({ minor: "4.50", tail: "" });
    expect(splitForDisplay(parseAmount("4.5"), "JPY")).toEqual({ minor: "4", tail: ".5" });
    fc.assert(
      fc.property(anyAmount, anyCurrency, (amount, currency) => {
        const { minor, tail } = splitForDisplay(amount, currency);
        return parseAmount(minor + tail) === amount;
      }),
    );
  });

  it("spreads a rounded parent over its children without losing a unit", () => {
    const children = ["a", "b", "c"].map((key) => ({ key, exact: parseAmount("0.333333333333") }));
    const shares = spreadByLargestRemainder(children, parseAmount("1.00"), "USD");
    expect([...shares.values()].map((share) => formatMinor(share, "USD"))).toEqual(["0.34", "0.33", "0.33"]);
    fc.assert(
      fc.property(fc.array(anyAmount, { minLength: 1, maxLength: 50 }), anyCurrency, (exacts, currency) => {
        const items = exacts.map((exact, i) => ({ key: `k${String(i).padStart(3, "0")}`, exact }));
        const total = roundToMinor(sumAmounts(exacts), currency);
        const unit = 10n ** BigInt(12 - minorDecimals(currency));
        const spread = spreadByLargestRemainder(items, total, currency);
        const close = items.every(({ key, exact }) => {
          const difference = (spread.get(key) ?? 0n) - exact;
          return difference < unit && difference > -unit;
        });
        return sumAmounts(spread.values()) === total && close;
      }),
    );
  });
});
