import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAmount } from "./amount.ts";
import { fromMinorUnits, toMinorUnits } from "./minor-units.ts";

describe("minor units", () => {
  it("counts whole coins in currencies of 0, 2 and 3 decimals", () => {
    expect(toMinorUnits(parseAmount("319.00"), "USD")).toBe(31_900);
    expect(toMinorUnits(parseAmount("500"), "JPY")).toBe(500);
    expect(toMinorUnits(parseAmount("1.25"), "KWD")).toBe(1250);
    expect(toMinorUnits(parseAmount("5"), "ISK", 2)).toBe(500);
  });

  it("refuses what lies between two coins, is negative or needs more than a JSON number", () => {
    for (const [amount, currency] of [
      ["0.005", "USD"],
      ["0.5", "JPY"],
      ["-1", "USD"],
      ["999999999999999", "USD"],
    ] as const) {
      expect(() => toMinorUnits(parseAmount(amount), currency)).toThrow();
    }
    expect(() => fromMinorUnits(0.5, "USD")).toThrow();
    expect(() => toMinorUnits(1n, "ZZZ")).toThrow();
  });

  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 ** 12 }),
        fc.constantFrom("USD", "JPY", "KWD"),
        (units, currency) => toMinorUnits(fromMinorUnits(units, currency), currency) === units,
      ),
    );
  });
});
