import { afterAll, beforeAll, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import { messageCreate } from "#domain/inbox/conversation-input.ts";
import { changeSubscription } from "#server/billing/subscriptions/change-subscription.ts";
import { getSubscription } from "#server/billing/subscriptions/read-subscription.ts";
import { addPlan } from "#server/billing/testing/sandbox-tenant.ts";
import { getConnectedChannel } from "#server/channels/connected-channel.ts";
import { fixedModel, post, startMainJob, until } from "#server/testing/main-job.ts";
import { openSend } from "../deliver/open-send.ts";
import { sendMessage } from "../messages/send-message.ts";

useTestDatabase();

let job: Awaited<ReturnType<typeof startMainJob>>;
const model = fixedModel({
  classify: JSON.stringify({ intent: "product_purchase", confidence: 0.95 }),
  extract: JSON.stringify({ product_name: "AirPods Pro" }),
});
beforeAll(async () => {
  job = await startMainJob(model);
});
afterAll(() => job.stop());

const subscribe = async (limits: Record<string, number>) =>
  changeSubscription(job.actor, { planId: (await addPlan({ limits })).id, at: "now" });

/** A customer asks; the conversation as it stands once a person has it. */
async function askAndGetPerson(from: string): Promise<string> {
  await post(job.webhookUrl, { id: `wamid.${from}`, text: "I want to buy AirPods Pro", from });
  const rows = await until(
    job.tenantId,
    (sql) => sql`select v.id, v.handler, v.status from conversations v
      join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id where c.phone = ${`+${from}`}`,
    (found) => found[0]?.status === "escalated",
  );
  await until(
    job.tenantId,
    async () => job.whatsapp.thread(from).length,
    (sent) => sent > 0,
  );
  return String(rows[0]?.id);
}
const usedOf = async (kind: string) =>
  (await getSubscription(job.tenantId)).limits.find((one) => one.kind === kind)?.used;
const inboundOf = (conversationId: string) =>
  withTenant(
    job.tenantId,
    (tx) => tx.sql`select 1 from messages where conversation_id = ${conversationId} and role = 'customer'`,
  ).then((rows) => rows.length);

it("keeps the message, says a person answers and hands over when the plan's AI requests are used up", async () => {
  await subscribe({ aiRequests: 0 });
  const conversationId = await askAndGetPerson("12025550401");
  expect(await inboundOf(conversationId)).toBe(1);
  expect(job.whatsapp.thread("12025550401")).toHaveLength(1);
});

it("refuses the bot's messages at the plan's limit, keeps what comes in, and never blocks a person's reply", async () => {
  await subscribe({ messages: 1 });
  const conversationId = await askAndGetPerson("12025550402");
  expect(await inboundOf(conversationId)).toBe(1);
  // The greeting took the one that the plan allows; the next was refused, and the farewell goes all the same.
  const said = job.whatsapp.thread("12025550402").map((one) => one.text);
  expect(said).toHaveLength(2);
  expect(said[0]).toBe("Great! Let me help you with that.");
  expect(said.join()).not.toContain("AirPods Pro is available");
  expect(await usedOf("messages")).toBe(2);
  const reply = await sendMessage(
    job.actor,
    conversationId,
    messageCreate.parse({ content: "Hello, a person here." }),
  );
  expect(reply).toMatchObject({ role: "agent", status: "sent" });
  expect(await usedOf("messages")).toBe(3);
  const mails = await until(
    job.tenantId,
    () =>
      withSystem(
        "test",
        (tx) => tx.sql`select subject from mail_messages where tenant_ref = ${job.tenantId}`,
      ),
    (rows) => rows.some((row) => String(row.subject).includes("messages")),
  );
  expect(mails.filter((row) => String(row.subject).includes("1 messages of the Plan plan"))).toHaveLength(1);
});

it("lets exactly as many of the bot's messages out as are left, also when all are tried at once", async () => {
  await subscribe({ messages: 40 });
  const left = 40 - Number(await usedOf("messages"));
  const [row] = await withTenant(
    job.tenantId,
    (tx) => tx.sql`select v.id, v.channel_id, i.address from conversations v
      join customer_identities i on i.tenant_id = v.tenant_id and i.id = v.identity_id limit 1`,
  );
  const channel = await getConnectedChannel(job.tenantId, String(row?.channel_id));
  const to = { address: String(row?.address), phone: null, scopedUserId: null };
  const partner = { tenantId: job.tenantId, conversationId: String(row?.id), channel, to };
  const now = new Date().toISOString();
  const sent = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const draft = { role: "assistant", text: "Hi", buttons: [], template: null } as const;
      const send = openSend(partner, { ...draft, buttons: [], effectKey: newId(), now });
      return withTenant(job.tenantId, (tx) => send.insert(tx));
    }),
  );
  expect(sent.filter(Boolean)).toHaveLength(left);
  expect(await usedOf("messages")).toBe(40);
});
