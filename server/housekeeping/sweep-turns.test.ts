import { afterAll, beforeAll, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { TestHouse, type TestShop } from "#server/testing/house.ts";
import { sweepStaleTurns } from "./sweep-turns.ts";

useTestDatabase();

const house = new TestHouse();
let shop: TestShop;
let talk: string;
beforeAll(async () => {
  await house.open();
  shop = await house.addShop("shop", "100000000000001");
  talk = await house.say(shop, "+12025550142", "I want to buy AirPods Pro");
});
afterAll(() => house.close());

/** A turn's lease as its process left it, so many seconds from its end. */
const leased = (seconds: number) =>
  withTenant(
    shop.tenantId,
    (tx) => tx.sql`update conversations set lease_owner = 'dead-1',
      lease_expires_at = clock_timestamp() + make_interval(secs => ${seconds}) where id = ${talk}`,
  );
const setRun = (status: string) =>
  withTenant(
    shop.tenantId,
    (tx) => tx.sql`update flow_executions set status = ${status} where conversation_id = ${talk}`,
  );
const owner = () =>
  withTenant(shop.tenantId, (tx) => tx.sql`select lease_owner from conversations where id = ${talk}`).then(
    (rows) => rows[0]?.lease_owner,
  );
const asked = () =>
  withSystem(
    "test: turns asked for",
    (tx) =>
      tx.sql`select 1 from outbox where name = 'conversations/turn.requested' and payload->>'conversationId' = ${talk}`,
  ).then((rows) => rows.length);

it("asks again for a turn whose process died during a run", async () => {
  await setRun("running");
  await leased(30);
  expect([await sweepStaleTurns(), await owner()]).toEqual([0, "dead-1"]);
  await leased(-1);
  expect([await sweepStaleTurns(), await owner(), await asked()]).toEqual([1, null, 1]);
  await setRun("waiting");
});

it("asks again for a turn whose process died before it handled what waits", async () => {
  await withTenant(
    shop.tenantId,
    (tx) => tx.sql`update conversation_inbox set handled_at = null where conversation_id = ${talk}`,
  );
  await leased(-1);
  expect([await sweepStaleTurns(), await owner(), await asked()]).toEqual([1, null, 2]);
  await withTenant(
    shop.tenantId,
    (tx) => tx.sql`update conversation_inbox set handled_at = now() where conversation_id = ${talk}`,
  );
});

it("leaves a forgotten lease with nothing undone to the next message, which takes it", async () => {
  await leased(-1);
  expect([await sweepStaleTurns(), await owner()]).toEqual([0, "dead-1"]);
  await house.say(shop, "+12025550142", "Yes, please!");
  expect(await owner()).toBeNull();
});
