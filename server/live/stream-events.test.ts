import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { systemActor } from "#server/demo/seed/system-actor.ts";
import { appendOutbox, startRelay, stopRelay, wakeRelay } from "#server/runtime/outbox.ts";
import { streamEvents } from "./stream-events.ts";

useTestDatabase();

async function tell(tenantId: TenantId, names: string[]): Promise<void> {
  await withTenant(tenantId, (tx) =>
    appendOutbox(
      tx,
      names.map((name) => ({ tenantId, name, payload: { conversationId: "c1", messageId: "m1" } })),
    ),
  );
  wakeRelay();
}

describe("the live stream", () => {
  let tenantId: TenantId;
  let otherId: TenantId;
  beforeAll(async () => {
    [tenantId, otherId] = [await makeTenant(), await makeTenant()];
    await startRelay({ knows: () => false });
  });
  afterAll(stopRelay);

  async function open(since?: number) {
    const ending = new AbortController();
    const stream = streamEvents(systemActor(tenantId), since, ending.signal);
    const take = async (count: number) => {
      const taken = [];
      while (taken.length < count) {
        const { value } = await stream.next();
        if (value) taken.push(value[1]);
      }
      return taken;
    };
    return { take, end: () => ending.abort() };
  }

  it("tells a tenant's facts in order, numbered, and nobody else's", async () => {
    const { take, end } = await open();
    expect((await take(1))[0]?.type).toBe("ready");
    await tell(otherId, ["message.created"]);
    await tell(tenantId, ["message.created", "conversations/turn.requested", "message.status_changed"]);
    const events = await take(2);
    expect(events.map((event) => event.type)).toEqual(["message.created", "message.updated"]);
    expect(events[0]).toMatchObject({ number: 1, conversationId: "c1", messageId: "m1" });
    expect(events[1]?.number).toBe(3);
    end();
  });

  it("resumes after a number with what was missed", async () => {
    const { take, end } = await open(1);
    const [first, second] = await take(2);
    expect([first?.type, second?.number]).toEqual(["ready", 3]);
    end();
  });

  it("asks for a refetch where the missed facts are gone", async () => {
    await tell(tenantId, ["conversation.resolved", "message.created"]);
    const probe = await open(3);
    await probe.take(3);
    probe.end();
    await withSystem(
      "test fixture",
      (tx) => tx.sql`delete from outbox where tenant_id = ${tenantId} and number <= 4`,
    );
    const { take, end } = await open(1);
    const events = await take(2);
    expect(events.at(-1)).toEqual({ number: 5, type: "refetch" });
    end();
  });

  it("asks for a refetch where the reader is ahead of us, as after a restored database", async () => {
    const { take, end } = await open(9_000);
    expect((await take(1))[0]).toEqual({ number: 5, type: "refetch" });
    end();
  });
});
