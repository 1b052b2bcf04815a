import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool } from "#db/client.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { normalisePhone } from "#domain/customers/phone-number.ts";
import { addPrice, addRule, makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { systemActor } from "#server/demo/seed/system-actor.ts";
import { getConversation } from "#server/inbox/conversations/read-conversations.ts";
import { TestHouse, type TestShop } from "#server/testing/house.ts";
import { eraseCustomer } from "./erase-customer.ts";
import { exportCustomer } from "./export-customer.ts";
import { mergeCustomers } from "./merge-customers.ts";
import { getCustomer, listCustomers, listIdentities } from "./read-customers.ts";
import { archiveCustomer, createCustomer, updateCustomer } from "./save-customer.ts";

useTestDatabase();

const page = { limit: 50 };

describe("customers", () => {
  it("keeps a phone number as E.164 where it can be read, and as it came where not", () => {
    expect(normalisePhone("+1 (202) 555-0142")).toBe("+12025550142");
    expect(normalisePhone("0034 910 550 144")).toBe("+34910550144");
    expect(normalisePhone("ask the front desk")).toBe("ask the front desk");
    expect(normalisePhone("555-0142")).toBe("555-0142");
  });

  it("is made of a name alone, and a change leaves what it does not name", async () => {
    const actor = systemActor(await makeTenant());
    const made = await createCustomer(actor, { name: "  Zoë \u00e9\u0065\u0301 " });
    expect(made.name).toBe("  Zoë \u00e9\u0065\u0301 ");
    await updateCustomer(actor, made.id, { phone: "+49 30 5550147", customFields: { size: "L", vip: true } });
    const changed = await updateCustomer(actor, made.id, { customFields: { size: null }, externalId: "c-1" });
    expect(changed).toMatchObject({ phone: "+49305550147", customFields: { vip: true }, externalId: "c-1" });
    await expect(createCustomer(actor, { name: "B", externalId: "c-1" })).rejects.toThrow(
      "another customer has it",
    );
    await archiveCustomer(actor, made.id);
    await expect(getCustomer(actor, made.id)).rejects.toThrow("There is no such customer");
  });

  it("is found by a part of name, e-mail or phone, and never another tenant's", async () => {
    const [actor, other] = [systemActor(await makeTenant()), systemActor(await makeTenant())];
    const ann = await createCustomer(actor, {
      name: "Ann Smithson",
      email: "ANN@Example.com",
      phone: "+12025550142",
    });
    await createCustomer(actor, { name: "Bob 100%_done" });
    await createCustomer(other, { name: "Ann Smithson", phone: "+12025550142" });
    const found = async (search: string) =>
      (await listCustomers(actor, { ...page, search })).data.map((one) => one.name);
    for (const words of ["smith", "ann@exam", "5550142", "(202) 555-01"])
      expect(await found(words)).toEqual([ann.name]);
    expect(await found("100%_d")).toEqual(["Bob 100%_done"]);
    expect(await found("%")).toEqual(["Bob 100%_done"]);
    expect(await found("nobody at all")).toEqual([]);
  });

  it("pages through a search", async () => {
    const actor = systemActor(await makeTenant());
    for (let index = 0; index < 5; index += 1) await createCustomer(actor, { name: `Paged ${index}` });
    const first = await listCustomers(actor, { limit: 2, search: "paged" });
    const second = await listCustomers(actor, {
      limit: 2,
      search: "paged",
      cursor: first.nextCursor ?? undefined,
    });
    const third = await listCustomers(actor, {
      limit: 2,
      search: "paged",
      cursor: second.nextCursor ?? undefined,
    });
    const names = [...first.data, ...second.data, ...third.data].map((one) => one.name);
    expect(names).toEqual([4, 3, 2, 1, 0].map((index) => `Paged ${index}`));
    expect(third.nextCursor).toBeNull();
  });

  it("is searched through the trigram index by the search role", async () => {
    const tenantId = await makeTenant();
    await withTenant(
      tenantId,
      (tx) => tx.sql`insert into customers (tenant_id, id, name)
        select ${tenantId}, gen_random_uuid(), 'Person ' || md5(n::text) from generate_series(1, 20000) n`,
    );
    const admin = createPool(String(process.env.DATABASE_DIRECT_URL), { max: 1 });
    try {
      await admin.unsafe("analyze customers");
      const [row] = await admin`select prosrc from pg_proc where proname = 'search_customer_ids'`;
      const body = String(row?.prosrc)
        .replace("like pattern", "like '%abcdef%'")
        .replaceAll("before_id", "null::uuid")
        .replace("limit most", "limit 51");
      const plan = await admin.begin(async (sql) => {
        await sql.unsafe(`set local role aurora_search; set local app.tenant = '${tenantId}'`);
        return sql.unsafe(`explain ${body}`);
      });
      expect(plan.map((line) => String(line["QUERY PLAN"])).join("\n")).toContain("customers_search_idx");
    } finally {
      await admin.end();
    }
  });
});

describe("a customer with a past", () => {
  const house = new TestHouse();
  let shop: TestShop;
  let talk: string;
  let customerId: string;
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
    talk = await house.say(shop, "+12025550142", "I want to buy AirPods Pro");
    customerId = (await getConversation(shop.actor, talk)).customerId;
  });
  afterAll(() => house.close());

  it("is merged: addresses and conversations move, counts add up, gaps are filled", async () => {
    const other = await createCustomer(shop.actor, {
      name: "J. Doe",
      email: "john@example.com",
      tags: ["vip"],
    });
    const merged = await mergeCustomers(shop.actor, { id: other.id, fromCustomerId: customerId });
    expect(merged).toMatchObject({
      name: "J. Doe",
      phone: "+12025550142",
      conversationCount: 1,
      tags: ["vip"],
    });
    expect((await listIdentities(shop.actor, { id: other.id, ...page })).data).toHaveLength(1);
    expect((await getConversation(shop.actor, talk)).customerId).toBe(other.id);
    await expect(getCustomer(shop.actor, customerId)).rejects.toThrow("There is no such customer");
    customerId = other.id;
  });

  it("is exported in one answer", async () => {
    const given = await exportCustomer(shop.actor, customerId);
    expect(given.messages.map((message) => message.role)).toEqual(["customer", "assistant", "assistant"]);
    expect([given.identities.length, given.conversations.length, given.runs.length]).toEqual([1, 1, 1]);
    expect(given.usage.length).toBe(2);
  });

  const TRACES = ["2025550142", "john@example.com", "AirPods Pro", "John Doe", "J. Doe"];
  /** The example sentences of the shop's own intents and flows are its words, not the customer's. */
  const OWN = new Set(["intents", "flows", "flow_nodes", "flow_versions"]);

  /** Tables in which a trace of the customer stands, journalled bytes included. */
  async function tracesLeft(): Promise<string[]> {
    const admin = createPool(String(process.env.DATABASE_DIRECT_URL), { max: 1 });
    try {
      const tables = await admin`select table_name as name from information_schema.columns
        where table_schema = 'public' and column_name = 'tenant_id' group by 1 order by 1`;
      const left: string[] = [];
      for (const { name } of tables) {
        const hits = TRACES.map((trace) => `t::text like '%${trace}%'`).join(" or ");
        const bytes = name === "webhook_journal" ? " or position('2025550142'::bytea in body) > 0" : "";
        const [row] = await admin.unsafe(
          `select count(*)::int as n from "${name}" t where tenant_id = '${shop.tenantId}' and (${hits}${bytes})`,
        );
        if (Number(row?.n) > 0 && !OWN.has(String(name))) left.push(String(name));
      }
      return left;
    } finally {
      await admin.end();
    }
  }

  it("is erased: no word or address is left in any table, and every amount stays", async () => {
    const before = await getConversation(shop.actor, talk);
    expect((await tracesLeft()).length).toBeGreaterThan(8);
    await eraseCustomer(shop.actor, customerId);
    const after = await getConversation(shop.actor, talk);
    expect([after.clientPrice, after.tokensUsed]).toEqual([before.clientPrice, before.tokensUsed]);
    expect(await tracesLeft()).toEqual([]);
    await expect(getCustomer(shop.actor, customerId)).rejects.toThrow("There is no such customer");
  });
});
