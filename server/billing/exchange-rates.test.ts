import { beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { exchangeRateInput } from "#domain/billing/exchange-rate.ts";
import { pricePreviewInput } from "#domain/billing/usage-report.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import {
  createExchangeRate,
  deleteExchangeRate,
  listMissingRates,
  tellMissingRates,
} from "./exchange-rates.ts";
import { getInvoice, listInvoiceLines } from "./invoices/read-invoice.ts";
import { runInvoices } from "./invoices/run-invoices.ts";
import { getUsage } from "./list-usage.ts";
import { meter } from "./meter/meter.ts";
import { previewPrice } from "./preview-price.ts";
import { reconcile } from "./reconcile.ts";
import { addPrice, addRule, makeActor, makeTenant } from "./testing/billing-fixtures.ts";

useTestDatabase();

const enter = (quote: string, month: string, rate: string) =>
  createExchangeRate(exchangeRateInput.parse({ base: "USD", quote, month, rate }), "Sam Staff");
const call = (tenantId: TenantId, occurredAt: string, input = 1000) =>
  meter.commit({
    tenantId,
    idempotencyKey: `fx-${occurredAt}`,
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    status: "succeeded",
    quantities: { input },
    occurredAt,
  });

beforeAll(async () => {
  await addPrice({
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    unit: "per_1k_tokens",
    parts: { input: "0.03" },
  });
  await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
});

describe("prices in dollars, bills in another currency", () => {
  it("converts cost and price at the month's rate, on the record, the preview and the invoice", async () => {
    const tenantId = await makeTenant({ currency: "EUR" });
    await enter("EUR", "2025-01", "0.92");
    await enter("EUR", "2025-02", "0.9512345");
    const january = await call(tenantId, "2025-01-31T23:59:59.999Z");
    const february = await call(tenantId, "2025-02-01T00:00:00.000Z");
    expect(january).toMatchObject({ providerCost: "0.0276", clientPrice: "0.045816", currency: "EUR" });
    expect(february).toMatchObject({ providerCost: "0.028537035", clientPrice: "0.0473714781" });
    const why = await getUsage(makeActor(tenantId), january.id);
    expect(why.explanation).toContain("× 0.92, the rate of USD to EUR from 2025-01 on");
    const fact = pricePreviewInput.parse({
      tenantId,
      serviceType: "token",
      provider: "openai",
      model: "gpt-4",
      occurredAt: "2025-01-15T00:00:00.000Z",
      quantities: { input: 1000 },
    });
    expect(await previewPrice(fact)).toMatchObject({ clientPrice: "0.045816", currency: "EUR" });
    const [run] = await runInvoices({ tenantId, period: "2025-01" });
    expect((await getInvoice(tenantId, String(run?.invoiceId))).exchangeRates).toEqual([
      { base: "USD", quote: "EUR", month: "2025-01", rate: "0.92" },
    ]);
    const { data: lines } = await listInvoiceLines(tenantId, String(run?.invoiceId));
    expect(lines.map((line) => [line.amountExact, line.amount])).toEqual([["0.045816", "0.05"]]);
    expect((await reconcile(tenantId)).differences).toBe(0);
  });

  it("holds a month's rate for good once it was used, and takes back one that was not", async () => {
    const tenantId = await makeTenant({ currency: "CHF" });
    await call(tenantId, "2025-03-10T10:00:00.000Z");
    await expect(enter("CHF", "2025-03", "0.9")).rejects.toMatchObject({ code: "pricing.rate_used" });
    const april = await enter("CHF", "2025-04", "0.9");
    await expect(enter("CHF", "2025-04", "0.8")).rejects.toMatchObject({ code: "pricing.rate_exists" });
    expect(await call(tenantId, "2025-04-10T10:00:00.000Z")).toMatchObject({ providerCost: "0.027" });
    await expect(deleteExchangeRate(april.id)).rejects.toMatchObject({ code: "pricing.rate_used" });
    await deleteExchangeRate((await enter("CHF", "2025-05", "0.8")).id);
  });

  it("says which pair has no rate, because its costs count one to one", async () => {
    const tenantId = await makeTenant({ currency: "JPY" });
    const record = await call(tenantId, "2025-03-10T10:00:00.000Z");
    await call(tenantId, "2025-03-11T10:00:00.000Z");
    expect(record).toMatchObject({ providerCost: "0.03" });
    const { explanation } = await getUsage(makeActor(tenantId), record.id);
    expect(explanation).toContain("counted one to one as JPY because no exchange rate was entered");
    const told = await withSystem(
      "test",
      (tx) =>
        tx.sql`select payload from outbox where tenant_id = ${tenantId} and name = 'exchange_rate.missing'`,
    );
    expect(told.map((row) => row.payload)).toEqual([{ base: "USD", quote: "JPY", month: "2025-03" }]);
    expect(await listMissingRates()).toContainEqual({ base: "USD", quote: "JPY", tenants: 1 });
    await tellMissingRates();
    const events = await withSystem(
      "test",
      (tx) => tx.sql`select source from system_events where kind = 'pricing.rate_missing'`,
    );
    expect(events.map((row) => row.source)).toContain("USD JPY");
  });

  it("refuses a rate of nothing, of one currency to itself, and of no month", () => {
    const good = { base: "USD", quote: "EUR", month: "2025-01", rate: "1" };
    const refused = [{ rate: "0" }, { quote: "USD" }, { month: "2025-13" }, { base: "QQQ" }, { rate: "-1" }];
    for (const wrong of refused)
      expect(exchangeRateInput.safeParse({ ...good, ...wrong }).success).toBe(false);
  });
});
