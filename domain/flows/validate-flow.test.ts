import { describe, expect, it } from "vitest";
import { applyOperations } from "./operations/apply-operation.ts";
import { diffFlows } from "./operations/diff-flows.ts";
import { purchaseFlow } from "./testing/purchase-flow.ts";
import { validateFlow } from "./validate-flow.ts";

describe("checking a flow before it is published", () => {
  it("finds nothing wrong with the purchase flow", () => {
    expect(validateFlow(purchaseFlow)).toEqual([]);
  });

  it("names the step whose port leads nowhere", () => {
    const broken = applyOperations(purchaseFlow, [{ type: "disconnect", key: "line_stock_no" }]);
    expect(validateFlow(broken)).toContainEqual(
      expect.objectContaining({ severity: "error", code: "dead_end", nodeKey: "node_4_check_stock" }),
    );
    expect(diffFlows(purchaseFlow, broken)).toEqual([
      { what: "connection", change: "removed", key: "line_stock_no", name: "No" },
    ]);
  });

  it("warns about a variable nothing sets, a missing time-out and an unreachable step", () => {
    const changed = applyOperations(purchaseFlow, [
      { type: "set_node_settings", key: "node_1_welcome", settings: { text: "Hi {{ nickname }}" } },
      {
        type: "set_node_settings",
        key: "node_6_wait_confirm",
        settings: { answer: "yes_no", timeoutSeconds: null },
      },
      { type: "disconnect", key: "line_confirm_timeout" },
    ]);
    expect(validateFlow(changed).map((problem) => problem.code)).toEqual(
      expect.arrayContaining(["undefined_variable", "no_timeout", "unreachable"]),
    );
  });
});
