import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { messageCreate } from "#domain/inbox/conversation-input.ts";
import { sendMessage } from "#server/inbox/messages/send-message.ts";
import { TestHouse, type TestShop } from "#server/testing/house.ts";
import { noteChannelAnswer } from "./channel-state.ts";
import { getConnectedChannel } from "./connected-channel.ts";
import { getChannel, getChannelHealth, listChannels, testChannel } from "./read-channels.ts";
import { updateChannel } from "./save-channel.ts";

useTestDatabase();

const EXPIRED = "The access token is not valid any more. Enter a new one in the channel's settings.";

describe("a channel that the provider refuses", () => {
  const house = new TestHouse();
  let shop: TestShop;
  let talk: string;
  beforeAll(async () => {
    await house.open();
    shop = await house.addShop("shop", "100000000000001");
    talk = await house.say(shop, "+12025550142", "Hello");
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    expire(false);
    expect(await testChannel(shop.actor, shop.channel.id)).toMatchObject({ ok: true });
  });

  const expire = (gone: boolean) =>
    house.whatsapp.register({
      ...shop.entry,
      accessToken: gone ? "a newer one" : shop.number.accessToken,
    });
  const answer = (content: string) => sendMessage(shop.actor, talk, messageCreate.parse({ content }));
  const states = async () => {
    const { id } = shop.channel;
    const [listed, single, health] = await Promise.all([
      listChannels(shop.actor, { limit: 50, type: "whatsapp" }),
      getChannel(shop.actor, id),
      getChannelHealth(shop.actor, id),
    ]);
    const shown = [listed.data[0], single, health].map((one) => [one?.status, one?.health, one?.lastError]);
    expect(new Set(shown.map((one) => JSON.stringify(one))).size).toBe(1);
    return { status: health.status, health: health.health, lastError: health.lastError };
  };
  const told = async () => {
    const source = `channel:${shop.channel.id}`;
    const [events, notices] = await withSystem("test", (tx) =>
      Promise.all([
        tx.sql`select count, message, resolved_at is not null as resolved from system_events where source = ${source} order by id`,
        tx.sql`select payload ->> 'status' as status from outbox where name = 'channel.status_changed' order by id`,
      ]),
    );
    return { events: [...events], notices: notices.map((one) => one.status) };
  };

  it("says failed and why everywhere, tells it once for many messages, and a sent message heals it", async () => {
    expect(await states()).toMatchObject({ status: "connected", health: "healthy" });
    const before = await told();
    expire(true);
    const refused = await Promise.all(["1", "2", "3", "4", "5"].map(answer));
    expect(refused.map((one) => one.status)).toEqual(Array(5).fill("failed"));
    await answer("6");
    expect(await states()).toEqual({ status: "failed", health: "critical", lastError: EXPIRED });
    const broken = await told();
    expect(broken.notices.slice(before.notices.length)).toEqual(["failed"]);
    expect(broken.events.slice(before.events.length)).toEqual([
      { count: 1, resolved: false, message: expect.stringContaining(EXPIRED) },
    ]);
    expire(false);
    expect((await answer("7")).status).toBe("sent");
    expect(await states()).toEqual({ status: "connected", health: "healthy", lastError: EXPIRED });
    const healed = await told();
    expect(healed.notices.slice(broken.notices.length)).toEqual(["connected"]);
    expect(healed.events.at(-1)).toMatchObject({ resolved: true });
  });

  it("stays failed while customers write: their webhooks are signed by another secret", async () => {
    expire(true);
    await answer("Is it still there?");
    await house.say(shop, "+12025550142", "Anybody?");
    expect(await states()).toMatchObject({ status: "failed", health: "critical" });
  });

  it("fails by a check too, and is healed by one", async () => {
    expire(true);
    expect(await testChannel(shop.actor, shop.channel.id)).toMatchObject({ ok: false, message: EXPIRED });
    expect(await states()).toEqual({ status: "failed", health: "critical", lastError: EXPIRED });
    expire(false);
    await testChannel(shop.actor, shop.channel.id);
    expect(await states()).toMatchObject({ status: "connected", health: "healthy" });
  });

  it("is connecting after a new token until a message is accepted", async () => {
    await updateChannel(shop.actor, shop.channel.id, { settings: { accessToken: shop.number.accessToken } });
    expect(await states()).toMatchObject({ status: "connecting" });
    await answer("With the new token");
    expect(await states()).toMatchObject({ status: "connected" });
  });

  it("is not blamed for a message that only itself is refused", async () => {
    const channel = await getConnectedChannel(shop.tenantId, shop.channel.id);
    await noteChannelAnswer(channel, { ok: false, channelRefused: false, reason: "This number is unknown." });
    expect((await states()).status).toBe("connected");
  });
});
