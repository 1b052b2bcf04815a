import { describe, expect, it } from "vitest";
import { decimalsOf, splitAmount } from "./amount.tsx";

describe("an exact amount on screen", () => {
  it("dims what lies past the minor unit and drops no digit", () => {
    expect(splitAmount("0.003486000000", "USD")).toMatchObject({ symbol: "$", head: "0.00", tail: "34860" });
    expect(splitAmount("0.000000000001", "USD")).toMatchObject({ head: "0.00", tail: "0000000001" });
  });

  it("never cuts digits that are not zero, even when fewer decimals were asked for", () => {
    expect(splitAmount("125.0008386", "USD", 2)).toMatchObject({ head: "125.00", tail: "08386" });
  });

  it("shows whole cents without a tail and groups thousands", () => {
    expect(splitAmount("48212.200000000000", "USD")).toMatchObject({ head: "48,212.20", tail: "" });
  });

  it("marks a loss by sign, and zero has none", () => {
    expect(splitAmount("-41.80", "USD")).toMatchObject({ sign: "−", loss: true });
    expect(splitAmount("-0.000", "USD")).toMatchObject({ sign: "", loss: false });
  });

  it("follows the currency's minor unit", () => {
    expect(splitAmount("1200", "JPY")).toMatchObject({ head: "1,200", tail: "" });
    expect(splitAmount("1200.25", "JPY", 7)).toMatchObject({ head: "1,200", tail: ".2500000" });
    expect(splitAmount("1.5", "KWD", 0)).toMatchObject({ head: "1.500", tail: "" });
    expect(splitAmount("1200", "ISK")).toMatchObject({ head: "1,200", tail: "" });
    expect(splitAmount("1.2345", "OMR")).toMatchObject({ head: "1.234", tail: "5000" });
    expect(splitAmount("1.5", "US")).toMatchObject({ head: "1.50", tail: "" });
    expect(splitAmount("1.2345", "KWD")).toMatchObject({ head: "1.234", tail: "5000" });
  });

  it("gives a column one number of decimals", () => {
    expect(decimalsOf(["1.5", "0.001245", null])).toBe(7);
    expect(decimalsOf(["1.50", "2"])).toBe(2);
    expect(decimalsOf(["0.000000000001"])).toBe(12);
  });
});
