import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { meter } from "../meter/meter.ts";
import { mailInvoice } from "../notify.ts";
import { addPrice, addRule, makeActor, makeTenant } from "../testing/billing-fixtures.ts";
import { wordsOf } from "../testing/pdf-words.ts";
import { closeMonth } from "./close-month.ts";
import { exportInvoice } from "./export-invoice.ts";
import { printInvoice } from "./invoice-pdf.ts";
import { getInvoice } from "./read-invoice.ts";

useTestDatabase();

async function bill(tenantId: TenantId, days = 8) {
  for (let day = 1; day <= days; day += 1) {
    await meter.commit({
      tenantId,
      idempotencyKey: newId(),
      serviceType: "token",
      provider: "openai",
      model: "gpt-4",
      status: "succeeded",
      quantities: { input: 1000 * day, output: 500 },
      occurredAt: `2025-01-${String(day).padStart(2, "0")}T12:00:00.000Z`,
    });
  }
  return (await closeMonth(tenantId, "2025-01"))?.invoiceId ?? "";
}

const set = (tenantId: TenantId, values: Record<string, string>) =>
  withSystem("test", (tx) => tx.sql`update tenants set ${tx.sql(values)} where id = ${tenantId}`);

beforeAll(async () => {
  await addPrice({
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    unit: "per_1k_tokens",
    parts: { input: "0.03", output: "0.06" },
  });
  await addRule({ scope: "platform", markupPercent: "66" });
});

describe("an invoice's PDF", () => {
  it("shows lines, days, totals and the checksum of the CSV, and is the same file every time", async () => {
    const tenantId = await makeTenant({ taxRatePercent: "10" });
    await set(tenantId, { billing_address: "1 Main Street\nSpringfield", tax_id: "US-123" });
    const id = await bill(tenantId);
    const invoice = await getInvoice(tenantId, id);
    const { fileName, body } = await printInvoice(tenantId, id);
    expect(fileName).toBe("INV-2025-01-001.pdf");
    expect(body.subarray(0, 5).toString()).toBe("%PDF-");
    const csv = await exportInvoice(makeActor(tenantId), { id, level: "lines" });
    const words = wordsOf(body);
    for (const word of [
      "INV-2025-01-001",
      "Test tenant",
      "1 Main Street",
      "Tax id US-123",
      "2025-01-01 to 2025-01-31",
      "AI tokens, openai gpt-4",
      "AI tokens, openai gpt-4: 8 records on 8 days",
      "2025-01-08",
      "and 3 more days in the CSV and on screen",
      invoice.subtotal,
      invoice.tax,
      `${invoice.total} USD`,
      createHash("sha256").update(csv.body).digest("hex"),
      "INV-2025-01-001, page 1 of 1",
    ])
      expect(words).toContain(word);
    expect((await printInvoice(tenantId, id)).body.equals(body)).toBe(true);
    await expect(printInvoice(await makeTenant(), id)).rejects.toMatchObject({ kind: "not_found" });
  });

  it("goes over as many pages as the lines need", async () => {
    const tenantId = await makeTenant();
    for (let i = 0; i < 60; i += 1) {
      await meter.commit({
        tenantId,
        idempotencyKey: newId(),
        serviceType: "token",
        provider: "openai",
        model: `model-${i}`,
        status: "succeeded",
        quantities: { input: 1000 },
        occurredAt: "2025-01-05T12:00:00.000Z",
      });
    }
    const id = (await closeMonth(tenantId, "2025-01"))?.invoiceId ?? "";
    const words = wordsOf((await printInvoice(tenantId, id)).body);
    expect(words).toContain("model-59");
    expect(words).toMatch(/page 5 of 5/);
  });

  it("goes to the billing address once, and staff see what was attached", async () => {
    const tenantId = await makeTenant();
    const id = await bill(tenantId, 1);
    await mailInvoice(tenantId, id);
    await mailInvoice(tenantId, id);
    const { body } = await printInvoice(tenantId, id);
    const rows = await withSystem(
      "test",
      (tx) => tx.sql`select recipients, attachments from mail_messages where tenant_ref = ${tenantId}`,
    );
    const sha256 = createHash("sha256").update(body).digest("hex");
    expect(rows).toMatchObject([
      {
        recipients: ["billing@example.com"],
        attachments: [
          { fileName: "INV-2025-01-001.pdf", contentType: "application/pdf", bytes: body.length, sha256 },
        ],
      },
    ]);
  });
});

describe("a tenant's terms", () => {
  it.each([
    ["exclusive", { tax: "7.98", total: "49.98" }],
    ["inclusive", { tax: "6.71", total: "42.00" }],
    ["reverse_charge", { tax: "0.00", total: "42.00" }],
  ])("of %s tax and 10 %% discount stand on its invoice", async (mode, figures) => {
    const tenantId = await makeTenant({ taxRatePercent: "19" });
    await set(tenantId, { tax_mode: mode, discount_percent: "10" });
    await addRule({ scope: "tenant", tenantId, markupPercent: "0" });
    // 1,555,556 tokens at 0.03 per 1,000 are 46.66668.
    await meter.commit({
      tenantId,
      idempotencyKey: newId(),
      serviceType: "token",
      provider: "openai",
      model: "gpt-4",
      status: "succeeded",
      quantities: { input: 1_555_556 },
      occurredAt: "2025-01-05T12:00:00.000Z",
    });
    const id = (await closeMonth(tenantId, "2025-01"))?.invoiceId ?? "";
    const terms = { taxMode: mode, discountPercent: "10", subtotal: "46.67", discount: "4.67" };
    expect(await getInvoice(tenantId, id)).toMatchObject({ ...terms, ...figures });
    const words = wordsOf((await printInvoice(tenantId, id)).body);
    expect(words).toContain("Discount, 10%");
    expect(words.includes("Reverse charge")).toBe(mode === "reverse_charge");
  });
});
