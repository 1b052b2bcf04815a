import { planInput } from "#domain/billing/plan.ts";
import { newId } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { tenantCreate } from "#domain/platform/tenant-input.ts";
import { setTestClock } from "#server/platform/set-test-clock.ts";
import { openTenant } from "#server/platform/tenants.ts";
import type { Context } from "#server/trpc/context.ts";
import { listInvoiceLines, listInvoices } from "../invoices/read-invoice.ts";
import { meter } from "../meter/meter.ts";
import { createPlan } from "../plans.ts";
import { makeActor } from "./billing-fixtures.ts";

/** A request by an operator key. */
export const staff: Context = {
  principal: { kind: "platform_key", keyId: newId(), name: "Test" },
  tenant: null,
  requestId: "test",
  ip: null,
  userAgent: null,
};

/** A plan of a test's own. */
export function addPlan(given: Record<string, unknown>) {
  const base = { name: "Plan", code: `p-${newId()}`, currency: "USD", monthlyPrice: "0" };
  return createPlan(planInput.parse({ ...base, ...given }));
}

/** A sandbox tenant whose clock begins at an instant and can be set further. */
export async function openSandbox(now: string, given: { planId?: string; timezone?: string } = {}) {
  const owner = { email: "owner@example.com", name: "Owner" };
  const input = { name: "Shop", slug: `s-${newId()}`, sandbox: true, owner, ...given };
  const tenantId = tenantIdFrom((await openTenant(staff, tenantCreate.parse(input))).id);
  const setClock = (to: string) => setTestClock(staff, { id: tenantId, now: to });
  await setClock(now);
  return { tenantId, actor: makeActor(tenantId), setClock };
}

/** The lines of the invoice of a month. */
export async function linesOf(tenantId: TenantId, month: string) {
  const { data } = await listInvoices(tenantId, { limit: 100 });
  const invoice = data.find((one) => one.period === month && one.status !== "void");
  return invoice ? (await listInvoiceLines(tenantId, invoice.id)).data : [];
}

/** Commits a call of gpt-4 with so many input tokens. */
export function useTokens(tenantId: TenantId, units: number, occurredAt: string) {
  return meter.commit({
    tenantId,
    idempotencyKey: newId(),
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    status: "succeeded",
    quantities: { input: units },
    occurredAt,
  });
}
