import { describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { planInput } from "#domain/billing/plan.ts";
import { newId } from "#domain/core/id.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { tenantCreate } from "#domain/platform/tenant-input.ts";
import { getAiCatalogue } from "#server/ai/ai-catalogue.ts";
import { createPlan } from "#server/billing/plans.ts";
import { getSubscription } from "#server/billing/subscriptions/read-subscription.ts";
import { makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { handleRestRequest } from "#server/rest/handle-request.ts";
import { clock } from "#server/runtime/clock.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { registerTimerHandler, scheduleTimer } from "#server/runtime/timers.ts";
import { TestHouse, workOff } from "#server/testing/house.ts";
import type { Context } from "#server/trpc/context.ts";
import { createPlatformProvider } from "./ai-providers.ts";
import { listSystemEvents, replayJournalEntry, resolveSystemEvent } from "./logs.ts";
import { setTestClock } from "./set-test-clock.ts";
import { openTenant, setTenantStatus } from "./tenants.ts";

useTestDatabase();

const staff: Context = {
  principal: { kind: "platform_key", keyId: newId(), name: "Test" },
  tenant: null,
  requestId: "test",
  ip: null,
  userAgent: null,
};
let serial = 0;
const given = (more: object = {}) => {
  serial += 1;
  const owner = { email: `owner${serial}@example.com`, name: "Owner" };
  return tenantCreate.parse({
    name: "Northwind",
    slug: `northwind-${serial}`,
    sandbox: true,
    owner,
    ...more,
  });
};
const ask = (key: string, method: string, path: string, body?: object) =>
  handleRestRequest(
    new Request(`http://house.test/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
    "tenant",
    path.slice(1).split("/"),
  );

describe("tenants", () => {
  it("come with a key that works at once, and with their plan", async () => {
    const plan = await createPlan(
      planInput.parse({ name: "Pro", code: "pro", currency: "USD", monthlyPrice: "299" }),
    );
    const tenant = await openTenant(staff, given({ planId: plan.id }));
    expect(tenant).toMatchObject({ status: "active", planName: "Pro", timezone: "UTC", currency: "USD" });
    expect((await ask(tenant.apiKey, "POST", "/customers", { name: "First" })).status).toBe(201);
    expect((await getSubscription(tenantIdFrom(tenant.id))).plan?.id).toBe(plan.id);
    await expect(openTenant(staff, given({ slug: tenant.slug }))).rejects.toThrow("slug: this name is taken");
    await expect(openTenant(staff, given({ planId: newId() }))).rejects.toThrow("There is no such plan");
  });

  it("are on the Free plan and on trial where no plan is named, and say so where there is none at all", async () => {
    const tenant = await openTenant(staff, given());
    expect(tenant).toMatchObject({ status: "trial", planName: "Free" });
    const answer = await ask(tenant.apiKey, "GET", "/subscription");
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { status: "trialing", plan: { code: "free", monthlyPrice: "0.00" }, included: {}, left: {} },
    ]);
    expect(await getSubscription(await makeTenant())).toMatchObject({ id: null, status: "none", plan: null });
  });

  it("can be read and not changed while suspended, and not opened at all once cancelled", async () => {
    const tenant = await openTenant(staff, given());
    await setTenantStatus(staff, tenant.id, "suspended");
    expect((await ask(tenant.apiKey, "GET", "/customers")).status).toBe(200);
    const refused = await ask(tenant.apiKey, "POST", "/customers", { name: "X" });
    expect([refused.status, (await refused.json()).code]).toEqual([412, "tenants.suspended"]);
    await setTenantStatus(staff, tenant.id, "active");
    expect((await ask(tenant.apiKey, "POST", "/customers", { name: "X" })).status).toBe(201);
    await setTenantStatus(staff, tenant.id, "cancelled");
    expect((await ask(tenant.apiKey, "GET", "/customers")).status).toBe(401);
  });

  it("have a clock that can be set in a sandbox, and what is due by it happens", async () => {
    const tenant = await openTenant(staff, given());
    const tenantId = tenantIdFrom(tenant.id);
    const fired: string[] = [];
    registerTimerHandler("test.ring", async (_tx, timer) => {
      fired.push(timer.subjectId);
    });
    await setTestClock(staff, { id: tenant.id, now: "2025-01-29T15:00:00.000Z" });
    expect((await clock.now(tenantId)).toISOString()).toContain("2025-01-29T15:00:0");
    await withTenant(tenantId, (tx) =>
      scheduleTimer(tx, { kind: "test.ring", subjectId: "later", dueAt: "2025-01-31T00:00:00.000Z" }),
    );
    expect((await setTestClock(staff, { id: tenant.id, now: "2025-01-30T00:00:00Z" })).timersFired).toBe(0);
    expect((await setTestClock(staff, { id: tenant.id, now: "2025-02-01T00:00:00+00:00" })).timersFired).toBe(
      1,
    );
    expect(fired).toEqual(["later"]);
    const live = await openTenant(staff, given({ sandbox: false }));
    await expect(setTestClock(staff, { id: live.id, now: "2025-01-29T15:00:00.000Z" })).rejects.toThrow(
      "sandbox",
    );
  });
});

describe("the platform's AI providers", () => {
  it("become everybody's default, or one tenant's, from the next call on", async () => {
    const house = new TestHouse();
    await house.open();
    const [a, b] = [await openTenant(staff, given()), await openTenant(staff, given())];
    const all = {
      name: "All",
      type: "openai" as const,
      model: "gpt-4",
      apiKey: "sk-platform-key-1234",
      isDefault: true,
    };
    const shared = await createPlatformProvider(all);
    expect(shared.apiKey).toBe("••••1234");
    const firstOf = async (id: string) => (await getAiCatalogue(tenantIdFrom(id))).candidates[0]?.name;
    expect([await firstOf(a.id), await firstOf(b.id)]).toEqual(["All", "All"]);
    await createPlatformProvider({ ...all, name: "Only B", tenantId: b.id });
    expect([await firstOf(a.id), await firstOf(b.id)]).toEqual(["All", "Only B"]);
    await house.close();
  });
});

describe("the platform's logs", () => {
  it("play a webhook again without doubling anything", async () => {
    const house = new TestHouse();
    await house.open();
    const shop = await house.addShop("replayed", "100000000000001");
    await house.say(shop, "+12025550142", "Where is my order?");
    const count = () =>
      withTenant(
        shop.tenantId,
        (tx) => tx.sql`select count(*)::int as n from messages where tenant_id = ${shop.tenantId}`,
      );
    const [journal] = await withTenant(shop.tenantId, (tx) => tx.sql`select id from webhook_journal`);
    const [before] = await count();
    expect((await replayJournalEntry(String(journal?.id))).status).toBe("received");
    await workOff(shop.tenantId);
    const [after] = await count();
    expect(after?.n).toBe(before?.n);
    const [row] = await withTenant(shop.tenantId, (tx) => tx.sql`select status from webhook_journal`);
    expect(row?.status).toBe("processed");
    await house.close();
  });

  it("keep an event until somebody resolves it", async () => {
    await recordSystemEvent({ kind: "test.noticed", source: "test", severity: 3, message: "Look." });
    const open = await listSystemEvents({ limit: 50, resolved: false });
    const event = open.data.find((one) => one.kind === "test.noticed");
    expect(event?.severity).toBe("critical");
    expect((await resolveSystemEvent(String(event?.id), "staff")).resolvedBy).toBe("staff");
    const still = await listSystemEvents({ limit: 50, resolved: false });
    expect(still.data.some((one) => one.kind === "test.noticed")).toBe(false);
  });
});
