import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import { addPlatform, type FilledShop, fillShop, readIds } from "#server/rest/testing/filled-house.ts";
import { callByName, memberContext } from "#server/testing/callers.ts";
import { TestHouse } from "#server/testing/house.ts";
import type { ProcedureMeta } from "./procedures.ts";
import { appRouter } from "./router.ts";

useTestDatabase();

const unrouted = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { meta?: ProcedureMeta } }>,
).flatMap(([name, { _def }]) =>
  _def.meta?.rest || !_def.meta ? [] : [{ name, audience: _def.meta.audience }],
);

/** Procedures about the signed-in person or for anybody: no tenant's row is in them. */
const WITHOUT_TENANT = ["demo.doors", "me.get", "sessions.end", "sessions.list"];
/** Procedures without an id: they answer about the caller's own workspace, which is checked by what they show. */
const ABOUT_MINE = [
  "demo.phone",
  "demo.press",
  "demo.send",
  "inbox.counts",
  "inbox.list",
  "live.events",
  "shell.get",
];

describe("procedures that are no REST routes", () => {
  const house = new TestHouse();
  let own: FilledShop;
  let other: FilledShop;
  let inputs: Record<string, unknown>;
  beforeAll(async () => {
    await house.open();
    const planId = await addPlatform();
    own = await fillShop(house, "own-shop", "100000000000001", planId);
    other = await fillShop(house, "other-shop", "100000000000002", planId);
    const ids = await readIds(own);
    await withSystem(
      "test fixture",
      (tx) => tx.sql`insert into platform_settings (key, value) values ('demo', 'true')`,
    );
    await withSystem(
      "test fixture",
      (tx) =>
        tx.sql`update channels set settings = settings || '{"apiBaseUrl":"self:/api/demo/whatsapp"}' where type = 'whatsapp'`,
    );
    const draft = {
      id: own.flowId,
      revision: 0,
      operations: [{ type: "move_node", key: "start", x: 1, y: 1 }],
    };
    const flow = await callByName(memberContext(own.tenantId, "owner"), "flows.get", { id: own.flowId });
    inputs = {
      "inbox.thread": { conversationId: own.conversationId },
      "inbox.why": { messageId: ids.messageId },
      "demo.trace": { messageId: ids.messageId },
      "messages.send": { conversationId: own.conversationId, content: "Hello", clientId: newId() },
      "flows.saveOperations": { ...draft, revision: (flow as { draftRevision: number }).draftRevision },
    };
    // Last month's conversation: WhatsApp's window is closed by now.
    await withSystem(
      "test fixture",
      (tx) => tx.sql`update conversations set last_inbound_at = now() where id = ${own.conversationId}`,
    );
  });
  afterAll(() => house.close());

  it("are all named here", () => {
    const named = [...WITHOUT_TENANT, ...ABOUT_MINE, ...Object.keys(inputs)].sort();
    expect(unrouted.map(({ name }) => name).sort()).toEqual(named);
  });

  it("do not find another workspace's ids, and find the owner's", async () => {
    const wrong: string[] = [];
    for (const [name, input] of Object.entries(inputs)) {
      const stranger = await callByName(memberContext(other.tenantId, "owner"), name, input).catch(
        (e: unknown) => e,
      );
      if (!(stranger instanceof TRPCError) || stranger.code !== "NOT_FOUND")
        wrong.push(`${name} by a stranger: ${stranger}`);
      const owner = await callByName(memberContext(own.tenantId, "owner"), name, input).catch(
        (e: unknown) => e,
      );
      if (owner instanceof Error) wrong.push(`${name} by the owner: ${owner.message}`);
    }
    console.log(`${Object.keys(inputs).length} procedures tried with ids, ${ABOUT_MINE.length} without`);
    expect(wrong).toEqual([]);
  });

  it("show each workspace its own inbox", async () => {
    const idsOf = async (shop: FilledShop) => {
      const page = await callByName(memberContext(shop.tenantId, "owner"), "inbox.list", { view: "open" });
      return (page as { data: { id: string }[] }).data.map((row) => row.id);
    };
    const [mine, theirs] = [await idsOf(own), await idsOf(other)];
    expect(mine).toContain(own.conversationId);
    expect(theirs).toContain(other.conversationId);
    expect(mine.filter((id) => theirs.includes(id))).toEqual([]);
    const shell = await callByName(memberContext(own.tenantId, "owner"), "shell.get", undefined);
    expect((shell as { tenant: { slug: string } }).tenant.slug).toBe("own-shop");
  });
});
