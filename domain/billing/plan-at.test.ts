import { describe, expect, it } from "vitest";
import { planAt } from "./plan-at.ts";

const pro = { planId: "pro", from: 200, to: null };
const free = { planId: "free", from: 100, to: 150 };

describe("the plan of a call", () => {
  it("is the one in force when it was made, half-open", () => {
    expect([100, 149, 150, 199, 200, 900].map((at) => planAt([pro, free], at))).toEqual([
      "free",
      "free",
      null,
      null,
      "pro",
      "pro",
    ]);
  });

  it("is the first plan for what happened before it, and none without any plan", () => {
    expect(planAt([pro, free], 5)).toBe("free");
    expect(planAt([], 5)).toBeNull();
  });
});
