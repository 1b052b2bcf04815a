import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { setTestClock } from "#server/platform/set-test-clock.ts";
import { readTenant } from "#server/platform/tenant-view.ts";
import { setTenantStatus } from "#server/platform/tenants.ts";
import { callByName, memberContext } from "#server/testing/callers.ts";
import { getInvoice } from "../invoices/read-invoice.ts";
import { refreshPayment } from "./charge-payment.ts";
import { payByDefault, registerPaymentTimers, retryDunning } from "./dunning.ts";
import { markInvoicePaid } from "./mark-paid.ts";
import {
  mailOverdue,
  mailPaymentFailed,
  mailReceipt,
  tellResumed,
  tellSuspended,
} from "./notify-payments.ts";
import { payInvoice } from "./pay-invoice.ts";
import { addPaymentMethod } from "./payment-methods.ts";
import { makeDebtor, openStripe, staff } from "./testing/payment-world.ts";

useTestDatabase();

let stripe: Awaited<ReturnType<typeof openStripe>>;
beforeAll(async () => {
  stripe = await openStripe();
  registerPaymentTimers();
});
afterAll(() => stripe.close());

type Debtor = Awaited<ReturnType<typeof makeDebtor>>;
const DAY = 86_400_000;
const START = Date.parse("2025-02-05T10:00:00.000Z");
let cards = 0;

/** A sandbox debtor whose card refuses; the clock stands at the first failure. */
async function failFirst(): Promise<Debtor & { card: string }> {
  const debtor = await makeDebtor("100.00", { sandbox: true });
  cards += 1;
  const card = `pm_d_${cards}`;
  await addPaymentMethod(debtor.actor, { externalMethodId: card, isDefault: true });
  stripe.peer.behaviour.set(card, "decline");
  await go(debtor, 0);
  expect(await payByDefault(debtor.tenantId, debtor.invoiceId, "renewal")).toMatchObject({
    status: "failed",
  });
  return { ...debtor, card };
}

/** Sets the clock to so many days (and a minute) after the first failure, and does what the background functions would. */
async function go(debtor: Debtor, days: number): Promise<void> {
  await setTestClock(staff, {
    id: debtor.tenantId,
    now: new Date(START + days * DAY + (days === 0 ? 0 : 60_000)).toISOString(),
  });
  const told = await withSystem(
    "test",
    (
      tx,
    ) => tx.sql`update outbox set state = 'published' where tenant_id = ${debtor.tenantId} and state = 'pending'
      returning name, payload`,
  );
  for (const { name, payload } of told) {
    const { caseId, attempt, invoiceId } = payload as { caseId: string; attempt: number; invoiceId: string };
    const { tenantId } = debtor;
    if (name === "billing/dunning.due" && (await retryDunning(tenantId, caseId)))
      await mailPaymentFailed(tenantId, caseId, attempt);
    if (name === "invoice.payment_failed") await mailPaymentFailed(tenantId, caseId, attempt);
    if (name === "tenant.suspended") await tellSuspended(tenantId, caseId);
    if (name === "tenant.resumed") await tellResumed(tenantId, caseId);
    if (name === "invoice.paid") await mailReceipt(tenantId, invoiceId);
  }
}

const attempts = (debtor: Debtor) =>
  withTenant(debtor.tenantId, async (tx) => {
    const rows = await tx.sql`select initiated_by, status from payments order by id`;
    return rows.map((row) => `${String(row.initiated_by)} ${String(row.status)}`);
  });
const subscription = (debtor: Debtor) =>
  withTenant(
    debtor.tenantId,
    async (tx) => (await tx.sql`select status from tenant_subscriptions where ended_at is null`)[0]?.status,
  );
const tenantStatus = async (debtor: Debtor) => (await readTenant(debtor.tenantId)).status;
const subjects = (debtor: Debtor) =>
  withSystem("test", async (tx) => {
    const rows =
      await tx.sql`select subject from mail_messages where tenant_ref = ${debtor.tenantId} order by id`;
    return rows.map((row) => String(row.subject));
  });

describe("dunning", () => {
  it("tries again on days counted from the first failure, then suspends, and a payment lifts it", async () => {
    const debtor = await failFirst();
    expect(await subscription(debtor)).toBe("past_due");
    await go(debtor, 2.9);
    expect(await attempts(debtor)).toEqual(["renewal failed"]);
    await go(debtor, 3);
    await go(debtor, 7);
    await go(debtor, 14);
    expect(await attempts(debtor)).toEqual([
      "renewal failed",
      "dunning failed",
      "dunning failed",
      "dunning failed",
    ]);
    await go(debtor, 20.9);
    expect(await tenantStatus(debtor)).toBe("active");
    await go(debtor, 21);
    expect(await tenantStatus(debtor)).toBe("suspended");
    stripe.peer.behaviour.delete(debtor.card);
    await payInvoice(debtor.actor, { id: debtor.invoiceId, source: "gateway" });
    await go(debtor, 22);
    expect([await tenantStatus(debtor), await subscription(debtor)]).toEqual(["active", "active"]);
    const mails = await subjects(debtor);
    const failed = "Invoice INV-2025-01-001: the payment of 100.00 USD failed";
    expect(mails.slice(0, 5)).toEqual([
      ...Array.from({ length: 4 }, () => failed),
      "Test tenant is suspended until invoice INV-2025-01-001 is paid",
    ]);
    expect(mails.slice(5).sort()).toEqual(["Invoice INV-2025-01-001 is paid", "Test tenant goes on"]);
  });

  it("stops with a payment: nothing is tried or suspended after it", async () => {
    const debtor = await failFirst();
    await go(debtor, 3);
    await markInvoicePaid(staff, { id: debtor.invoiceId, reference: `BANK-${debtor.invoiceId}` });
    await go(debtor, 60);
    expect(await attempts(debtor)).toHaveLength(3);
    expect([await tenantStatus(debtor), await subscription(debtor)]).toEqual(["active", "active"]);
    const [row] = await withTenant(debtor.tenantId, (tx) => tx.sql`select status from dunning_cases`);
    expect(row?.status).toBe("recovered");
  });

  it("leaves an invoice that nobody tried to pay past due, reminds of it, and suspends nobody for it", async () => {
    const debtor = await makeDebtor("100.00", { sandbox: true });
    const { dueAt } = await getInvoice(debtor.tenantId, debtor.invoiceId);
    const due = Date.parse(dueAt ?? "");
    await setTestClock(staff, { id: debtor.tenantId, now: new Date(due - 1000).toISOString() });
    expect(await subscription(debtor)).toBe("active");
    await setTestClock(staff, { id: debtor.tenantId, now: new Date(due).toISOString() });
    expect(await subscription(debtor)).toBe("past_due");
    await setTestClock(staff, { id: debtor.tenantId, now: new Date(due + 22 * DAY).toISOString() });
    expect([await tenantStatus(debtor), await subscription(debtor)]).toEqual(["active", "past_due"]);
    await mailOverdue(debtor.tenantId, debtor.invoiceId);
    expect(await subjects(debtor)).toEqual(["Invoice INV-2025-01-001 over 100.00 USD is past its day"]);
    await markInvoicePaid(staff, { id: debtor.invoiceId, reference: `BANK-${debtor.invoiceId}` });
    expect(await subscription(debtor)).toBe("active");
  });

  it("leaves everything readable and paying open while suspended, and refuses every other change", async () => {
    const debtor = await failFirst();
    await go(debtor, 21);
    const owner = memberContext(debtor.tenantId, "owner");
    const suspended = { ...owner, tenant: owner.tenant ? { ...owner.tenant, suspended: true } : null };
    expect(await callByName(suspended, "invoices.get", { id: debtor.invoiceId })).toMatchObject({
      status: "open",
    });
    await expect(callByName(suspended, "customers.create", { name: "Ann" })).rejects.toThrow("suspended");
    stripe.peer.behaviour.delete(debtor.card);
    expect(await callByName(suspended, "invoices.pay", { id: debtor.invoiceId })).toMatchObject({
      payment: { status: "succeeded" },
      invoice: { status: "paid" },
    });
    expect(await tenantStatus(debtor)).toBe("active");
  });

  it("asks about a payment whose webhook never came, and takes an abandoned page back", async () => {
    const debtor = await makeDebtor("100.00", { sandbox: true });
    await go(debtor, 0);
    const pay = () => payInvoice(debtor.actor, { id: debtor.invoiceId, source: "gateway" });
    const [page] = [await pay()];
    const unsettled = async (hours: number) => {
      await setTestClock(staff, {
        id: debtor.tenantId,
        now: new Date(START + hours * 3_600_000 + 60_000).toISOString(),
      });
      const rows = await withSystem(
        "test",
        (tx) => tx.sql`update outbox set state = 'published' where tenant_id = ${debtor.tenantId}
          and name = 'billing/payment.unsettled' and state = 'pending' returning payload`,
      );
      return rows.map((row) => (row.payload as { paymentId: string }).paymentId);
    };
    expect(await unsettled(0.5)).toEqual([]);
    expect(await unsettled(1)).toEqual([page?.id]);
    expect(await refreshPayment(debtor.tenantId, page?.id ?? "")).toMatchObject({ status: "pending" });
    Object.assign(stripe.peer.objects.get(page?.externalPaymentId ?? "") ?? {}, { status: "expired" });
    expect(await unsettled(25)).toEqual([page?.id]);
    expect(await refreshPayment(debtor.tenantId, page?.id ?? "")).toMatchObject({ status: "cancelled" });
    expect(await unsettled(73)).toEqual([]);
    expect((await pay())?.id).not.toBe(page?.id);
  });

  it("does not lift a suspension that staff made", async () => {
    const debtor = await failFirst();
    await setTenantStatus(staff, debtor.tenantId, "suspended");
    await go(debtor, 21);
    await markInvoicePaid(staff, { id: debtor.invoiceId, reference: `BANK-${debtor.invoiceId}` });
    expect(await tenantStatus(debtor)).toBe("suspended");
  });
});
