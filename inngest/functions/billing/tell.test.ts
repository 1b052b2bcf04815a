import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { costAlertInput } from "#domain/billing/cost-alert.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { createCostAlert } from "#server/billing/cost-alerts.ts";
import { runInvoices } from "#server/billing/invoices/run-invoices.ts";
import { meter } from "#server/billing/meter/meter.ts";
import { addPrice, makeActor, makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { startDurableWork, stopDurableWork } from "../../start.ts";

useTestDatabase();

beforeAll(async () => {
  await addPrice({
    serviceType: "api_call",
    provider: "own",
    model: "unit",
    unit: "per_unit",
    parts: { amount: "1" },
  });
  await startDurableWork();
});

afterAll(() => stopDurableWork(0));

function spend(tenantId: TenantId, given: { units: number; model?: string; occurredAt?: string }) {
  return meter.commit({
    tenantId,
    idempotencyKey: newId(),
    serviceType: "api_call",
    provider: "own",
    model: given.model ?? "unit",
    status: "succeeded",
    quantities: { units: given.units },
    occurredAt: given.occurredAt ?? new Date().toISOString(),
  });
}

const mailsTo = (tenantId: TenantId) =>
  withSystem(
    "test",
    (tx) => tx.sql`select subject, recipients, created_at from mail_messages where tenant_ref = ${tenantId}`,
  );

describe("billing's mails", () => {
  it("tell of a crossed mark", async () => {
    const tenantId = await makeTenant();
    const emails = ["cfo@example.com"];
    await createCostAlert(
      makeActor(tenantId),
      costAlertInput.parse({ name: "Budget", budget: "100", marks: ["80"], emails }),
    );
    await spend(tenantId, { units: 85 });
    await vi.waitFor(async () => expect(await mailsTo(tenantId)).toHaveLength(1), {
      timeout: 5000,
      interval: 20,
    });
    expect((await mailsTo(tenantId))[0]).toMatchObject({
      recipients: emails,
      subject: expect.stringContaining("85 %"),
    });
  });

  it("bring a finalised invoice to the billing address, once however often the run is started", async () => {
    const tenantId = await makeTenant();
    await spend(tenantId, { units: 5, occurredAt: "2026-03-10T00:00:00.000Z" });
    await runInvoices({ tenantId, period: "2026-03" });
    await runInvoices({ tenantId, period: "2026-03" });
    await vi.waitFor(async () => expect(await mailsTo(tenantId)).toHaveLength(1), {
      timeout: 5000,
      interval: 20,
    });
    expect((await mailsTo(tenantId))[0]).toMatchObject({
      recipients: ["billing@example.com"],
      subject: "Invoice INV-2026-03-001: 5.00 USD",
    });
  });

  it("tell staff once of a model without a price", async () => {
    const tenantId = await makeTenant();
    await spend(tenantId, { units: 1, model: "unheard-of" });
    await spend(tenantId, { units: 1, model: "unheard-of" });
    await vi.waitFor(
      async () => {
        const rows = await withSystem(
          "test",
          (tx) => tx.sql`select count from system_events where tenant_ref = ${tenantId}`,
        );
        expect(rows).toEqual([{ count: 1 }]);
      },
      { timeout: 5000, interval: 20 },
    );
  });
});
