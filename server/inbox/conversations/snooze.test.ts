import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import { setTestClock } from "#server/platform/set-test-clock.ts";
import { clock } from "#server/runtime/clock.ts";
import { callByName, memberContext } from "#server/testing/callers.ts";
import { TestHouse, type TestShop } from "#server/testing/house.ts";
import { registerConversationTimers } from "../turn/register-timers.ts";
import { setConversationStatus, updateConversation } from "./change-conversation.ts";
import { listTimeline } from "./list-timeline.ts";
import { getConversation } from "./read-conversations.ts";

useTestDatabase();

const HOUR = 3_600_000;

describe("a snoozed conversation", () => {
  const house = new TestHouse();
  let shop: TestShop;
  let talk: string;
  beforeAll(async () => {
    await house.open();
    registerConversationTimers();
    shop = await house.addShop("shop", "100000000000001");
    talk = await house.say(shop, "+12025550142", "Hello");
  });
  afterAll(() => house.close());
  beforeEach(() => setConversationStatus(shop.actor, talk, { status: "open" }));

  const later = async (ms: number) => new Date((await clock.now(shop.tenantId)).getTime() + ms).toISOString();
  const snooze = async (ms: number) => {
    const snoozedUntil = await later(ms);
    return setConversationStatus(shop.actor, talk, { status: "snoozed", snoozedUntil });
  };
  const staff = {
    principal: { kind: "platform_key" as const, keyId: newId(), name: "Test" },
    tenant: null,
    requestId: "test",
    ip: null,
    userAgent: null,
  };
  const wait = async (ms: number) => setTestClock(staff, { id: shop.tenantId, now: await later(ms) });
  const status = async () => (await getConversation(shop.actor, talk)).status;
  const notices = async () => {
    const rows = await withSystem(
      "test",
      (tx) => tx.sql`select count(*)::int as n from outbox
        where name = 'conversation.status_changed' and payload ->> 'conversationId' = ${talk}`,
    );
    return Number(rows[0]?.n);
  };
  const timers = async () => {
    const rows = await withTenant(
      shop.tenantId,
      (tx) => tx.sql`select count(*)::int as n from timers where tenant_id = ${shop.tenantId}
        and kind = 'conversation.wake' and state = 'scheduled'`,
    );
    return Number(rows[0]?.n);
  };

  it("opens again at its time on the tenant's clock, and says so", async () => {
    const snoozed = await snooze(2 * HOUR);
    expect(snoozed).toMatchObject({ status: "snoozed", snoozedUntil: expect.any(String) });
    const told = await notices();
    await wait(HOUR);
    expect(await status()).toBe("snoozed");
    await wait(HOUR + 1000);
    expect(await getConversation(shop.actor, talk)).toMatchObject({ status: "open", snoozedUntil: null });
    expect(await notices()).toBe(told + 1);
    const { data } = await listTimeline(shop.actor, { id: talk, limit: 1 });
    expect(data[0]).toMatchObject({ kind: "conversation_wake", actor: "system" });
  });

  it("sleeps until the last moment that was said", async () => {
    await snooze(HOUR);
    await snooze(3 * HOUR);
    expect(await timers()).toBe(1);
    await wait(2 * HOUR);
    expect(await status()).toBe("snoozed");
    await wait(HOUR + 1000);
    expect(await status()).toBe("open");
  });

  it("is woken by its customer's message, and its timer does nothing any more", async () => {
    await snooze(HOUR);
    const told = await notices();
    await house.say(shop, "+12025550142", "Are you there?");
    expect(await status()).toBe("open");
    expect(await notices()).toBe(told + 1);
    await setConversationStatus(shop.actor, talk, { status: "pending" });
    await wait(2 * HOUR);
    expect(await status()).toBe("pending");
  });

  it("forgets its timer when a person opens it", async () => {
    await snooze(HOUR);
    await setConversationStatus(shop.actor, talk, { status: "open" });
    expect(await timers()).toBe(0);
  });

  it("takes only a moment in the future, and none with another status", async () => {
    const owner = memberContext(shop.tenantId, "owner");
    const past = await later(-1000);
    await expect(
      setConversationStatus(shop.actor, talk, { status: "snoozed", snoozedUntil: past }),
    ).rejects.toMatchObject({ kind: "invalid", code: "conversations.snooze_past" });
    const until = await later(HOUR);
    for (const input of [
      { status: "snoozed" },
      { status: "open", snoozedUntil: until },
      { status: "snoozed", snoozedUntil: "tomorrow" },
    ]) {
      for (const procedure of ["conversations.setStatus", "conversations.update"])
        await expect(callByName(owner, procedure, { id: talk, ...input })).rejects.toMatchObject({
          code: "BAD_REQUEST",
        });
    }
  });

  it("can be snoozed by a change of the conversation, by whoever may resolve", async () => {
    const snoozedUntil = await later(HOUR);
    const change = { subject: "Later", status: "snoozed" as const, snoozedUntil };
    expect(await updateConversation(shop.actor, talk, change)).toMatchObject({
      ...change,
      priority: "normal",
    });
    const editor = { ...shop.actor, allows: (right: string) => right !== "conversations.resolve" };
    await expect(updateConversation(editor, talk, change)).rejects.toMatchObject({ kind: "forbidden" });
    expect(await updateConversation(editor, talk, { priority: "high" })).toMatchObject({ status: "snoozed" });
  });
});
