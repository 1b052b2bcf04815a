import { newId } from "#domain/core/id.ts";
import type { RestRoute } from "../routes.ts";
import type { FilledShop, readIds } from "./filled-house.ts";

export type Ids = Awaited<ReturnType<typeof readIds>>;
type Body = Record<string, unknown>;
/** Asks the API as a shop's owner; throws what is not a success. */
export type Ask = (method: string, path: string, body?: Body) => Promise<Record<string, unknown>>;
export type Subject = { params: Record<string, string>; body?: Body | undefined };

const tail = () => newId().slice(-8);

/** The example with names that nobody took yet. */
export function freshExample(route: Pick<RestRoute, "binding">): Body {
  const body = structuredClone(route.binding.example ?? {}) as Body;
  for (const name of ["name", "slug", "code", "model"]) {
    if (typeof body[name] === "string" && route.binding.route.startsWith("POST"))
      body[name] = `${body[name]}-${tail()}`;
  }
  if (typeof body.email === "string" && route.binding.route.startsWith("POST /users"))
    body.email = `p${tail()}@example.com`;
  return body;
}

/** Makes a row of a collection by its own POST and returns its id; for what a route changes for good. */
async function made(ask: Ask, routes: readonly RestRoute[], path: string): Promise<string> {
  const route = routes.find((one) => one.method === "POST" && one.path === path);
  if (!route) throw new Error(`There is no POST ${path}.`);
  const body = freshExample(route);
  if (path === "/channels") Object.assign(body, { type: "api", settings: {} });
  return String((await ask("POST", path, body)).id);
}

async function openTalk(ask: Ask, shop: FilledShop): Promise<string> {
  const customer = await ask("POST", "/customers", { name: "Somebody" });
  const talk = await ask("POST", "/conversations", { customerId: customer.id, channelId: shop.appId });
  return String(talk.id);
}

type Maker = (ask: Ask, shop: FilledShop, ids: Ids) => Promise<Subject>;

/** Routes whose subject or body needs more than a fresh row and the example. */
const SPECIAL: Record<string, Maker> = {
  "POST /conversations": async (ask, shop) => {
    const customer = await ask("POST", "/customers", { name: "Somebody" });
    return { params: {}, body: { customerId: customer.id, channelId: shop.appId } };
  },
  "POST /customers/{id}/merge": async (ask) => {
    const [into, from] = [
      await ask("POST", "/customers", { name: "A" }),
      await ask("POST", "/customers", { name: "B" }),
    ];
    return { params: { id: String(into.id) }, body: { fromCustomerId: from.id } };
  },
  "POST /flows/{id}/rollback": async (_ask, shop) => ({ params: { id: shop.flowId }, body: { version: 1 } }),
  "GET /flows/{id}/diff": async (_ask, shop) => ({ params: { id: shop.flowId, from: "1" } }),
  "GET /flows/{id}/analytics": async (_ask, shop) => ({ params: { id: shop.flowId } }),
  "POST /connectors/{id}/call": async (_ask, shop) => ({
    params: { id: shop.connectorId },
    body: { endpointId: shop.getProductId, inputs: { product_name: "AirPods Pro" } },
  }),
  "POST /connectors/{id}/test": async (_ask, shop) => ({ params: { id: shop.connectorId }, body: {} }),
  "DELETE /connectors/{id}/endpoints/{endpointId}": async (ask, shop) => {
    const endpoint = await ask("POST", `/connectors/${shop.connectorId}/endpoints`, {
      name: `E ${tail()}`,
      method: "GET",
      pathTemplate: "/shop.json",
    });
    return { params: { id: shop.connectorId, endpointId: String(endpoint.id) } };
  },
  "POST /ai-providers/{id}/test": async (_ask, shop) => ({ params: { id: shop.providerId }, body: {} }),
  "POST /ai-providers/{id}/default": async (_ask, shop) => ({ params: { id: shop.providerId }, body: {} }),
  "POST /channels/{id}/test": async (_ask, shop) => ({ params: { id: shop.channel.id }, body: {} }),
  "POST /payment-methods/{id}/default": async (_ask, shop) => ({
    params: { id: shop.paymentMethodId },
    body: {},
  }),
  "POST /channels": async () => ({
    params: {},
    body: { type: "whatsapp", name: `W ${tail()}`, settings: { phoneNumberId: String(Date.now()) } },
  }),
  "POST /subscription": async (_ask, shop) => ({
    params: {},
    body: { planId: shop.otherPlanId, at: "period_end" },
  }),
  "POST /subscription/preview": async (_ask, shop) => ({ params: {}, body: { planId: shop.otherPlanId } }),
  "POST /usage": async (_ask, shop) => ({
    params: {},
    body: {
      records: [
        {
          idempotencyKey: newId(),
          type: "sms",
          provider: "twilio",
          model: "sms",
          quantity: 2,
          occurredAt: new Date().toISOString(),
          conversationId: shop.conversationId,
        },
      ],
    },
  }),
};

const shared = (shop: FilledShop, ids: Ids): Record<string, Record<string, string>> => ({
  "ai-providers": { id: shop.providerId },
  "api-keys": { id: shop.keyId },
  "audit-log": { id: ids.auditId },
  channels: { id: shop.channel.id },
  connectors: { id: shop.connectorId, endpointId: ids.endpointId },
  conversations: { id: shop.conversationId },
  "cost-alerts": { id: shop.alertId },
  customers: { id: ids.customerId },
  "flow-executions": { id: ids.executionId },
  flows: { id: shop.flowId },
  intents: { id: ids.intentId },
  invoices: {
    id: ids.invoiceId,
    lineId: ids.lineId,
    day: ids.day,
    conversationId: shop.conversationId,
    messageId: ids.messageId,
  },
  "credit-notes": { id: shop.creditNoteId },
  messages: { id: ids.messageId },
  "payment-methods": { id: shop.paymentMethodId },
  payments: { id: shop.paymentId },
  quotas: { id: shop.quotaId },
  roles: { id: "viewer" },
  "system-events": { id: ids.eventId },
  templates: { id: shop.templateId },
  usage: { id: ids.usageId },
  users: { id: shop.memberId },
});

/** The collections whose rows the API itself makes, so that a change or an end has one of its own. */
const CREATABLE = new Set([
  "ai-providers",
  "api-keys",
  "channels",
  "connectors",
  "cost-alerts",
  "customers",
  "flows",
  "intents",
  "payment-methods",
  "quotas",
  "templates",
  "users",
]);

/** A real subject of the shop's for a route: its path parameters and a good body. */
export async function subjectOf(
  route: RestRoute,
  routes: readonly RestRoute[],
  ask: Ask,
  shop: FilledShop,
  ids: Ids,
): Promise<Subject> {
  const special = SPECIAL[`${route.method} ${route.path}`];
  if (special) return special(ask, shop, ids);
  const body = route.method === "GET" || route.method === "DELETE" ? undefined : freshExample(route);
  if (route.params.length === 0) return { params: {}, body };
  const collection = route.path.split("/")[1] ?? "";
  const known = shared(shop, ids)[collection] ?? {};
  const params = { ...known };
  if (route.method !== "GET" && route.params.length === 1) {
    if (collection === "conversations") params.id = await openTalk(ask, shop);
    else if (CREATABLE.has(collection)) params.id = await made(ask, routes, `/${collection}`);
  }
  return { params: Object.fromEntries(route.params.map((name) => [name, params[name] ?? "missing"])), body };
}
