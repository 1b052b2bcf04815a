import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import { getInvoiceRun, startInvoiceRun } from "#server/billing/invoices/invoice-runs.ts";
import { meter } from "#server/billing/meter/meter.ts";
import { addPrice, countRows, makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { startDurableWork, stopDurableWork } from "../../start.ts";

useTestDatabase();

const sms = { serviceType: "sms", provider: "twilio", model: "sms" } as const;

beforeAll(async () => {
  await addPrice({ ...sms, unit: "per_segment", parts: { amount: "0.01" } });
});
afterAll(() => stopDurableWork(0));

it("a run goes on by itself in the background, also one that was started while nobody worked", async () => {
  const tenants = await Promise.all(Array.from({ length: 5 }, () => makeTenant()));
  for (const tenantId of tenants)
    await meter.commit({
      tenantId,
      idempotencyKey: newId(),
      ...sms,
      status: "succeeded",
      quantities: { segments: 100 },
      occurredAt: "2025-01-15T12:00:00.000Z",
    });
  const { id } = await startInvoiceRun({ period: "2025-01" }, "Ada");
  await startDurableWork();
  await vi.waitFor(async () => expect(await getInvoiceRun(id)).toMatchObject({ status: "finished" }), {
    timeout: 15_000,
    interval: 50,
  });
  expect(await getInvoiceRun(id)).toMatchObject({ total: 5, done: 5, created: 5, problems: [] });
  for (const tenantId of tenants) expect(await countRows(tenantId, "invoices")).toBe(1);
});
