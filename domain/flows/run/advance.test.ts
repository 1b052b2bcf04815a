import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FlowSnapshot, flowSnapshot } from "../flow-definition.ts";
import { purchaseFlow } from "../testing/purchase-flow.ts";
import { advance, newRun } from "./advance.ts";
import type { Advance, Json, RunEvent, RunState } from "./state.ts";

function play(flow: FlowSnapshot, events: RunEvent[]): Advance[] {
  const all: Advance[] = [];
  let state: RunState = newRun();
  for (const event of events) {
    const result = advance(flow, state, event);
    all.push(result);
    state = result.state;
  }
  return all;
}

const start: RunEvent = {
  type: "start",
  variables: { user_message: "I want to buy AirPods Pro", customer: { external_id: "cust_abc123" } },
};
const ok = (output: Json): RunEvent => ({ type: "effect_succeeded", output });
const product = { id: 7890, variant_id: 78901, name: "AirPods Pro", price: "249.00", stock: 15 };
const untilQuestion = [
  start,
  ok({ messageId: "m1" }),
  ok("AirPods Pro"),
  ok(product),
  ok({ messageId: "m2" }),
];
const last = (all: Advance[]) => all.at(-1) as Advance;

describe("a run of the purchase flow", () => {
  it("says welcome, extracts, fetches, checks stock, shows the product and waits", () => {
    const all = play(purchaseFlow, untilQuestion);
    expect(all.map((a) => a.command?.type)).toEqual([
      "send_message",
      "call_ai",
      "call_api",
      "send_message",
      "wait_reply",
    ]);
    expect(all[1]?.state).toMatchObject({
      current: "node_2_extract_product",
      executed: ["node_1_welcome"],
    });
    expect(all[3]?.command).toMatchObject({
      text: "AirPods Pro is available for $249.00!\n\nWould you like to proceed with purchase?",
    });
    expect(last(all).state).toMatchObject({ status: "waiting", current: "node_6_wait_confirm" });
    expect(last(all).state.variables).toMatchObject({ product_name: "AirPods Pro", product_data: product });
  });

  it("creates the order after a yes, confirms by template, and resolves", () => {
    const all = play(purchaseFlow, [
      ...untilQuestion,
      { type: "reply", text: "Yes, please!" },
      ok({ orderId: 12345, orderNumber: "1001" }),
      ok({ messageId: "m3" }),
    ]);
    expect(all[5]?.command).toMatchObject({
      type: "call_api",
      inputs: { customer_id: "cust_abc123", line_items: [{ variant_id: 78901, quantity: 1 }] },
    });
    expect(all[6]?.command).toMatchObject({ type: "send_template", variables: { order_number: "1001" } });
    expect(last(all)).toMatchObject({
      state: { status: "completed", outcome: "ordered" },
      command: { type: "resolve" },
    });
  });

  it("asks again for unclear words, at most as often as set, and ends kindly on a no", () => {
    const again = last(play(purchaseFlow, [...untilQuestion, { type: "reply", text: "in which colours?" }]));
    expect(again.command?.type).toBe("send_message");
    const waiting = last(play(purchaseFlow, [...untilQuestion, { type: "reply", text: "hmm" }, ok({})]));
    expect(waiting.state).toMatchObject({ status: "waiting", current: "node_6_wait_confirm", tries: 1 });
    const no = last(play(purchaseFlow, [...untilQuestion, { type: "reply", text: "No" }]));
    expect(no).toMatchObject({ command: { type: "send_message" }, state: { current: "node_declined" } });
  });

  it("counts only the line it takes", () => {
    const out = play(purchaseFlow, [start, ok({}), ok("X"), ok({ ...product, stock: 0 })]);
    expect(out.flatMap((a) => a.taken)).toContain("line_stock_no");
    expect(out.flatMap((a) => a.taken)).not.toContain("line_stock_yes");
  });

  it("takes its time-out line when nobody answers", () => {
    expect(last(play(purchaseFlow, [...untilQuestion, { type: "timer" }])).taken).toEqual([
      "line_confirm_timeout",
    ]);
  });

  it("tries a failed effect again, then apologises and hands to a person", () => {
    const failed: RunEvent = { type: "effect_failed", error: "the model did not answer", retryable: true };
    const all = play(purchaseFlow, [start, ok({}), failed, failed]);
    expect(all[2]?.command).toMatchObject({ type: "call_ai", visit: 2 });
    expect(last(all)).toMatchObject({
      state: { status: "failed", error: "the model did not answer" },
      command: { type: "apologise" },
    });
  });

  it("ignores what does not fit its state", () => {
    const waiting = last(play(purchaseFlow, untilQuestion)).state;
    const ignored = advance(purchaseFlow, waiting, ok("late"));
    expect(ignored).toEqual({ state: waiting, command: null, steps: [], taken: [] });
  });

  it("stops a loop without a customer's word after 200 steps", () => {
    const flow = flowSnapshot.parse({
      trigger: { type: "manual" },
      settings: {},
      variables: [],
      nodes: ["start", "a", "b"].map((key, index) => ({
        key,
        type: index === 0 ? "start" : "set_variable",
        name: key,
        settings: index === 0 ? {} : { assignments: [{ variable: "n", value: 1 }] },
        x: 0,
        y: 0,
      })),
      connections: [
        ["start", "a"],
        ["a", "b"],
        ["b", "a"],
      ].map(([source, target]) => ({
        key: `${source}-${target}`,
        sourceKey: source,
        sourcePort: "next",
        targetKey: target,
      })),
    });
    expect(last(play(flow, [start]))).toMatchObject({
      state: { status: "failed" },
      command: { type: "apologise" },
    });
  });

  it("survives any order of events: never throws, never leaves a silent end", () => {
    const event = fc.oneof(
      fc.constant(ok(product)),
      fc.constant(ok("AirPods")),
      fc.constant<RunEvent>({ type: "effect_failed", error: "x", retryable: true }),
      fc.string().map((text): RunEvent => ({ type: "reply", text })),
      fc.constant<RunEvent>({ type: "timer" }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let before = last(play(purchaseFlow, [start]));
        for (const one of events) {
          const after = advance(purchaseFlow, before.state, one);
          const ended = after.state.status === "failed" && before.state.status !== "failed";
          if (ended) expect(after.command?.type).toBe("apologise");
          expect(advance(purchaseFlow, before.state, one)).toEqual(after);
          before = after;
        }
      }),
    );
  });
});
