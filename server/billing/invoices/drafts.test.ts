import { beforeAll, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { listUsage } from "../list-usage.ts";
import { markInvoicePaid } from "../payments/mark-paid.ts";
import { payInvoice } from "../payments/pay-invoice.ts";
import { reconcile } from "../reconcile.ts";
import { registerBillingTimers } from "../subscriptions/register-timers.ts";
import { addPrice, addRule, countRows } from "../testing/billing-fixtures.ts";
import { openSandbox, staff, useTokens } from "../testing/sandbox-tenant.ts";
import { closeMonth } from "./close-month.ts";
import { listLineDays, listPathRecords } from "./drill-down.ts";
import { printInvoice } from "./invoice-pdf.ts";
import {
  finalizeInvoice,
  getInvoice,
  listInvoiceLines,
  listInvoices,
  recalculateInvoice,
  voidInvoice,
} from "./read-invoice.ts";
import { runInvoices } from "./run-invoices.ts";

useTestDatabase();

const ALL = { limit: 100 };

beforeAll(async () => {
  await addPrice({
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    unit: "per_1k_tokens",
    parts: { input: "0.03", output: "0.06" },
  });
  await addRule({ scope: "platform", markupPercent: "0" });
  registerBillingTimers();
});

const only = async (tenantId: TenantId) => {
  const { data } = await listInvoices(tenantId, ALL);
  expect(data).toHaveLength(1);
  const [invoice] = data;
  if (!invoice) throw new Error("There is no invoice.");
  return invoice;
};

/** A shop whose January, with 1,000 tokens for 0.03, has ended an hour ago. */
async function afterMonthEnd() {
  const shop = await openSandbox("2025-01-10T08:00:00Z");
  await useTokens(shop.tenantId, 1000, "2025-01-15T12:00:00.000Z");
  await shop.setClock("2025-02-01T01:00:00Z");
  return { ...shop, draft: await only(shop.tenantId) };
}

describe("a month that has ended", () => {
  it("is a draft until its grace ends, then final with all that came meanwhile, under the same id", async () => {
    const { tenantId, actor, setClock, draft } = await afterMonthEnd();
    expect(draft).toMatchObject({
      status: "draft",
      number: null,
      total: "0.03",
      amountDue: "0.03",
      issuedAt: null,
      draftedAt: "2025-02-01T00:00:00.000Z",
      finalizesAt: "2025-02-02T00:00:00.000Z",
      history: [{ status: "draft", at: "2025-02-01T00:00:00.000Z" }],
    });
    await useTokens(tenantId, 2000, "2025-01-31T23:00:00.000Z");
    expect((await listUsage(actor, ALL)).data.map((one) => one.isBilled)).toEqual([false, false]);
    await setClock("2025-02-02T00:00:01Z");
    expect(await only(tenantId)).toMatchObject({
      id: draft.id,
      status: "open",
      number: "INV-2025-01-001",
      total: "0.09",
      amountDue: "0.09",
      issuedAt: "2025-02-02T00:00:00.000Z",
      finalizesAt: null,
      history: [
        { status: "draft", at: "2025-02-01T00:00:00.000Z" },
        { status: "open", at: "2025-02-02T00:00:00.000Z" },
      ],
    });
    expect((await listUsage(actor, ALL)).data.every((one) => one.isBilled)).toBe(true);
    expect((await reconcile(tenantId)).differences).toBe(0);
  });

  it("is drafted and made final in order by a clock set far ahead, each month once", async () => {
    const { tenantId, setClock } = await openSandbox("2025-01-10T08:00:00Z");
    for (const month of ["01", "02", "03"]) await useTokens(tenantId, 1000, `2025-${month}-15T12:00:00.000Z`);
    await setClock("2025-04-05T00:00:00Z");
    const { data } = await listInvoices(tenantId, ALL);
    expect(data.map(({ number, history }) => [number, history])).toEqual(
      ["03", "02", "01"].map((month) => {
        const next = `2025-0${Number(month) + 1}`;
        const at = (day: string) => `${next}-${day}T00:00:00.000Z`;
        return [
          `INV-2025-${month}-001`,
          [
            { status: "draft", at: at("01") },
            { status: "open", at: at("02") },
          ],
        ];
      }),
    );
  });

  it("opens as a draft down to the records it was made of, while more usage comes", async () => {
    const { tenantId, draft } = await afterMonthEnd();
    await useTokens(tenantId, 5000, "2025-01-15T13:00:00.000Z");
    const [line] = (await listInvoiceLines(tenantId, draft.id)).data;
    const path = { id: draft.id, lineId: line?.id ?? "" };
    const days = await listLineDays(tenantId, path, ALL);
    expect(days.total).toEqual({ amount: "0.03", amountExact: "0.03", equal: true });
    expect(days.data.map((day) => day.key)).toEqual(["2025-01-15"]);
    const records = await listPathRecords(tenantId, path);
    expect([records.data.length, records.total.equal]).toEqual([1, true]);
    expect(sumAmounts(days.data.map((day) => parseAmount(day.amountExact)))).toBe(parseAmount("0.03"));
  });

  it("cannot be paid, credited, voided or printed as a draft", async () => {
    const { tenantId, actor, draft } = await afterMonthEnd();
    const refused = { kind: "precondition", code: "invoices.draft" };
    await expect(payInvoice(actor, { id: draft.id, source: "gateway" })).rejects.toMatchObject(refused);
    await expect(payInvoice(actor, { id: draft.id, source: "wallet" })).rejects.toMatchObject(refused);
    await expect(markInvoicePaid(staff, { id: draft.id, reference: "B-1" })).rejects.toMatchObject(refused);
    await expect(voidInvoice(draft.id)).rejects.toMatchObject(refused);
    await expect(printInvoice(tenantId, draft.id)).rejects.toMatchObject(refused);
    expect(await getInvoice(tenantId, draft.id)).toEqual(draft);
  });

  it("is worked out anew and made final by staff, whatever is repeated at once", async () => {
    const { tenantId, setClock, draft } = await afterMonthEnd();
    await useTokens(tenantId, 1000, "2025-01-20T12:00:00.000Z");
    expect(await recalculateInvoice(draft.id)).toMatchObject({
      id: draft.id,
      status: "draft",
      total: "0.06",
    });
    const finals = await Promise.all([
      finalizeInvoice(draft.id),
      finalizeInvoice(draft.id),
      runInvoices({ tenantId, period: "2025-01" }),
      recalculateInvoice(draft.id).catch((error: unknown) => error),
    ]);
    expect(finals[0]).toMatchObject({
      id: draft.id,
      status: "open",
      number: "INV-2025-01-001",
      total: "0.06",
    });
    expect(finals[1]).toEqual(finals[0]);
    await expect(recalculateInvoice(draft.id)).rejects.toMatchObject({ code: "invoices.final" });
    await setClock("2025-02-05T00:00:00Z");
    expect(await only(tenantId)).toMatchObject({ number: "INV-2025-01-001", total: "0.06" });
    expect(await countRows(tenantId, "invoice_lines")).toBe(1);
  });

  it("is closed by the run in the place of its draft", async () => {
    const { tenantId, draft } = await afterMonthEnd();
    const [run] = await runInvoices({ tenantId, period: "2025-01" });
    expect(run).toMatchObject({ outcome: "created", invoiceId: draft.id, number: "INV-2025-01-001" });
    const [again] = await runInvoices({ tenantId, period: "2025-01" });
    expect(again).toMatchObject({ outcome: "existing", invoiceId: draft.id });
  });

  it("loses its draft when nothing is left to bill", async () => {
    const { tenantId, draft } = await afterMonthEnd();
    await withTenant(tenantId, async (tx) => {
      await tx.sql`delete from usage_daily where tenant_id = ${tenantId}`;
      await tx.sql`delete from usage_breakdown where tenant_id = ${tenantId}`;
    });
    await expect(finalizeInvoice(draft.id)).rejects.toMatchObject({ code: "invoices.nothing_to_bill" });
    expect((await listInvoices(tenantId, ALL)).data).toEqual([]);
    expect(await countRows(tenantId, "invoice_lines")).toBe(0);
    expect(await closeMonth(tenantId, "2025-01")).toBeNull();
  });

  it("keeps late usage of a month that is a draft on that month", async () => {
    const { tenantId, setClock } = await afterMonthEnd();
    await useTokens(tenantId, 1000, "2025-02-03T00:00:00.000Z");
    await setClock("2025-02-02T00:00:01Z");
    await useTokens(tenantId, 3000, "2025-01-31T12:00:00.000Z");
    await setClock("2025-03-03T00:00:00Z");
    const { data } = await listInvoices(tenantId, ALL);
    expect(data.map((one) => [one.period, formatAmount(parseAmount(one.total))])).toEqual([
      ["2025-02", "0.12"],
      ["2025-01", "0.03"],
    ]);
  });
});
