import { expect, it } from "vitest";
import { barWidth, changeOf, isLoss, monthsBetween } from "./profit-view.ts";

it("lists months from the newest back to the first, over a year's end", () => {
  expect(monthsBetween("2024-11", "2025-02")).toEqual(["2025-02", "2025-01", "2024-12", "2024-11"]);
  expect(monthsBetween(null, null)).toEqual([]);
  expect(monthsBetween("2000-01", "2025-02")).toHaveLength(36);
});

it.each([
  ["110", "100", "+10.0%"],
  ["90", "100", "−10.0%"],
  ["-5", "-10", "+50.0%"],
  ["5", "0", null],
  ["5", undefined, null],
])("says how %s changed from %s", (now, before, change) => {
  expect(changeOf(now, before)).toBe(change);
});

it("draws a margin of any size inside its side", () => {
  expect(["-350", "42.5", null].map(barWidth)).toEqual([100, 42.5, 0]);
  expect([isLoss("-0.1"), isLoss("0")]).toEqual([true, false]);
});
