import { afterAll, beforeAll, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { TestHouse } from "#server/testing/house.ts";

useTestDatabase();

const house = new TestHouse();
beforeAll(() => house.open());
afterAll(() => house.close());

it("keeps what customers write to a suspended workspace, for a person to read", async () => {
  const shop = await house.addShop("late-payer", "100000000000077");
  await withTenant(shop.tenantId, (tx) => tx.sql`update tenants set status = 'suspended'`);
  await house.say(shop, "+12025550177", "Is anybody there?");
  const rows = await withTenant(
    shop.tenantId,
    (
      tx,
    ) => tx.sql`select m.content, c.handler from messages m join conversations c on c.tenant_id = m.tenant_id
      and c.id = m.conversation_id where m.role = 'customer'`,
  );
  expect(rows).toMatchObject([{ content: "Is anybody there?", handler: "agent" }]);
});
