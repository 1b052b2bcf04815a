import { describe, expect, it } from "vitest";
import { productPurchaseFlow } from "../examples/product-purchase.ts";
import { applyOperations } from "./apply-operation.ts";
import type { FlowOperation } from "./operation.ts";
import { operationsBetween } from "./operations-between.ts";

const flow = productPurchaseFlow({
  connectorId: "c",
  getProductId: "g",
  createOrderId: "o",
  templateId: "t",
});
const sorted = (state: typeof flow) => ({
  ...state,
  nodes: [...state.nodes].sort((a, b) => a.key.localeCompare(b.key)),
  connections: [...state.connections].sort((a, b) => a.key.localeCompare(b.key)),
  variables: [...state.variables].sort((a, b) => a.name.localeCompare(b.name)),
});

const edits: Record<string, FlowOperation[]> = {
  "a move": [{ type: "move_node", key: "start", x: 5, y: 6 }],
  "a rename": [{ type: "rename_node", key: "node_end", name: "Done" }],
  "a deleted step with its lines": [{ type: "delete_node", key: "node_4_check_stock" }],
  "a cut line": [{ type: "disconnect", key: "line_show" }],
  "a replaced line": [
    {
      type: "connect",
      connection: { key: "x", sourceKey: "start", sourcePort: "next", targetKey: "node_end", label: "" },
    },
  ],
  "a new trigger and variable": [
    { type: "set_trigger", trigger: { type: "any_message" } },
    { type: "set_variable", variable: { name: "n", type: "number", required: false } },
  ],
};

describe("the edits between two states of a flow", () => {
  for (const [name, operations] of Object.entries(edits)) {
    it(`undo ${name}`, () => {
      const after = applyOperations(flow, operations);
      const back = applyOperations(after, operationsBetween(after, flow));
      expect(sorted(back)).toEqual(sorted(flow));
    });
    it(`redo ${name}`, () => {
      const after = applyOperations(flow, operations);
      expect(sorted(applyOperations(flow, operationsBetween(flow, after)))).toEqual(sorted(after));
    });
  }

  it("of a state and itself are none", () => {
    expect(operationsBetween(flow, flow)).toEqual([]);
  });
});
