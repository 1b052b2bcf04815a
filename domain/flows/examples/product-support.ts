import { type FlowSnapshot, flowSnapshot } from "../flow-definition.ts";

type Ids = { connectorId: string; getProductId: string };

/** The first seed's Product Support flow: six nodes at their stored places, five lines. */
export function productSupportFlow({ connectorId, getProductId }: Ids): FlowSnapshot {
  const node = (key: string, type: string, name: string, x: number, y: number, settings: object) => ({
    key,
    type,
    name,
    x,
    y,
    settings,
  });
  const line = (key: string, sourceKey: string, sourcePort: string, targetKey: string, label: string) => ({
    key,
    sourceKey,
    sourcePort,
    targetKey,
    label,
  });
  const price = ["{{ product_data.name }} is available! Price: $", "{{ product_data.price | money }}"].join(
    "",
  );
  return flowSnapshot.parse({
    trigger: { type: "intent", intent: "product_question" },
    nodes: [
      node("node_welcome", "message", "Welcome Message", 100, 100, {
        text: "Hi! I can help you find products.",
      }),
      node("node_extract_product", "ai", "Extract Product Name", 100, 200, {
        mode: "extract",
        prompt: "Extract product from: {{ user_message }}",
        outputVariable: "product_name",
      }),
      node("node_get_product", "api_call", "Fetch Product Info", 100, 300, {
        connectorId,
        endpointId: getProductId,
        inputs: { product_name: "{{ product_name }}" },
        outputVariable: "product_data",
      }),
      node("node_check_stock", "condition", "In Stock?", 100, 400, {
        branches: [
          {
            port: "yes",
            label: "Yes",
            match: "all",
            rules: [{ variable: "product_data.stock", operator: "greater_than", value: 0 }],
          },
        ],
        elseLabel: "No",
      }),
      node("node_show_product", "message", "In Stock", -20, 520, { text: price }),
      node("node_out_of_stock", "message", "Out of Stock", 220, 520, {
        text: "Sorry, {{ product_data.name }} is out of stock.",
      }),
    ],
    connections: [
      line("line_1", "node_welcome", "next", "node_extract_product", "Continue"),
      line("line_2", "node_extract_product", "next", "node_get_product", "Continue"),
      line("line_3", "node_get_product", "next", "node_check_stock", "Continue"),
      line("line_4", "node_check_stock", "yes", "node_show_product", "Yes"),
      line("line_5", "node_check_stock", "else", "node_out_of_stock", "No"),
    ],
    variables: [
      { name: "user_message", type: "string", required: true },
      { name: "product_name", type: "string" },
      { name: "product_data", type: "object" },
    ],
    settings: {},
  });
}
