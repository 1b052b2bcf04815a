import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { flushUsageLinks } from "#server/ai/link-usage.ts";
import { addPrice, addRule } from "#server/billing/testing/billing-fixtures.ts";
import { acceptWebhook } from "#server/inbox/accept-webhook.ts";
import { createPlatformProvider } from "#server/platform/ai-providers.ts";
import { forget } from "#server/runtime/process.ts";
import { addMember, createTenant } from "#server/tenants/create-tenant.ts";
import { workOff } from "#server/testing/house.ts";
import type { Actor } from "#server/trpc/context.ts";
import { createCustomer } from "../customers/save-customer.ts";
import { demoPeers, registerDemoNumber } from "./demo-peers.ts";
import { demoPassword, demoSecrets } from "./demo-secrets.ts";
import { enterDemoDoor, listDemoDoors } from "./doors.ts";
import { servePeer } from "./peers/serve-peer.ts";
import { getDemoPhone, sayOnDemoPhone } from "./phone.ts";
import { connectShop } from "./seed/connect-shop.ts";
import { systemActor } from "./seed/system-actor.ts";
import { serveDemoPeer } from "./serve-peers.ts";
import { getDemoTrace } from "./trace/get-trace.ts";

useTestDatabase();

describe("the demo's cockpit", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "aurora-demo-"));
  let close: () => Promise<void>;
  let actor: Actor;

  beforeAll(async () => {
    const served = await servePeer((request) => {
      const [, area, kind, id = ""] =
        /^\/api\/(demo|webhooks)\/(\w+)\/?(.*)$/.exec(new URL(request.url).pathname) ?? [];
      return area === "demo"
        ? serveDemoPeer(request, String(kind))
        : acceptWebhook(request, String(kind), id);
    });
    close = served.close;
    const { port } = new URL(served.url);
    Object.assign(process.env, {
      PORT: port,
      AURORA_DATA_DIR: folder,
      ENCRYPTION_KEY: "k".repeat(40),
      AUTH_SECRET: "s".repeat(40),
    });
    for (const name of ["env", "demo.secrets", "demo.peers"]) forget(name);
    await withSystem(
      "test fixture",
      (tx) => tx.sql`insert into platform_settings (key, value) values ('demo', 'true')`,
    );
    actor = await seedShop(served.url);
  });
  afterAll(async () => {
    await demoPeers().whatsapp.settled();
    await close();
    rmSync(folder, { recursive: true });
  });

  /** The stored setting is remembered for five seconds; the environment's switch works at once. */
  function switchDemo(on: boolean): void {
    if (on) delete process.env.AURORA_DEMO;
    else process.env.AURORA_DEMO = "0";
    forget("env");
  }

  async function seedShop(url: string): Promise<Actor> {
    const { openAiKey, shopToken, whatsapp } = demoSecrets();
    const number = whatsapp.shopeasy as NonNullable<typeof whatsapp.shopeasy>;
    const tenantId = await createTenant({
      name: "ShopEasy",
      slug: "shopeasy",
      sandbox: true,
      currency: "USD",
      timezone: "UTC",
      billingEmail: "a@b.test",
      status: "active",
      website: "https://shopeasy.com",
    });
    const house = systemActor(tenantId);
    const { displayNumber: _, ...settings } = number;
    const shop = await connectShop(house, {
      whatsapp: { ...settings, apiBaseUrl: "self:/api/demo/whatsapp" },
      shop: { baseUrl: "self:/api/demo/shop/admin/api/2024-01", accessToken: shopToken },
    });
    registerDemoNumber({ ...number, webhookUrl: `${url}/api/webhooks/whatsapp/${shop.channel.id}` });
    await createCustomer(house, { name: "John Doe", phone: "+12025550142", externalId: "cust_abc123" });
    const parts = { input: "0.03", output: "0.06" };
    await addPrice({
      serviceType: "token",
      provider: "openai",
      model: "gpt-4",
      unit: "per_1k_tokens",
      parts,
    });
    await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
    await createPlatformProvider({
      name: "OpenAI",
      type: "openai",
      apiBaseUrl: "self:/api/demo/openai/v1",
      apiKey: openAiKey,
      model: "gpt-4",
      isDefault: true,
    });
    demoPassword("maya@shopeasy.test");
    await addMember(tenantId, {
      email: "maya@shopeasy.test",
      name: "Maya Chen",
      passwordHash: null,
      role: "owner",
    });
    await addMember(tenantId, {
      email: "later@shopeasy.test",
      name: "Not seeded",
      passwordHash: null,
      role: "owner",
    });
    return house;
  }

  async function play(said: { text: string; buttonId?: string }): Promise<void> {
    await sayOnDemoPhone(actor, said);
    await workOff(actor.tenantId);
    await flushUsageLinks();
  }

  it("plays the phone through the signed webhook and traces the message from rows alone", async () => {
    await play({ text: "I want to buy AirPods Pro" });
    const phone = await getDemoPhone(actor);
    expect(phone.messages.map((message) => message.mine)).toEqual([true, false, false]);
    expect(phone.messages.at(-1)?.buttons.map((button) => button.id)).toEqual(["yes", "no"]);
    const trace = await getDemoTrace(actor, null);
    expect(trace).toMatchObject({ message: "I want to buy AirPods Pro", customerName: "John Doe", calls: 2 });
    expect(trace.equalsLedger).toBe(true);
    expect(Number(trace.price)).toBeGreaterThan(0);
    expect(trace.spans.map((span) => span.icon)).toEqual([
      "webhook",
      "journal",
      "customer",
      "intent",
      "flow",
      "message",
      "extract",
      "api",
      "condition",
      "message",
      "usage",
    ]);
    expect(trace.stops.map((stop) => stop.state)).toEqual([
      ...Array(5).fill("done"),
      "now",
      ...Array(3).fill("ahead"),
    ]);
    expect(trace.knows).toContainEqual({ name: "product_data.price", value: "249.00" });
    expect(trace.webhookToReplyMs).toBeGreaterThan(0);
  });

  it("follows the next message of the same run to its order", async () => {
    await play({ text: "Yes, please!", buttonId: "yes" });
    const trace = await getDemoTrace(actor, null);
    expect(trace.stops.at(-1)?.state).toBe("done");
    expect(trace.stops.find((stop) => stop.key === "node_6_wait_confirm")?.answer).toBe("Yes, please!");
    expect(demoPeers().shop.state.orders).toHaveLength(1);
    expect(trace).toMatchObject({ calls: 0, price: "0", equalsLedger: null });
  });

  it("opens doors for seeded people only, and none while demo mode is off", async () => {
    const [door, ...more] = await listDemoDoors();
    expect([door?.detail, more.length]).toEqual(["Maya Chen", 0]);
    const from = { ip: null, userAgent: null };
    expect((await enterDemoDoor({ userId: String(door?.id), ...from })).email).toBe("maya@shopeasy.test");
    await expect(enterDemoDoor({ userId: "someone", ...from })).rejects.toThrow("no such door");
    switchDemo(false);
    expect(await listDemoDoors()).toEqual([]);
    await expect(enterDemoDoor({ userId: String(door?.id), ...from })).rejects.toThrow("no such door");
    await expect(getDemoPhone(actor)).rejects.toThrow("There is no such demo phone");
    expect((await serveDemoPeer(new Request("http://x.test/api/demo/shop"), "shop")).status).toBe(404);
    switchDemo(true);
  });
});
