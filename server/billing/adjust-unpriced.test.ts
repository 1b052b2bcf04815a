import { beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { adjustUnpriced } from "./adjust-unpriced.ts";
import { runInvoices } from "./invoices/run-invoices.ts";
import { getUsage } from "./list-usage.ts";
import { meter } from "./meter/meter.ts";
import type { UsageFact } from "./meter/usage-fact.ts";
import { createProviderPrice } from "./provider-prices.ts";
import { reconcile } from "./reconcile.ts";
import { addRule, makeActor, makeTenant, readAs } from "./testing/billing-fixtures.ts";
import { fromUsage, listedUsage, usageColumns } from "./usage-query.ts";

useTestDatabase();

const used = { serviceType: "token", provider: "nova", model: "new-1" } as const;

function call(tenantId: TenantId, more: Partial<UsageFact> = {}) {
  return meter.commit({
    tenantId,
    idempotencyKey: newId(),
    ...used,
    status: "succeeded",
    quantities: { input: 120, output: 50 },
    occurredAt: new Date().toISOString(),
    ...more,
  });
}

const list = (tenantId: TenantId) =>
  readAs(
    tenantId,
    (tx) =>
      tx.sql`select ${usageColumns(tx)} from ${fromUsage(tx)} where u.tenant_id = ${tenantId} order by u.ingest_seq`,
  ).then((rows) => rows.map(listedUsage));

const enterPrice = (model: string, validFrom: string) =>
  createProviderPrice(
    {
      ...used,
      model,
      currency: "USD",
      unit: "per_1k_tokens",
      parts: { input: "0.03", output: "0.06" },
      validFrom,
    },
    "staff",
  );

describe("usage of a model without a price", () => {
  let tenantId: TenantId;
  beforeAll(async () => {
    await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
    tenantId = await makeTenant();
  });

  it("is adjusted once its price is entered; the record itself stays as it is", async () => {
    const talk = newId();
    const record = await call(tenantId, { conversationId: talk });
    await call(tenantId, { status: "failed" });
    expect(record).toMatchObject({ unpriced: true, clientPrice: "0", providerCost: "0" });
    const source = "token nova new-1";
    await recordSystemEvent({ kind: "usage.unpriced", source, severity: 2, tenantId, message: "No price." });

    expect(await adjustUnpriced(used)).toEqual({ adjusted: 0, left: 2 });
    await enterPrice("new-1", "2020-01-01T00:00:00.000Z");
    expect(await adjustUnpriced(used)).toEqual({ adjusted: 2, left: 0 });
    expect(await adjustUnpriced(used)).toEqual({ adjusted: 0, left: 0 });

    const [first, second, third, fourth] = await list(tenantId);
    expect(first).toMatchObject({ ...record, adjustedById: third?.id });
    expect(third).toMatchObject({
      type: "adjustment",
      adjustsId: record.id,
      conversationId: talk,
      totalQuantity: 0,
      providerCost: "0.0066",
      clientPrice: "0.010956",
      profit: "0.004356",
      billablePrice: "0.010956",
    });
    const why = await getUsage(makeActor(tenantId), String(third?.id));
    expect(why.explanation).toContain("66");
    expect(why.explanation).toContain("0.010956");
    // A failed call costs the platform, not the tenant.
    expect(fourth).toMatchObject({ adjustsId: second?.id, providerCost: "0.0066", clientPrice: "0" });
    const [event] = await withSystem(
      "test",
      (tx) => tx.sql`select resolved_at is not null as over from system_events where source = ${source}`,
    );
    expect(event?.over).toBe(true);
    expect((await reconcile(tenantId)).differences).toBe(0);
  });

  it("that was adjusted is priced: another price may begin after it only", async () => {
    const own = await makeTenant();
    const of = { ...used, model: "new-6" };
    const record = await call(own, { model: "new-6", occurredAt: "2025-01-10T00:00:00.000Z" });
    await enterPrice("new-6", "2025-01-01T00:00:00.000Z");
    expect(await adjustUnpriced(of)).toEqual({ adjusted: 1, left: 0 });
    await expect(enterPrice("new-6", "2025-01-05T00:00:00.000Z")).rejects.toMatchObject({
      code: "pricing.would_reprice",
      details: { lastUsageAt: record.occurredAt },
    });
    await expect(enterPrice("new-6", record.occurredAt)).rejects.toMatchObject({
      code: "pricing.would_reprice",
    });
    expect(await enterPrice("new-6", "2025-01-10T00:00:00.001Z")).toMatchObject({ model: "new-6" });
  });

  it("is left alone where it happened before the price began", async () => {
    const own = await makeTenant();
    await call(own, { model: "new-2", occurredAt: "2025-01-10T00:00:00.000Z" });
    await enterPrice("new-2", "2025-02-01T00:00:00.000Z");
    expect(await adjustUnpriced({ ...used, model: "new-2" })).toEqual({ adjusted: 0, left: 1 });
    expect(await list(own)).toHaveLength(1);
  });

  it("is adjusted once however many adjust at the same time, and lands on its own invoice line", async () => {
    const own = await makeTenant();
    await Promise.all(Array.from({ length: 250 }, () => call(own, { model: "new-3" })));
    await enterPrice("new-3", "2020-01-01T00:00:00.000Z");
    const of = { ...used, model: "new-3" };
    const both = await Promise.all([adjustUnpriced(of), adjustUnpriced(of)]);
    expect(both[0].adjusted + both[1].adjusted).toBeGreaterThanOrEqual(250);
    const records = await list(own);
    expect(records.filter((one) => one.type === "adjustment")).toHaveLength(250);
    const period = new Date().toISOString().slice(0, 7);
    await withSystem(
      "test",
      (tx) => tx.sql`update tenants set sandbox = true, clock_offset_ms = 3456000000 where id = ${own}`,
    );
    const [made] = await runInvoices({ tenantId: own, period });
    const lines = await readAs(
      own,
      (tx) =>
        tx.sql`select description, amount_exact::text as exact from invoice_lines where invoice_id = ${made?.invoiceId ?? null} order by position`,
    );
    expect(lines).toContainEqual({
      description: expect.stringContaining("Adjustment"),
      exact: "2.739000000000",
    });
    expect((await reconcile(own)).differences).toBe(0);
  });

  it("whose price was fixed is charged no second time", async () => {
    const own = await makeTenant();
    await withSystem("test", async (tx) => {
      const price = JSON.stringify({ unit: "per_1k_tokens", parts: { input: "1", output: "1" } });
      await tx.sql`insert into pricing_rules (id, scope, tenant_ref, service_type, fixed_price)
        values (${newId()}, 'tenant', ${own}, 'token', ${price})`;
      await tx.sql`update pricing_state set version = version + 1`;
    });
    const record = await call(own, { model: "new-4" });
    expect(record).toMatchObject({ unpriced: true, clientPrice: "0.17" });
    await enterPrice("new-4", "2020-01-01T00:00:00.000Z");
    await adjustUnpriced({ ...used, model: "new-4" });
    expect((await list(own))[1]).toMatchObject({
      clientPrice: "0",
      providerCost: "0.0066",
      profit: "-0.0066",
    });
  });
});
