import { createHmac } from "node:crypto";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { aiSecretRow } from "#server/ai/ai-catalogue.ts";
import { addPrice, addRule } from "#server/billing/testing/billing-fixtures.ts";
import { servePeer } from "#server/demo/peers/serve-peer.ts";
import { freshShop, ShopPeer } from "#server/demo/peers/shop-peer.ts";
import { WhatsappPeer } from "#server/demo/peers/whatsapp-peer.ts";
import { connectShop } from "#server/demo/seed/connect-shop.ts";
import { systemActor } from "#server/demo/seed/system-actor.ts";
import { startHousekeeping, stopHousekeeping } from "#server/housekeeping/start-housekeeping.ts";
import { acceptWebhook } from "#server/inbox/accept-webhook.ts";
import { registerConversationTimers } from "#server/inbox/turn/register-timers.ts";
import { forget } from "#server/runtime/process.ts";
import { encryptSecret, PLATFORM_OWNER } from "#server/runtime/secrets.ts";
import { createTenant } from "#server/tenants/create-tenant.ts";
import { startDurableWork, stopDurableWork } from "../../inngest/start.ts";

/** A foreign OpenAI-like peer that answers with fixed words and counts, as the checklist's S-lines have them. */
export function fixedModel(answers: { classify: string; extract: string }, seen: unknown[] = []) {
  return async (request: Request): Promise<Response> => {
    const body = (await request.json()) as { messages: { role: string; content: string }[]; model: string };
    seen.push(body);
    const classify = body.messages.some((message) => message.content.includes("Intents:"));
    const [content, prompt, completion] = classify ? [answers.classify, 15, 5] : [answers.extract, 25, 10];
    return Response.json({
      id: `chatcmpl-${newId()}`,
      object: "chat.completion",
      created: Math.floor(Date.now() / 1000),
      model: body.model,
      choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: Number(prompt) + Number(completion),
      },
    });
  };
}

export const WHATSAPP = {
  phoneNumberId: "106540352242922",
  accessToken: "EAAGtesttoken",
  appSecret: "app-secret-of-the-test",
  verifyToken: "verify-me",
};
export const SHOP_TOKEN = "shpat_test_token";

export type MainJobPeers = { whatsapp: string; model: string; shop: string };

/** A tenant with the whole main job connected to these peers: prices, providers, number, store, published flow. */
export async function seedMainJob(peers: MainJobPeers) {
  process.env.OUTBOUND_ALLOW_PRIVATE = Object.values(peers)
    .map((url) => new URL(url).host)
    .join(",");
  process.env.ENCRYPTION_KEY ??= "a test's master key of 32 characters or more";
  forget("env");
  const tenantId = await createTenant({
    name: "ShopEasy",
    slug: `shop-${newId()}`,
    sandbox: true,
    currency: "USD",
    timezone: "America/New_York",
    billingEmail: "cfo@shopeasy.test",
    status: "active",
    website: "https://shopeasy.test",
  });
  const priced = { serviceType: "token", unit: "per_1k_tokens" };
  await addPrice({ ...priced, provider: "openai", model: "gpt-4", parts: { input: "0.03", output: "0.06" } });
  await addPrice({
    ...priced,
    provider: "offline",
    model: "aurora-offline",
    parts: { input: "0", output: "0" },
  });
  await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
  await addPlatformProvider("openai", "gpt-4", `${peers.model}/v1`, "sk-test");
  await addPlatformProvider("offline", "aurora-offline", null, null);
  const actor = systemActor(tenantId);
  const connected = await connectShop(actor, {
    whatsapp: { ...WHATSAPP, apiBaseUrl: peers.whatsapp },
    shop: { baseUrl: `${peers.shop}/admin/api/2024-01`, accessToken: SHOP_TOKEN },
  });
  return { tenantId, actor, connected };
}

/** The seeded main job with peers of this process, and the durable work running in it too. */
export async function startMainJob(model: (request: Request) => Promise<Response>) {
  const whatsapp = new WhatsappPeer({ statuses: false });
  const shop = new ShopPeer(SHOP_TOKEN, freshShop());
  const servers = await Promise.all([servePeer(whatsapp.handle), servePeer(model), servePeer(shop.handle)]);
  const [wa, ai, store] = servers as [Served, Served, Served];
  const seeded = await seedMainJob({ whatsapp: wa.url, model: ai.url, shop: store.url });
  const webhookUrl = `http://aurora.test/api/webhooks/whatsapp/${seeded.connected.channel.id}`;
  whatsapp.register({ ...WHATSAPP, webhookUrl, displayNumber: "+15550783881" });
  registerConversationTimers();
  await startDurableWork();
  startHousekeeping();
  const stop = async () => {
    await stopHousekeeping();
    await stopDurableWork(5_000);
    await Promise.all(servers.map((server) => server.close()));
  };
  return { ...seeded, whatsapp, shop, webhookUrl, stop };
}

type Served = Awaited<ReturnType<typeof servePeer>>;

async function addPlatformProvider(
  type: string,
  model: string,
  apiBaseUrl: string | null,
  key: string | null,
): Promise<void> {
  const id = newId();
  const sealed = key ? await encryptSecret(PLATFORM_OWNER, aiSecretRow(id), key) : null;
  await withSystem(
    "test fixture",
    (tx) => tx.sql`insert into platform_ai_providers (id, name, type, api_base_url, api_key, model, priority)
    values (${id}, ${type}, ${type}, ${apiBaseUrl}, ${sealed}, ${model}, ${type === "offline" ? -10 : 10})`,
  );
}

/** A customer's signed message as Meta would post it. */
export function signedMessage(
  webhookUrl: string,
  message: { id: string; text: string; from?: string; buttonId?: string },
  secret = WHATSAPP.appSecret,
): Request {
  const from = message.from ?? "12025550123";
  const content = message.buttonId
    ? {
        type: "interactive",
        interactive: { type: "button_reply", button_reply: { id: message.buttonId, title: message.text } },
      }
    : { type: "text", text: { body: message.text } };
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15550783881", phone_number_id: WHATSAPP.phoneNumberId },
    contacts: [{ profile: { name: "John Doe" }, wa_id: from }],
    messages: [{ from, id: message.id, timestamp: String(Math.floor(Date.now() / 1000)), ...content }],
  };
  const raw = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: "1", changes: [{ field: "messages", value }] }],
  });
  const signature = createHmac("sha256", secret).update(raw).digest("hex");
  return new Request(webhookUrl, {
    method: "POST",
    body: raw,
    headers: { "x-hub-signature-256": `sha256=${signature}` },
  });
}

/** Posts a message to the door and returns its status. */
export async function post(
  webhookUrl: string,
  message: Parameters<typeof signedMessage>[1],
  secret?: string,
): Promise<number> {
  const channelId = webhookUrl.split("/").at(-1) ?? "";
  return (await acceptWebhook(signedMessage(webhookUrl, message, secret), "whatsapp", channelId)).status;
}

/** Waits until a condition of the tenant's rows holds; fails with what was there last. */
export async function until<T>(
  tenantId: TenantId,
  read: (sql: import("#db/client.ts").Sql) => Promise<T>,
  holds: (value: T) => boolean,
): Promise<T> {
  let last: T | undefined;
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; ) {
    last = await withTenant(tenantId, (tx) => read(tx.sql));
    if (holds(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited in vain; last seen: ${JSON.stringify(last)}`);
}
