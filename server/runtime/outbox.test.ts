import { afterEach, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import {
  appendOutbox,
  listPublishedFacts,
  type OutboxEvent,
  type PublishedFact,
  startRelay,
  stopRelay,
  subscribeOutbox,
  wakeRelay,
} from "./outbox.ts";

useTestDatabase();
afterEach(() => stopRelay());

async function makeTenant(): Promise<TenantId> {
  const id = newId();
  await withSystem(
    "test tenant",
    (tx) =>
      tx.sql`insert into tenants (id, name, slug, billing_email) values (${id}, 'T', ${id}, 'a@b.test')`,
  );
  return tenantIdFrom(id);
}

function collect(tenantId: TenantId): PublishedFact[] {
  const seen: PublishedFact[] = [];
  subscribeOutbox((facts) => seen.push(...facts.filter((fact) => fact.tenantId === tenantId)));
  return seen;
}

const local = (events: OutboxEvent[], fail = () => false) => ({
  knows: (name: string) => name.startsWith("work/"),
  deliver: async (_sql: unknown, list: OutboxEvent[]) => {
    if (fail()) throw new Error("the sink refused");
    return { committed: () => events.push(...list), rolledBack: () => undefined };
  },
});

describe("outbox", () => {
  it("tells committed facts, numbered per tenant without gaps, and nothing of a rolled-back deed", async () => {
    const [tenantId, other] = [await makeTenant(), await makeTenant()];
    const events: OutboxEvent[] = [];
    const seen = collect(tenantId);
    await startRelay(local(events));
    const tell = (tenant: TenantId, n: number, fail = false) =>
      withTenant(tenant, async (tx) => {
        await appendOutbox(tx, [{ tenantId: tenant, name: "work/thing.done", payload: { n } }]);
        if (fail) throw new Error("undone");
      }).catch(() => undefined);
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => tell(n % 3 === 0 ? other : tenantId, n, n % 5 === 0)),
    );
    wakeRelay();
    await expect.poll(() => seen.length).toBe(32);
    expect(seen.map((fact) => fact.number)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
    expect(events).toHaveLength(48);
    expect(events.every((event) => Number(event.data.n) % 5 !== 0)).toBe(true);
    expect((await listPublishedFacts(tenantId, 30)).map((fact) => fact.number)).toEqual([31, 32]);
  });

  it("publishes a fact with the same dedupe key once", async () => {
    const tenantId = await makeTenant();
    const seen = collect(tenantId);
    await startRelay(local([]));
    const fact = { tenantId, name: "thing.done", payload: {}, dedupeKey: `${tenantId}:once` };
    for (let tries = 0; tries < 3; tries += 1) await withTenant(tenantId, (tx) => appendOutbox(tx, [fact]));
    wakeRelay();
    await expect.poll(() => seen.length).toBe(1);
    expect(await listPublishedFacts(tenantId, 0)).toHaveLength(1);
  });

  it("keeps facts while the sink refuses and hands them over later by its own sweep", async () => {
    const tenantId = await makeTenant();
    const events: OutboxEvent[] = [];
    let refusals = 2;
    await startRelay(local(events, () => refusals-- > 0));
    await withTenant(tenantId, (tx) => appendOutbox(tx, [{ tenantId, name: "work/a.b", payload: {} }]));
    await expect.poll(() => events.length, { timeout: 8000 }).toBe(1);
    expect(events[0]?.data.tenantId).toBe(tenantId);
  });

  it("sends the same event ids again after a failed request to a server", async () => {
    const tenantId = await makeTenant();
    const requests: string[][] = [];
    const send = async (list: OutboxEvent[]) => {
      requests.push(list.map((event) => event.id));
      if (requests.length === 1) throw new Error("connection reset");
    };
    const [id] = await withTenant(tenantId, (tx) =>
      appendOutbox(tx, [{ tenantId, name: "work/a.b", payload: {} }]),
    );
    const expire = () =>
      withSystem(
        "test clock",
        (tx) => tx.sql`update outbox set claimed_until = now() where state = 'claimed'`,
      );
    await startRelay({ knows: () => true, send });
    await expect.poll(() => requests.length).toBe(1);
    await expire();
    await expect.poll(() => requests.length, { timeout: 5000 }).toBe(2);
    expect(requests).toEqual([[id], [id]]);
    await expect.poll(async () => (await listPublishedFacts(tenantId, 0)).length).toBe(1);
  });
});
