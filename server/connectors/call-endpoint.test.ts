import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { connectorCreate, endpointCreate } from "#domain/connectors/connector-input.ts";
import { makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { servePeer } from "#server/demo/peers/serve-peer.ts";
import { systemActor } from "#server/demo/seed/system-actor.ts";
import { forget } from "#server/runtime/process.ts";
import { openCall, performCall } from "./call-endpoint.ts";
import { callConnector, listConnectorLogs } from "./read-connectors.ts";
import { createConnector, createEndpoint } from "./save-connector.ts";

useTestDatabase();

type Seen = { method: string; url: string; headers: Headers; body: string };
const seen: Seen[] = [];
let answers: Response[] = [];
let server: Awaited<ReturnType<typeof servePeer>>;
let actor: ReturnType<typeof systemActor>;

beforeAll(async () => {
  server = await servePeer(async (request) => {
    seen.push({
      method: request.method,
      url: new URL(request.url).pathname + new URL(request.url).search,
      headers: request.headers,
      body: await request.text(),
    });
    return (
      answers.shift() ??
      Response.json({
        products: [
          { id: 7890, title: "AirPods Pro", variants: [{ price: "249.00", inventory_quantity: 15 }] },
        ],
      })
    );
  });
  process.env.OUTBOUND_ALLOW_PRIVATE = new URL(server.url).host;
  process.env.ENCRYPTION_KEY = "a test's master key of 32 characters or more";
  forget("env");
  actor = systemActor(await makeTenant());
});
afterAll(() => server.close());
beforeEach(() => {
  seen.length = 0;
  answers = [];
});

async function makeEndpoint(endpoint: Record<string, unknown>) {
  const connector = await createConnector(
    actor,
    connectorCreate.parse({
      name: `Shop ${Math.random()}`,
      preset: "shopify",
      baseUrl: server.url,
      credentials: { accessToken: "shpat_secret_token" },
    }),
  );
  const made = await createEndpoint(
    actor,
    connector.id,
    endpointCreate.parse({ name: "E", pathTemplate: "/products.json", ...endpoint }),
  );
  return { connectorId: connector.id, endpointId: made.id };
}

async function connect(endpoint: Record<string, unknown>) {
  const { connectorId, endpointId } = await makeEndpoint(endpoint);
  return (inputs: Record<string, never> | Record<string, unknown>) =>
    callConnector(actor, { id: connectorId, endpointId, inputs: inputs as never });
}

const GET = {
  queryTemplate: { title: "{{ product_name }}" },
  responseMapping: {
    id: "$.products[0].id",
    name: "$.products[0].title",
    price: "$.products[0].variants[0].price",
    stock: "$.products[0].variants[0].inventory_quantity",
  },
};

describe("calling a connector's endpoint", () => {
  it("fills the request, proves itself, and maps the answer by four paths", async () => {
    const call = await connect(GET);
    expect(await call({ product_name: "AirPods Pro" })).toMatchObject({
      ok: true,
      output: { id: 7890, name: "AirPods Pro", price: "249.00", stock: 15 },
    });
    expect(seen[0]?.url).toBe("/products.json?title=AirPods%20Pro");
    expect(seen[0]?.headers.get("x-shopify-access-token")).toBe("shpat_secret_token");
  });

  it("asks once within the cache's time, and again for another input", async () => {
    const call = await connect({ ...GET, cacheSeconds: 300 });
    await call({ product_name: "A" });
    expect(await call({ product_name: "A" })).toMatchObject({ cached: true, ok: true });
    await call({ product_name: "B" });
    expect(seen).toHaveLength(2);
  });

  it("lets a kept answer age on the workspace's clock", async () => {
    const ids = await makeEndpoint({ ...GET, cacheSeconds: 300 });
    const nobody = { effectKey: null, conversationId: null, executionId: null, nodeKey: null };
    const open = (now: string) =>
      openCall({ tenantId: actor.tenantId, ...ids, inputs: { product_name: "A" }, ...nobody }, now);
    await performCall(await open("2025-01-29T15:00:00.000Z"));
    expect((await open("2025-01-29T15:04:59.999Z")).cached).not.toBeNull();
    expect((await open("2025-01-29T15:05:00.000Z")).cached).toBeNull();
  });

  it("sends a list variable as a JSON list, and takes ids out of the answer", async () => {
    const call = await connect({
      method: "POST",
      pathTemplate: "/orders.json",
      bodyTemplate: { order: { line_items: "{{ items }}" } },
      responseMapping: { orderNumber: "$.order.name|strip:#" },
    });
    answers = [Response.json({ order: { name: "#1001" } }, { status: 201 })];
    expect(await call({ items: [{ variant_id: 1, quantity: 2 }] })).toMatchObject({
      output: { orderNumber: "1001" },
      statusCode: 201,
    });
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
      order: { line_items: [{ variant_id: 1, quantity: 2 }] },
    });
  });

  it("tries a read again after 500, once after 400, and never repeats an unsafe write", async () => {
    const read = await connect(GET);
    answers = [new Response("", { status: 500 }), new Response("", { status: 500 })];
    expect(await read({ product_name: "A" })).toMatchObject({ ok: true, attempts: 3 });
    answers = [new Response("", { status: 400 })];
    expect(await read({ product_name: "A" })).toMatchObject({ ok: false, attempts: 1 });
    const write = await connect({ method: "POST", pathTemplate: "/orders.json", bodyTemplate: {} });
    answers = [new Response("", { status: 500 })];
    expect(await write({})).toMatchObject({ ok: false, attempts: 1 });
    const safe = await connect({
      method: "POST",
      pathTemplate: "/orders.json",
      bodyTemplate: {},
      idempotencyHeader: "Idempotency-Key",
    });
    seen.length = 0;
    answers = [new Response("", { status: 500 })];
    expect(await safe({})).toMatchObject({ ok: true, attempts: 2 });
    expect(seen[0]?.headers.get("idempotency-key")).toBe(seen[1]?.headers.get("idempotency-key"));
  });

  it("logs every call with its secrets blacked out", async () => {
    const call = await connect({ ...GET, headerTemplate: { "x-note": "shpat_secret_token" } });
    answers = [Response.json({ echo: "shpat_secret_token", token: "abc" })];
    await call({ product_name: "A" });
    const rows = await withTenant(
      actor.tenantId,
      (tx) =>
        tx.sql`select connector_id, request::text || response::text as text from connector_logs order by id desc limit 1`,
    );
    expect(String(rows[0]?.text)).not.toContain("shpat_secret_token");
    const { data } = await listConnectorLogs(actor, String(rows[0]?.connector_id), { limit: 1 });
    expect(data[0]).toMatchObject({ method: "GET", statusCode: 200, success: true, status: "succeeded" });
  });

  it("refuses a path that a hostile input would leave, and a missing input", async () => {
    const call = await connect({ pathTemplate: "/products/{{ id }}.json" });
    await call({ id: "../../admin?x=1" });
    expect(seen[0]?.url).toBe("/products/..%2F..%2Fadmin%3Fx%3D1.json");
    await expect(call({})).rejects.toMatchObject({ code: "connectors.input_missing" });
  });
});
