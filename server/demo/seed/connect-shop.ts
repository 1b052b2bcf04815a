import { intentCreate } from "#domain/ai/intent-input.ts";
import { channelCreate } from "#domain/channels/channel-input.ts";
import { connectorCreate, endpointCreate } from "#domain/connectors/connector-input.ts";
import { productPurchaseFlow } from "#domain/flows/examples/product-purchase.ts";
import { flowCreate } from "#domain/flows/flow-input.ts";
import { templateCreate } from "#domain/inbox/template-input.ts";
import { createChannel } from "#server/channels/save-channel.ts";
import { createConnector, createEndpoint } from "#server/connectors/save-connector.ts";
import { publishFlow } from "#server/flows/publish-flow.ts";
import { createFlow } from "#server/flows/save-flow.ts";
import { createIntent } from "#server/intents/save-intent.ts";
import { createTemplate } from "#server/templates/save-template.ts";
import type { Actor } from "#server/trpc/context.ts";
import { DEMO_INTENTS } from "./intents.ts";

export type ShopAddresses = {
  whatsapp: {
    apiBaseUrl: string;
    phoneNumberId: string;
    accessToken: string;
    appSecret: string;
    verifyToken: string;
  };
  shop: { baseUrl: string; accessToken: string };
};

const CONFIRMATION =
  "Your order #{{order_number}} has been confirmed! Estimated delivery: {{delivery_date}}. Track at: {{tracking_url}}";

async function connectStore(actor: Actor, shop: ShopAddresses["shop"]) {
  const connector = await createConnector(
    actor,
    connectorCreate.parse({
      name: "ShopEasy Shopify",
      preset: "shopify",
      baseUrl: shop.baseUrl,
      authentication: "preset",
      credentials: { accessToken: shop.accessToken, webhookSecret: "demo-shop-webhook-secret" },
    }),
  );
  const getProduct = await createEndpoint(
    actor,
    connector.id,
    endpointCreate.parse({
      name: "Get Product by Name",
      method: "GET",
      pathTemplate: "/products.json",
      queryTemplate: { title: "{{ product_name }}" },
      responseMapping: {
        id: "$.products[0].id",
        variant_id: "$.products[0].variants[0].id",
        name: "$.products[0].title",
        price: "$.products[0].variants[0].price",
        stock: "$.products[0].variants[0].inventory_quantity",
      },
    }),
  );
  const createOrder = await createEndpoint(
    actor,
    connector.id,
    endpointCreate.parse({
      name: "Create Order",
      method: "POST",
      pathTemplate: "/orders.json",
      bodyTemplate: { order: { customer: { id: "{{ customer_id }}" }, line_items: "{{ line_items }}" } },
      responseMapping: { orderId: "$.order.id", orderNumber: "$.order.name|strip:#" },
      idempotencyHeader: "Idempotency-Key",
    }),
  );
  return { connectorId: connector.id, getProductId: getProduct.id, createOrderId: createOrder.id };
}

/** Connects a shop's WhatsApp number and store, its intents and its published purchase flow, by the same deeds as a person. */
export async function connectShop(actor: Actor, addresses: ShopAddresses, channelName = "WhatsApp") {
  const channel = await createChannel(
    actor,
    channelCreate.parse({ type: "whatsapp", name: channelName, settings: addresses.whatsapp }),
  );
  const store = await connectStore(actor, addresses.shop);
  for (const intent of DEMO_INTENTS) await createIntent(actor, intentCreate.parse(intent));
  const template = await createTemplate(
    actor,
    templateCreate.parse({
      name: "Order Confirmation",
      variants: {
        en: CONFIRMATION,
        es: "¡Tu pedido #{{order_number}} está confirmado! Entrega prevista: {{delivery_date}}. Seguimiento: {{tracking_url}}",
      },
      variables: [
        { name: "order_number", sample: "1001" },
        { name: "delivery_date", type: "date", sample: "Jan 31" },
        { name: "tracking_url", sample: "https://shopeasy.com/track/1001" },
      ],
    }),
  );
  const snapshot = productPurchaseFlow({ ...store, templateId: template.id });
  const flow = await createFlow(
    actor,
    flowCreate.parse({
      name: "Product Purchase",
      description: "From “I want to buy” to a confirmed order.",
      priority: 10,
      ...snapshot,
    }),
  );
  const published = await publishFlow(actor, { id: flow.id, note: "Initial version" });
  return {
    channel,
    ...store,
    templateId: template.id,
    flowId: flow.id,
    flowVersionId: published.publishedVersionId,
  };
}
