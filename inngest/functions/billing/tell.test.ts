import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { costAlertInput } from "#domain/billing/cost-alert.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { createCostAlert } from "#server/billing/cost-alerts.ts";
import { runInvoices } from "#server/billing/invoices/run-invoices.ts";
import { meter } from "#server/billing/meter/meter.ts";
import {
  addPrice,
  makeActor,
  makeConversation,
  makeTenant,
} from "#server/billing/testing/billing-fixtures.ts";
import { handleRestRequest } from "#server/rest/handle-request.ts";
import { createOwnerKey } from "#server/tenants/create-tenant.ts";
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
    (tx) => tx.sql`select subject, recipients, text_body, created_at from mail_messages
      where tenant_ref = ${tenantId} order by id`,
  );

/** The public API as an owner's key reaches it. */
async function apiOf(tenantId: TenantId) {
  const key = await createOwnerKey(tenantId, "Owner", true);
  return async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const request = new Request(`http://house.test/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await handleRestRequest(request, "tenant", path.slice(1).split("/"));
    expect(response.status).toBeLessThan(300);
    return response.json();
  };
}

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

  it("tell each mark that one call crosses by its own name and in order, naming the conversation", async () => {
    const tenantId = await makeTenant();
    const { conversationId } = await makeConversation(tenantId);
    const send = await apiOf(tenantId);
    const alert = {
      name: "Budget",
      budget: "1000",
      marks: ["50", "80", "90", "100"],
      emails: ["cfo@example.com"],
    };
    const made = await Promise.all([
      send("POST", "/cost-alerts", alert),
      send("POST", "/cost-alerts", { ...alert, name: "Switched off", enabled: false }),
      send("POST", "/cost-alerts", { ...alert, name: "Without mail", emailEnabled: false }),
    ]);
    const [on, off, silent] = made.map((answer) => String(answer.id));
    const record = {
      idempotencyKey: newId(),
      type: "api_call",
      provider: "own",
      model: "unit",
      quantity: 950,
    };
    const occurredAt = new Date().toISOString();
    await send("POST", "/usage", { records: [{ ...record, occurredAt, conversationId }] });
    await vi.waitFor(async () => expect(await mailsTo(tenantId)).toHaveLength(3), {
      timeout: 5000,
      interval: 20,
    });
    const mails = await mailsTo(tenantId);
    expect(mails.map((mail) => mail.subject)).toEqual([
      "Test tenant: 50 % of “Budget” passed, spend is at 95 %",
      "Test tenant: 80 % of “Budget” passed, spend is at 95 %",
      "Test tenant: 90 % of “Budget” passed, spend is at 95 %",
    ]);
    for (const mail of mails) {
      expect(mail.text_body).toContain("the conversation with John Doe");
      expect(mail.text_body).toContain(`/inbox/${conversationId}`);
      expect(mail.text_body).toContain("950.00 USD, which is 95 % of the budget of 1000.00 USD");
    }
    expect(await send("GET", `/cost-alerts/${on}`)).toMatchObject({ triggerCount: 3, passedMark: "90" });
    expect(await send("GET", `/cost-alerts/${off}`)).toMatchObject({ triggerCount: 0, events: [] });
    expect(await send("GET", `/cost-alerts/${silent}`)).toMatchObject({ triggerCount: 3 });
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
