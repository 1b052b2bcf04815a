import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { messageCreate } from "#domain/inbox/conversation-input.ts";
import { addPrice, addRule } from "#server/billing/testing/billing-fixtures.ts";
import { createChannel } from "#server/channels/save-channel.ts";
import { listExecutions } from "#server/flows/read-flows.ts";
import { createUser } from "#server/people/save-member.ts";
import { createPlatformProvider } from "#server/platform/ai-providers.ts";
import { memberContext } from "#server/testing/callers.ts";
import { TestHouse, type TestShop, workOff } from "#server/testing/house.ts";
import type { Actor } from "#server/trpc/context.ts";
import { assignConversation, handBackConversation } from "../conversations/assign-conversation.ts";
import { setConversationStatus } from "../conversations/change-conversation.ts";
import { createConversation } from "../conversations/create-conversation.ts";
import { listTimeline } from "../conversations/list-timeline.ts";
import { addNote } from "../conversations/notes.ts";
import { getConversation } from "../conversations/read-conversations.ts";
import { listAllMessages, listDeliveries, listMessages } from "../messages/read-messages.ts";
import { receiveMessage } from "../messages/receive-message.ts";
import { sendMessage } from "../messages/send-message.ts";
import { explainMessage } from "./explain-message.ts";
import { getThread } from "./get-thread.ts";
import { getInboxCounts } from "./inbox-counts.ts";
import { listInbox } from "./list-inbox.ts";

useTestDatabase();

const page = { limit: 50 };
const say = (content: string, more: object = {}) => messageCreate.parse({ content, ...more });

describe("the inbox over a played conversation", () => {
  const house = new TestHouse();
  let shop: TestShop;
  let talk: string;
  beforeAll(async () => {
    await house.open();
    const parts = { input: "0.03", output: "0.06" };
    await addPrice({
      serviceType: "token",
      provider: "openai",
      model: "gpt-4",
      unit: "per_1k_tokens",
      parts,
    });
    await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
    shop = await house.addShop("shop", "100000000000001");
    // The platform pays this provider, so that calls have a cost.
    const { url, key } = house.openai;
    await createPlatformProvider({
      name: "OpenAI",
      type: "openai",
      apiBaseUrl: `${url}/v1`,
      apiKey: key,
      model: "gpt-4",
      isDefault: true,
      tenantId: shop.tenantId,
    });
    talk = await house.say(shop, "+12025550142", "I want to buy AirPods Pro");
  });
  afterAll(() => house.close());

  function memberOf(role: string, userId?: string): Actor {
    const { tenant, ...context } = memberContext(shop.tenantId, role, userId);
    return { ...context, tenantId: shop.tenantId, role, allows: tenant?.allows ?? (() => false) };
  }

  it("shows messages newest first, each of the bot's with the calls that led to it", async () => {
    const { data } = await listMessages(shop.actor, { id: talk, ...page });
    expect(data.map((one) => [one.role, one.nodeName, one.callCount])).toEqual([
      ["assistant", "Show product", 1],
      ["assistant", "Welcome", 1],
      ["customer", null, 0],
    ]);
    expect(data[0]?.payload.buttons.map((button) => button.title)).toEqual(["Yes, please!", "No, thanks"]);
    const conversation = await getConversation(shop.actor, talk);
    expect(data.reduce((sum, one) => sum + one.tokensUsed, 0)).toBe(conversation.tokensUsed);
    const prices = data.map((one) => Number(one.clientPrice));
    expect(Number(conversation.clientPrice)).toBeCloseTo(
      prices.reduce((a, b) => a + b),
      12,
    );
    expect(Number(conversation.clientPrice)).toBeGreaterThan(0);
  });

  it("tells why a message was sent: intent, node, way, condition, calls, rule", async () => {
    const { data } = await listMessages(shop.actor, { id: talk, ...page });
    const why = await explainMessage(shop.actor, String(data[0]?.id));
    expect(why.intent?.name).toBe("product_purchase");
    expect(why.node?.key).toBe("node_5_show_product");
    expect(why.path.map((step) => step.answer).filter(Boolean)).toEqual(["Yes"]);
    expect(why.because).toEqual([{ expression: "product_data.stock > 0", source: "In stock?" }]);
    expect(why.calls.map((call) => call.label)).toEqual(["Extract product"]);
    expect(why.totals.clientPrice).toBe(data[0]?.clientPrice);
    expect(why.rule).toMatch(/66 ?%/);
    const seen = await explainMessage(memberOf("agent"), String(data[0]?.id));
    expect([seen.totals.providerCost, seen.calls[0]?.providerCost, seen.rule]).toEqual([null, null, null]);
  });

  it("lists views with what the machine does, and counts them", async () => {
    const bot = await listInbox(shop.actor, { ...page, view: "bot" });
    expect(bot.data[0]).toMatchObject({
      id: talk,
      flowName: "Product Purchase",
      flowStepName: "Wait for answer",
    });
    const found = await listInbox(shop.actor, { ...page, view: "channel:whatsapp", search: "202555" });
    expect(found.data.map((row) => row.id)).toEqual([talk]);
    expect((await listInbox(shop.actor, { ...page, view: "open", search: "nobody" })).data).toEqual([]);
    const counts = await getInboxCounts(shop.actor);
    expect(counts.views).toMatchObject({ bot: 1, open: 1, mine: 0, unassigned: 0, resolved: 0 });
    const thread = await getThread(shop.actor, talk);
    expect(thread).toMatchObject({
      callCount: 2,
      customerName: "John Doe",
      run: { stepName: "Wait for answer" },
    });
  });

  it("sends an agent's message once for one clientId, takes the conversation from the bot and ends the waiting run", async () => {
    const { id: agentId } = await createUser(shop.actor, {
      email: "hugo@shop.test",
      name: "Hugo",
      role: "agent",
    });
    const agent = memberOf("agent", agentId);
    const twice = await Promise.all([
      sendMessage(agent, talk, say("Hello, Hugo here", { clientId: "c1" })),
      sendMessage(agent, talk, say("Hello, Hugo here", { clientId: "c1" })),
    ]);
    expect(twice[0]?.id).toBe(twice[1]?.id);
    expect(house.whatsapp.thread("12025550142").filter((one) => one.text.includes("Hugo"))).toHaveLength(1);
    expect(twice[0]).toMatchObject({ role: "agent", authorName: "Hugo" });
    expect(await getConversation(shop.actor, talk)).toMatchObject({ handler: "agent", assigneeId: agentId });
    const [run] = (await listExecutions(shop.actor, { conversationId: talk, ...page })).data;
    expect(run).toMatchObject({ status: "cancelled", outcome: "taken_over" });
    const deliveries = await listDeliveries(shop.actor, { id: String(twice[0]?.id), ...page });
    expect(deliveries.data[0]?.attempts).toMatchObject([{ number: 1, outcome: "accepted", httpStatus: 200 }]);
    await house.say(shop, "+12025550142", "Yes, please!");
    const after = await listMessages(shop.actor, { id: talk, ...page });
    expect(after.data[0]?.role).toBe("customer");
  });

  it("keeps operators to their own and unassigned conversations", async () => {
    const operator = memberOf("operator");
    await expect(getConversation(operator, talk)).rejects.toThrow("There is no such conversation");
    expect((await listInbox(operator, { ...page, view: "open" })).data).toEqual([]);
    expect((await getInboxCounts(operator)).views.open).toBe(0);
    expect((await listAllMessages(operator, page)).data).toEqual([]);
    await assignConversation(shop.actor, talk, null);
    expect((await getConversation(operator, talk)).id).toBe(talk);
  });

  it("lists messages of every conversation, a page at a time, each with its calls", async () => {
    const other = await house.say(shop, "+12025550177", "I want to buy AirPods Pro");
    const found: { id: string; callCount: number; conversationId: string }[] = [];
    let cursor: string | undefined;
    do {
      const next = await listAllMessages(shop.actor, { limit: 2, cursor });
      found.push(...next.data);
      cursor = next.nextCursor ?? undefined;
    } while (cursor);
    const byTalk = await Promise.all([talk, other].map((id) => listMessages(shop.actor, { id, ...page })));
    const expected = byTalk.flatMap(({ data }) => data.map((one) => [one.id, one.callCount]));
    expect(found.map((one) => [one.id, one.callCount]).sort()).toEqual(expected.sort());
    const { data } = await listAllMessages(shop.actor, { conversationId: other, ...page });
    expect(data).toEqual(byTalk[1]?.data);
  });

  it("refuses free words outside WhatsApp's 24 hours and says what may go", async () => {
    const old = new Date(Date.now() - 25 * 3600 * 1000).toISOString();
    const setInbound = (at: string) =>
      withTenant(
        shop.tenantId,
        (tx) => tx.sql`update conversations set last_inbound_at = ${at} where id = ${talk}`,
      );
    await setInbound(old);
    await expect(sendMessage(shop.actor, talk, say("Still there?"))).rejects.toThrow(
      "only an approved template",
    );
    const { templateId } = shop;
    const variables = { order_number: "1001", delivery_date: "Jan 31", tracking_url: "https://x.test" };
    const template = messageCreate.parse({ templateId, variables });
    await expect(sendMessage(shop.actor, talk, template)).rejects.toThrow("not approved");
    await withTenant(
      shop.tenantId,
      (tx) => tx.sql`update message_templates set whatsapp_name = 'order_ok', whatsapp_status = 'approved'`,
    );
    const sent = await sendMessage(shop.actor, talk, template);
    expect(sent).toMatchObject({ format: "template", status: "sent" });
    expect(sent.content).toContain("#1001");
    await setInbound(new Date().toISOString());
  });

  it("hands back, resolves and reopens, and the timeline tells it", async () => {
    await addNote(shop.actor, talk, "Prefers mornings");
    expect((await handBackConversation(shop.actor, talk)).handler).toBe("bot");
    const resolved = await setConversationStatus(shop.actor, talk, { status: "resolved" });
    expect(resolved.resolvedAt).not.toBeNull();
    expect(await setConversationStatus(shop.actor, talk, { status: "open" })).toMatchObject({
      closedBy: null,
      resolvedAt: null,
    });
    const { data } = await listTimeline(shop.actor, { id: talk, ...page });
    const kinds = data.map((one) => one.kind);
    for (const kind of [
      "conversation_opened",
      "flow_started",
      "flow_ended",
      "note_added",
      "conversation_hand_back",
    ])
      expect(kinds).toContain(kind);
  });

  it("takes a customer's words from the tenant's own app on an API channel, once, and answers there", async () => {
    const app = await createChannel(shop.actor, { type: "api", name: "App", settings: {}, botEnabled: true });
    const { customerId } = await getConversation(shop.actor, talk);
    const own = await createConversation(shop.actor, { customerId, channelId: app.id });
    await expect(createConversation(shop.actor, { customerId, channelId: app.id })).rejects.toThrow(
      "open conversation",
    );
    const words = say("I want to buy MagSafe Charger", { role: "customer", externalMessageId: "app-1" });
    const [first, second] = [
      await receiveMessage(shop.actor, own.id, words),
      await receiveMessage(shop.actor, own.id, words),
    ];
    expect(second.id).toBe(first.id);
    await workOff(shop.tenantId);
    const { data } = await listMessages(shop.actor, { id: own.id, ...page });
    expect(data.map((one) => [one.role, one.status])).toEqual([
      ["assistant", "sent"],
      ["assistant", "sent"],
      ["customer", "received"],
    ]);
    await expect(receiveMessage(shop.actor, talk, words)).rejects.toThrow("Only on an API channel");
  });

  it("reads its views through the indexes", async () => {
    const plan = await withTenant(shop.tenantId, async (tx) => {
      await tx.sql.unsafe("set local enable_seqscan = off");
      return tx.sql.unsafe(`explain select * from conversations v where v.tenant_id = '${shop.tenantId}' and v.assignee_id is null
        and v.handler = 'agent' and v.status = 'open' and v.status in ('open','pending','escalated')
        order by v.last_message_at desc, v.id desc limit 26`);
    });
    const text = plan.map((row) => String(row["QUERY PLAN"])).join("\n");
    expect(text).toMatch(/Index Scan.*conversations_(work|list)_idx/);
    expect(text).not.toContain("Sort");
  });
});
