import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import { TestHouse, type TestShop } from "#server/testing/house.ts";
import { withWebhookDoor } from "./webhook-door.ts";

useTestDatabase();

describe("the webhook door before the pages", () => {
  const house = new TestHouse();
  let shop: TestShop;
  let server: Server;
  let base: string;
  let passedOn: string[] = [];
  beforeAll(async () => {
    await house.open();
    shop = await house.addShop("shop", "100000000000001");
    const handle = withWebhookDoor(async (incoming, outgoing) => {
      passedOn.push(`${incoming.method} ${incoming.url}`);
      outgoing.writeHead(204).end();
    });
    server = createServer((incoming, outgoing) => void handle(incoming, outgoing));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  afterAll(async () => {
    server.close();
    await house.close();
  });
  beforeEach(() => {
    passedOn = [];
  });

  const path = () => `/api/webhooks/whatsapp/${shop.channel.id}`;
  const sign = (body: string) =>
    `sha256=${createHmac("sha256", shop.number.appSecret).update(body).digest("hex")}`;
  const post = (where: string, body: BodyInit, signature = "") =>
    fetch(`${base}${where}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", "x-hub-signature-256": signature },
      ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
    } as RequestInit);
  const journalled = () =>
    withTenant(shop.tenantId, (tx) => tx.sql`select convert_from(body, 'UTF8') as body from webhook_journal`);

  it("journals the raw bytes of a signed request, small or large, whether its length is told or not", async () => {
    const small = JSON.stringify({ object: "whatsapp_business_account", entry: [], note: "ä\\u00e4" });
    const large = JSON.stringify({
      object: "whatsapp_business_account",
      entry: [],
      note: "x".repeat(400_000),
    });
    const streamed = JSON.stringify({ object: "whatsapp_business_account", entry: [], note: "streamed" });
    expect((await post(path(), small, sign(small))).status).toBe(200);
    expect((await post(path(), large, sign(large))).status).toBe(200);
    const stream = new Blob([streamed]).stream();
    const answer = await post(path(), stream, sign(streamed));
    expect([answer.status, await answer.text()]).toEqual([200, "EVENT_RECEIVED"]);
    expect((await journalled()).map((row) => row.body)).toEqual([small, large, streamed]);
    expect(passedOn).toEqual([]);
  });

  it("refuses a forged one, an unknown channel and a body over 3 MB itself", async () => {
    const before = (await journalled()).length;
    expect((await post(path(), "{}", "sha256=00")).status).toBe(401);
    expect((await post(`/api/webhooks/whatsapp/${newId()}`, "{}")).status).toBe(404);
    expect((await post(path(), new Blob([new Uint8Array(3 * 1024 * 1024 + 1)]))).status).toBe(413);
    expect(await journalled()).toHaveLength(before);
    expect(passedOn).toEqual([]);
  });

  it("hands on handshakes, other providers' addresses and everything else", async () => {
    await fetch(`${base}${path()}?hub.mode=subscribe`);
    await post("/api/webhooks/stripe", "{}");
    await post(`/api/webhooks/shopify/${newId()}`, "{}");
    await post("/api/v1/customers", "{}");
    expect(passedOn.map((one) => one.split("/").slice(0, 4).join("/"))).toEqual([
      "GET /api/webhooks/whatsapp",
      "POST /api/webhooks/stripe",
      "POST /api/webhooks/shopify",
      "POST /api/v1/customers",
    ]);
  });
});
