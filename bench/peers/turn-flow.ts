import { flowCreate } from "#domain/flows/flow-input.ts";
import { publishFlow } from "#server/flows/publish-flow.ts";
import { createFlow } from "#server/flows/save-flow.ts";
import type { Actor } from "#server/trpc/context.ts";

type Store = { connectorId: string; getProductId: string };

const node = (key: string, type: string, settings: object) => ({
  key,
  type,
  name: key,
  settings,
  x: 0,
  y: 0,
});
const line = (sourceKey: string, sourcePort: string, targetKey: string) => ({
  key: `${sourceKey}_${sourcePort}`,
  sourceKey,
  sourcePort,
  targetKey,
});

/**
 * The turn that is counted: a keyword starts eight nodes with one AI call, one API call and one reply, and the
 * conversation stays open, so that the customer's next message begins the next turn.
 */
export async function publishTurnFlow(actor: Actor, store: Store): Promise<void> {
  const rule = { variable: "product.stock", operator: "greater_than", value: 0 };
  const input = flowCreate.parse({
    name: "Price question",
    priority: 20,
    trigger: { type: "keyword", keywords: ["price"] },
    nodes: [
      node("start", "start", {}),
      node("remember", "set_variable", {
        assignments: [{ variable: "asked", value: "{{ user_message }}" }],
      }),
      node("extract", "ai", {
        mode: "extract",
        prompt: "Extract product name from: {{ asked }}",
        outputVariable: "product_name",
      }),
      node("fetch", "api_call", {
        connectorId: store.connectorId,
        endpointId: store.getProductId,
        inputs: { product_name: "{{ product_name }}" },
        outputVariable: "product",
      }),
      node("stock", "condition", {
        branches: [{ port: "yes", label: "Yes", match: "all", rules: [rule] }],
        elseLabel: "No",
      }),
      node("word", "set_variable", {
        assignments: [{ variable: "price", value: "{{ product.price | money }}" }],
      }),
      node("reply", "message", { text: "{{ product.name }} costs {{ price }} dollars and is in stock." }),
      node("done", "end", { outcome: "answered", resolve: false }),
      node("sold_out", "message", { text: "Sorry, {{ product.name }} is out of stock." }),
      node("sold_out_done", "end", { outcome: "sold_out", resolve: false }),
    ],
    connections: [
      line("start", "next", "remember"),
      line("remember", "next", "extract"),
      line("extract", "next", "fetch"),
      line("fetch", "next", "stock"),
      line("stock", "yes", "word"),
      line("word", "next", "reply"),
      line("reply", "next", "done"),
      line("stock", "else", "sold_out"),
      line("sold_out", "next", "sold_out_done"),
    ],
  });
  const flow = await createFlow(actor, input);
  await publishFlow(actor, { id: flow.id, note: "Bench" });
}
