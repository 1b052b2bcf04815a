import { describe, expect, it } from "vitest";
import { productPurchaseFlow } from "#domain/flows/examples/product-purchase.ts";
import { applyOperations } from "#domain/flows/operations/apply-operation.ts";
import { validateFlow } from "#domain/flows/validate-flow.ts";
import { copySteps, pasteSteps } from "./copy-steps.ts";
import { addStep, insertStep, portsOf, removeSteps, type StepChoice } from "./edit-steps.ts";
import { stepChoices } from "./step-choices.ts";
import { tidySteps } from "./tidy-steps.ts";

const flow = productPurchaseFlow({
  connectorId: "c",
  getProductId: "g",
  createOrderId: "o",
  templateId: "t",
});

function choice(id: string): StepChoice {
  const found = stepChoices.find((one) => one.id === id);
  if (!found) throw new Error(`no choice ${id}`);
  return found;
}

const leads = (state: typeof flow, from: string, to: string) =>
  state.connections.some((line) => line.sourceKey === from && line.targetKey === to);

describe("editing steps on the canvas", () => {
  it("heals the line across a removed step", () => {
    const after = applyOperations(flow, removeSteps(flow, ["node_1_welcome"]));
    expect(leads(after, "start", "node_2_extract_product")).toBe(true);
    expect(after.nodes).toHaveLength(flow.nodes.length - 1);
  });

  it("does not heal across a step with several ways on", () => {
    const after = applyOperations(flow, removeSteps(flow, ["node_4_check_stock"]));
    expect(after.connections.some((line) => line.sourceKey === "node_3_fetch_product")).toBe(false);
  });

  it("never removes the start", () => {
    expect(removeSteps(flow, ["start"])).toEqual([]);
  });

  it("puts a step into a line and keeps the flow valid", () => {
    const line = flow.connections.find((one) => one.key === "line_welcome");
    if (!line) throw new Error("no line");
    const added = insertStep(flow, choice("delay"), line);
    const after = applyOperations(flow, added.operations);
    expect(leads(after, "node_1_welcome", added.key)).toBe(true);
    expect(leads(after, added.key, "node_2_extract_product")).toBe(true);
    expect(leads(after, "node_1_welcome", "node_2_extract_product")).toBe(false);
    expect(validateFlow(after).filter((problem) => problem.severity === "error")).toEqual([]);
  });

  it("adds a step at the end of a dropped line", () => {
    const source = flow.nodes.find((node) => node.key === "node_6_wait_confirm");
    const port = source && portsOf(source).find((one) => one.key === "failed");
    if (!port) throw new Error("no port");
    const added = addStep(flow, choice("hand_off"), { x: 1, y: 2 }, { key: "node_6_wait_confirm", port });
    expect(leads(applyOperations(flow, added.operations), "node_6_wait_confirm", added.key)).toBe(true);
  });

  it("pastes copied steps with new keys and their inner lines", () => {
    const text = copySteps(flow, ["node_7_create_order", "node_8_confirm", "start"]);
    const pasted = text && pasteSteps(flow, text, { x: 0, y: 0 });
    if (!pasted) throw new Error("nothing pasted");
    const after = applyOperations(flow, pasted.operations);
    expect(pasted.keys).toHaveLength(2);
    expect(leads(after, pasted.keys[0] ?? "", pasted.keys[1] ?? "")).toBe(true);
    expect(new Set(after.nodes.map((node) => node.key)).size).toBe(after.nodes.length);
  });

  it("ignores a clipboard that holds something else", () => {
    expect(pasteSteps(flow, "hello", { x: 0, y: 0 })).toBeNull();
    expect(pasteSteps(flow, '{"aurora":"flow-part","nodes":[]}', { x: 0, y: 0 })).toBeNull();
  });

  it("tidies downwards, ways from left to right, no step on another", () => {
    const after = applyOperations(flow, tidySteps(flow));
    const at = (key: string) => after.nodes.find((node) => node.key === key) ?? { x: 0, y: 0 };
    for (const line of after.connections) expect(at(line.targetKey).y).toBeGreaterThan(at(line.sourceKey).y);
    expect(at("node_5_show_product").x).toBeLessThan(at("node_out_of_stock").x);
    for (const [index, a] of after.nodes.entries())
      for (const b of after.nodes.slice(index + 1))
        expect(Math.abs(a.x - b.x) >= 212 || Math.abs(a.y - b.y) >= 34).toBe(true);
  });
});
