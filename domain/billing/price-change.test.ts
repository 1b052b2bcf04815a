import { describe, expect, it } from "vitest";
import { parseAmount } from "#domain/money/amount.ts";
import { compareRates, percentChange, soldAt } from "./price-change.ts";

describe("a change of price", () => {
  it("says both parts of a rise, at cost and as sold with 66 %", () => {
    const before = { unit: "per_1k_tokens" as const, parts: { input: "0.03", output: "0.06" } };
    const after = { unit: "per_1k_tokens" as const, parts: { input: "0.04", output: "0.07" } };
    const changes = compareRates(before, after);
    expect(changes).toEqual([
      { part: "input", old: "0.03", new: "0.04" },
      { part: "output", old: "0.06", new: "0.07" },
    ]);
    const percents = changes.map((one) => percentChange(soldAt(one.old, "66"), soldAt(one.new, "66")));
    expect(percents).toEqual(["33.33", "16.67"]);
    expect(soldAt("0.04", "66")).toBe(parseAmount("0.0664"));
  });

  it("compares in the unit of the newer price, and leaves open what had no price", () => {
    const before = { unit: "per_1k_tokens" as const, parts: { input: "0.03" } };
    const after = { unit: "per_1m_tokens" as const, parts: { input: "15", output: "60" } };
    const changes = compareRates(before, after);
    expect(changes).toEqual([
      { part: "input", old: "30", new: "15" },
      { part: "output", old: null, new: "60" },
    ]);
    expect(changes.map((one) => percentChange(soldAt(one.old, null), soldAt(one.new, null)))).toEqual([
      "-50",
      null,
    ]);
    expect(compareRates(null, null)).toEqual([]);
    expect(percentChange(0n, parseAmount("1"))).toBeNull();
  });
});
