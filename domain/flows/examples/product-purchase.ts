import { type FlowSnapshot, flowSnapshot } from "../flow-definition.ts";

type Ids = { connectorId: string; getProductId: string; createOrderId: string; templateId: string };

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

const SHOW = [
  "{{ product_data.name }} is available for $",
  "{{ product_data.price | money }}!\n\nWould you like to proceed with purchase?",
].join("");

function nodes(ids: Ids) {
  const { connectorId } = ids;
  return [
    node("start", "start", "Intent is product_purchase", 400, 0, {}),
    node("node_1_welcome", "message", "Welcome", 400, 66, { text: "Great! Let me help you with that." }),
    node("node_2_extract_product", "ai", "Extract product", 400, 144, {
      mode: "extract",
      prompt: "Extract product name from: {{ user_message }}",
      outputVariable: "product_name",
    }),
    node("node_3_fetch_product", "api_call", "Fetch product", 400, 222, {
      connectorId,
      endpointId: ids.getProductId,
      inputs: { product_name: "{{ product_name }}" },
      outputVariable: "product_data",
    }),
    node("node_4_check_stock", "condition", "In stock?", 400, 300, {
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
    node("node_5_show_product", "message", "Show product", 330, 418, {
      text: SHOW,
      buttons: [
        { id: "yes", title: "Yes, please!" },
        { id: "no", title: "No, thanks" },
      ],
    }),
    node("node_6_wait_confirm", "question", "Wait for answer", 330, 496, {
      answer: "yes_no",
      variable: "confirmed",
      retryText: "Shall I place the order? Answer yes or no.",
      timeoutSeconds: 86_400,
    }),
    node("node_7_create_order", "api_call", "Create order", 220, 624, {
      connectorId,
      endpointId: ids.createOrderId,
      inputs: {
        customer_id: "{{ customer.external_id }}",
        line_items: [{ variant_id: "{{ product_data.variant_id }}", quantity: 1 }],
      },
      outputVariable: null,
      outputs: { order_id: "orderId", order_number: "orderNumber" },
    }),
    node("node_8_confirm", "template", "Order confirmation", 220, 702, {
      templateId: ids.templateId,
      variables: {
        order_number: "{{ order_number }}",
        delivery_date: '{{ conversation.local_date | plus_days: 2 | date: "%b %-d" }}',
        tracking_url: "{{ tenant.website }}/track/{{ order_number }}",
      },
    }),
    node("node_end", "end", "Ordered", 220, 780, { outcome: "ordered", resolve: true }),
    node("node_declined", "message", "Declined", 480, 624, {
      text: "No problem. Write to me any time you need something.",
    }),
    node("node_declined_end", "end", "Declined", 480, 702, { outcome: "declined", resolve: true }),
    node("node_out_of_stock", "message", "Out of stock", 700, 418, {
      text: "Sorry, {{ product_data.name }} is out of stock.",
    }),
    node("node_out_of_stock_end", "end", "No stock", 700, 496, { outcome: "out_of_stock", resolve: true }),
    node("node_no_reply", "hand_off", "Hand off", 740, 624, {
      reason: "The customer did not answer the purchase question.",
      message: "",
    }),
  ];
}

const CONNECTIONS = [
  line("line_start", "start", "next", "node_1_welcome", "Continue"),
  line("line_welcome", "node_1_welcome", "next", "node_2_extract_product", "Continue"),
  line("line_extract", "node_2_extract_product", "next", "node_3_fetch_product", "Continue"),
  line("line_fetch", "node_3_fetch_product", "next", "node_4_check_stock", "Continue"),
  line("line_stock_yes", "node_4_check_stock", "yes", "node_5_show_product", "Yes"),
  line("line_stock_no", "node_4_check_stock", "else", "node_out_of_stock", "No"),
  line("line_show", "node_5_show_product", "next", "node_6_wait_confirm", "Continue"),
  line("line_confirm_yes", "node_6_wait_confirm", "yes", "node_7_create_order", "Yes"),
  line("line_confirm_no", "node_6_wait_confirm", "no", "node_declined", "No"),
  line("line_confirm_timeout", "node_6_wait_confirm", "timeout", "node_no_reply", "No reply"),
  line("line_order", "node_7_create_order", "next", "node_8_confirm", "Continue"),
  line("line_confirmed", "node_8_confirm", "next", "node_end", "Continue"),
  line("line_declined", "node_declined", "next", "node_declined_end", "Continue"),
  line("line_out_of_stock", "node_out_of_stock", "next", "node_out_of_stock_end", "Continue"),
];

/** The scenario of the first seed: from "I want to buy …" to a confirmed order. */
export function productPurchaseFlow(ids: Ids): FlowSnapshot {
  return flowSnapshot.parse({
    trigger: { type: "intent", intent: "product_purchase" },
    nodes: nodes(ids),
    connections: CONNECTIONS,
    variables: [
      { name: "user_message", type: "string", required: true },
      { name: "product_name", type: "string" },
      { name: "product_data", type: "object" },
    ],
    settings: {},
  });
}
