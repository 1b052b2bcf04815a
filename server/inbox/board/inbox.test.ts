import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { messageCreate } from "#domain/inbox/conversation-input.ts";
import { addPrice, addRule } from "#server/billing/testing/billing-fixtures.ts";
import { createChannel } from "#server/channels/save-channel.ts";
import { listExecutions } from "#server/flows/read-flows.ts";
import { takeOverConversation } from "#server/inbox/conversations/assign-conversation.ts";
import { createConversation } from "#server/inbox/conversations/create-conversation.ts";
import { listTimeline } from "#server/inbox/conversations/list-timeline.ts";
import { getConversation } from "#server/inbox/conversations/read-conversations.ts";
import { getMessage, listDeliveries, listMessages } from "#server/inbox/messages/read-messages.ts";
import { receiveMessage } from "#server/inbox/messages/receive-message.ts";
import { sendMessage } from "#server/inbox/messages/send-message.ts";
import { TestHouse, type TestShop, workOff } from "#server/testing/house.ts";
import { explainMessage } from "./explain-message.ts";
import { getThread } from "./get-thread.ts";
import { getInboxCounts } from "./inbox-counts.ts";
import { listInbox } from "./list-inbox.ts";

useTestDatabase();

describe("the inbox over a played conversation", () => {
  const house = new TestHouse();
  let shop: TestShop;
  let conversationId: string;
  beforeAll(async () => {
    await house.open();
    await addPrice({
      serviceType: "token",
      provider: "openai",
      model: "gpt-4",
      unit: "per_1k_tokens",
      parts: { input: "0.03", output: "0.06" },
    });
    await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
    shop = await house.addShop("shop", "100000000000001");
    conversationId = await house.say(shop, "+12025550142", "I want to buy AirPods Pro");
  });
  afterAll(() => house.close());

  it("shows messages newest first, the bot's with the calls behind them", async () => {
    const { data } = await listMessages(shop.actor, { id: conversationId, limit: 50 });
    expect(data.map((m) => [m.role, m.nodeName, m.callCount])).toEqual([
      ["assistant", "Show product", 1],
      ["assistant", "Welcome", 1],
      ["customer", null, 0],
    ]);
    expect(data[0]?.payload.buttons).toHaveLength(2);
    console.log(JSON.stringify(data, null, 1));
  });

  it("tells why", async () => {
    const { data } = await listMessages(shop.actor, { id: conversationId, limit: 50 });
    const why = await explainMessage(shop.actor, data[0]?.id ?? "");
    console.log(JSON.stringify(why, null, 1));
    console.log(JSON.stringify(await listInbox(shop.actor, { view: "bot", limit: 10 }), null, 1));
    console.log(
      JSON.stringify(await getInboxCounts(shop.actor)),
      JSON.stringify(await getThread(shop.actor, conversationId)),
    );
    console.log(
      await listInbox(shop.actor, { view: "channel:whatsapp", search: "john", limit: 10 }).then(
        (x) => x.data.length,
      ),
    );
    const sent = await sendMessage(
      shop.actor,
      conversationId,
      messageCreate.parse({ content: "Hi, a person here", clientId: "c1" }),
    );
    const again = await sendMessage(
      shop.actor,
      conversationId,
      messageCreate.parse({ content: "Hi, a person here", clientId: "c1" }),
    );
    console.log(
      sent.status,
      again.id === sent.id,
      await listDeliveries(shop.actor, { id: sent.id, limit: 3 }).then((x) => JSON.stringify(x)),
    );
    console.log(JSON.stringify(await listExecutions(shop.actor, { conversationId, limit: 4 })));
    console.log(JSON.stringify(await listTimeline(shop.actor, { id: conversationId, limit: 40 })));
    console.log(
      await getMessage(shop.actor, sent.id).then((m) => m.authorName),
      await takeOverConversation(shop.actor, conversationId).then((c) => c.handler),
    );
    const api = await createChannel(shop.actor, { type: "api", name: "App", settings: {}, botEnabled: true });
    const customerId = (await getConversation(shop.actor, conversationId)).customerId;
    const c2 = await createConversation(shop.actor, { customerId, channelId: api.id });
    await receiveMessage(
      shop.actor,
      c2.id,
      messageCreate.parse({ role: "customer", content: "I want to buy MagSafe Charger" }),
    );
    await workOff(shop.tenantId);
    console.log(
      (await listMessages(shop.actor, { id: c2.id, limit: 9 })).data.map(
        (m) => `${m.role}: ${m.content} [${m.status}]`,
      ),
    );
  });
});
