import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { startProduct } from "./product.ts";
import { buildWhenStale } from "./serve/build.ts";

type Channel = {
  type: string;
  id: string;
  webhookUrl: string;
  phoneNumberId: string;
  appSecret: string;
  verifyToken: string;
};
type Tenant = { slug: string; id: string; apiKey: string; channels: Channel[] };
type Demo = { baseUrl: string; tenants: Tenant[]; platform: { apiKey: string } };
type Row = Record<string, unknown> & { id: string };

async function call(url: string, key: string, init: { method?: string; body?: unknown } = {}) {
  const body = init.body === undefined ? null : JSON.stringify(init.body);
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const response = await fetch(url, { method: init.method ?? "GET", headers, body });
  const text = await response.text();
  return {
    status: response.status,
    body: (text.startsWith("{") ? JSON.parse(text) : text) as Record<string, unknown>,
  };
}

function signed(channel: Channel, from: string, text: string, id: string, secret = channel.appSecret) {
  const message = {
    from,
    id,
    timestamp: String(Math.floor(Date.now() / 1000)),
    type: "text",
    text: { body: text },
  };
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "1", phone_number_id: channel.phoneNumberId },
    contacts: [{ profile: { name: "A Customer" }, wa_id: from }],
    messages: [message],
  };
  const raw = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: "1", changes: [{ field: "messages", value }] }],
  });
  const signature = createHmac("sha256", secret).update(raw).digest("hex");
  return fetch(channel.webhookUrl, {
    method: "POST",
    body: raw,
    headers: { "x-hub-signature-256": `sha256=${signature}` },
  });
}

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean, what: string): Promise<T> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    const value = await read();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Waited in vain for ${what}.`);
}

/** Sum of decimal texts, exact to 12 places. */
function sum(amounts: unknown[]): bigint {
  return amounts.reduce<bigint>((total, amount) => {
    const [whole = "0", fraction = ""] = String(amount).split(".");
    return total + BigInt(whole + fraction.padEnd(12, "0").slice(0, 12));
  }, 0n);
}

async function playScenario(demo: Demo): Promise<void> {
  const [shop, other] = demo.tenants as [Tenant, Tenant];
  const api = `${demo.baseUrl}/api/v1`;
  const channel = shop.channels.find((one) => one.type === "whatsapp") as Channel;
  const from = "12025550999";
  assert.equal((await signed(channel, from, "hello", "wamid.forged", "wrong")).status, 401);
  const ids = Array.from({ length: 5 }, () => "wamid.drive-1");
  const raced = await Promise.all(ids.map((id) => signed(channel, from, "I want to buy AirPods Pro", id)));
  assert.deepEqual(
    raced.map((response) => response.status),
    [200, 200, 200, 200, 200],
  );
  const runs = () =>
    call(`${api}/flow-executions?limit=5`, shop.apiKey).then(({ body }) => body.data as Row[]);
  const mine = (list: Row[]) => list.find((run) => JSON.stringify(run.variables).includes(from));
  const waiting = await until(runs, (list) => mine(list)?.status === "waiting", "the question");
  const run = mine(waiting) as Row;
  assert.equal(run.currentNodeId, "node_6_wait_confirm");
  assert.equal((await signed(channel, from, "Yes, please!", "wamid.drive-2")).status, 200);
  await until(runs, (list) => mine(list)?.status === "completed", "the order");
  const conversationId = String(run.conversationId);
  const read = (path: string, key = shop.apiKey) => call(`${api}${path}`, key);
  const metered = await until(
    async () => {
      const [conversation, usage] = await Promise.all([
        read(`/conversations/${conversationId}`),
        read(`/usage?conversationId=${conversationId}&limit=100`),
      ]);
      return { conversation: conversation.body, usage: usage.body.data as Row[] };
    },
    ({ conversation, usage }) =>
      usage.length === 2 && sum(usage.map((one) => one.clientPrice)) === sum([conversation.clientPrice]),
    "the conversation's total to equal its records",
  );
  assert.equal(metered.conversation.status, "resolved");
  assert.equal(metered.conversation.messageCount, 5);
  const messages = (await read(`/conversations/${conversationId}/messages`)).body.data as Row[];
  assert.equal(messages.filter((message) => message.role === "customer").length, 2);
  assert.ok(messages.some((message) => /^Your order #\d+ has been confirmed!/.test(String(message.content))));
  for (const path of [
    `/conversations/${conversationId}`,
    `/flow-executions/${run.id}`,
    `/flows/${run.flowId}`,
    `/channels/${channel.id}`,
  ]) {
    assert.equal((await read(path)).status, 200, `${path} for its owner`);
    assert.equal((await read(path, other.apiKey)).status, 404, `${path} for a stranger`);
  }
}

/** The anchor figure: 120 + 50 tokens of gpt-4 at 0.03 / 0.06 with 66 %, and the whole house's sums. */
async function checkMoney(demo: Demo): Promise<void> {
  const platform = `${demo.baseUrl}/api/platform/v1`;
  const fact = {
    tenantId: demo.tenants[0]?.id,
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    quantities: { input: 120, output: 50 },
  };
  const { status, body } = await call(`${platform}/pricing/preview`, demo.platform.apiKey, {
    method: "POST",
    body: fact,
  });
  assert.equal(status, 200);
  assert.deepEqual(
    [sum([body.providerCost]), sum([body.clientPrice]), sum([body.profit])],
    [sum(["0.0066"]), sum(["0.010956"]), sum(["0.004356"])],
  );
  const reconciled = await call(`${platform}/reconcile`, demo.platform.apiKey, { method: "POST", body: {} });
  assert.equal(reconciled.status, 200);
  assert.equal((reconciled.body.data as Row[]).length, 2, "reconcile looks at both tenants");
  assert.equal(reconciled.body.differences, 0, "reconcile reports no difference");
}

buildWhenStale();
const product = await startProduct();
let failed = 0;
const demo = JSON.parse(readFileSync(product.demoFile, "utf8")) as Demo;
const checks = {
  "the scenario through HTTP alone": playScenario,
  "the anchor figure and the sums": checkMoney,
};
for (const [name, check] of Object.entries(checks)) {
  try {
    await check({ ...demo, baseUrl: product.baseUrl });
    process.stdout.write(`✓ ${name}\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
const code = await product.stop();
if (code !== 0) failed += 1;
process.stdout.write(`${Object.keys(checks).length - failed} passed, ${failed} failed, 0 skipped\n`);
process.exitCode = failed > 0 ? 1 : 0;
