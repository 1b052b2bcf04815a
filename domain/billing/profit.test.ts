import { describe, expect, it } from "vitest";
import { parseAmount } from "#domain/money/amount.ts";
import { profitFigures, sharePercent } from "./profit.ts";

describe("profit", () => {
  it("shows a 66 % markup as 66 % of cost and 39.76 % of price", () => {
    expect(profitFigures(parseAmount("0.010956"), parseAmount("0.0066"))).toEqual({
      revenue: "0.010956",
      providerCost: "0.0066",
      profit: "0.004356",
      marginPercent: "39.76",
      markupPercent: "66.00",
    });
  });

  it.each([
    ["-1", "3", "-33.33"],
    ["2", "3", "66.67"],
    ["0", "3", "0.00"],
    ["-0.00005", "1", "-0.01"],
    ["1", "0", null],
  ])("gives %s of %s as %s %", (part, whole, percent) => {
    expect(sharePercent(parseAmount(part), parseAmount(whole))).toBe(percent);
  });

  it("has no share where nothing was paid or nothing cost", () => {
    expect(profitFigures(0n, parseAmount("2"))).toMatchObject({
      marginPercent: null,
      markupPercent: "-100.00",
    });
    expect(profitFigures(parseAmount("2"), 0n)).toMatchObject({
      marginPercent: "100.00",
      markupPercent: null,
    });
  });
});
