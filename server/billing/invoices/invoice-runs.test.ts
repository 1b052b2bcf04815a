import { beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { meter } from "../meter/meter.ts";
import { addPrice, countRows, makeTenant, readAs } from "../testing/billing-fixtures.ts";
import { draftMonthWithin } from "./draft-month.ts";
import {
  cancelInvoiceRun,
  continueInvoiceRun,
  getInvoiceRun,
  listInvoiceRunResults,
  listInvoiceRuns,
  startInvoiceRun,
} from "./invoice-runs.ts";
import { listLateUsage } from "./late-usage.ts";
import { getInvoice, listInvoices } from "./read-invoice.ts";
import { runInvoices } from "./run-invoices.ts";

useTestDatabase();

const ALL = { limit: 100 };
const sms = { serviceType: "sms", provider: "twilio", model: "sms" } as const;

const send = (tenantId: TenantId, segments: number, occurredAt: string) =>
  meter.commit({
    tenantId,
    idempotencyKey: newId(),
    ...sms,
    status: "succeeded",
    quantities: { segments },
    occurredAt,
  });

const everybody: TenantId[] = [];

beforeAll(async () => {
  await addPrice({ ...sms, unit: "per_segment", parts: { amount: "0.01" } });
  for (let i = 0; i < 6; i += 1) {
    const tenantId = await makeTenant();
    everybody.push(tenantId);
    await send(tenantId, 10, "2025-01-15T12:00:00.000Z");
  }
});

const [wrong, broken] = [() => everybody[1] as TenantId, () => everybody[2] as TenantId];

describe("a run of all tenants", () => {
  it("goes on where it was killed, past a tenant that is stopped and one that fails, and bills each once", async () => {
    await readAs(wrong(), (tx) => tx.sql`update usage_daily set billable_price = billable_price + 1`);
    // A tenant whose clock was broken by something that nobody foresaw.
    await readAs(broken(), (tx) => tx.sql`update billing_ledgers set timezone = 'Nowhere/Here'`);
    const run = await startInvoiceRun({ period: "2025-01" }, "Ada");
    expect(run).toMatchObject({ status: "running", total: 6, done: 0, startedBy: "Ada" });
    expect((await startInvoiceRun({ period: "2025-01" }, "Bob")).id).toBe(run.id);
    expect((await startInvoiceRun({ period: "2024-12" }, "Bob")).id).not.toBe(run.id);
    // Killed after a tenant was billed and before its result was kept.
    await runInvoices({ tenantId: everybody[0] as string, period: "2025-01" });
    expect(await continueInvoiceRun(run.id, 0)).toBe(false);
    expect((await getInvoiceRun(run.id)).done).toBe(0);
    const twice = await Promise.all([continueInvoiceRun(run.id), continueInvoiceRun(run.id)]);
    expect(twice).toEqual([true, true]);
    const over = await getInvoiceRun(run.id);
    expect(over).toMatchObject({ status: "finished", total: 6, done: 6, stopped: 1, failed: 1 });
    expect(over.created + over.existing).toBe(4);
    expect(over.problems.map(({ tenantId, outcome }) => [tenantId, outcome]).sort()).toEqual(
      [
        [wrong(), "stopped"],
        [broken(), "failed"],
      ].sort(),
    );
    expect(over.problems.every((one) => one.message)).toBe(true);
    const page = await listInvoiceRunResults({ id: run.id, outcome: "stopped", ...ALL });
    expect(page.data.map((one) => one.tenantId)).toEqual([wrong()]);
    for (const tenantId of everybody)
      expect(await countRows(tenantId, "invoices")).toBe([wrong(), broken()].includes(tenantId) ? 0 : 1);
  });

  it("changes nothing when run again, and bills who was stopped once that is set right", async () => {
    await readAs(wrong(), (tx) => tx.sql`update usage_daily set billable_price = billable_price - 1`);
    await readAs(broken(), (tx) => tx.sql`update billing_ledgers set timezone = 'UTC'`);
    const again = await startInvoiceRun({ period: "2025-01" }, "Ada");
    await continueInvoiceRun(again.id);
    expect(await getInvoiceRun(again.id)).toMatchObject({
      created: 2,
      existing: 4,
      stopped: 0,
      problems: [],
    });
    const { data } = await listInvoiceRuns(ALL);
    expect(data.map((one) => one.period)).toEqual(["2025-01", "2024-12", "2025-01"]);
  });

  it("is stopped by staff, and leaves the rest to another", async () => {
    const run = await startInvoiceRun({ period: "2025-03" }, "Ada");
    expect(await cancelInvoiceRun(run.id)).toMatchObject({ status: "cancelled", done: 0 });
    expect(await continueInvoiceRun(run.id)).toBe(true);
    expect(await getInvoiceRun(run.id)).toMatchObject({ status: "cancelled", done: 0 });
    const next = await startInvoiceRun({ period: "2025-03" }, "Ada");
    await continueInvoiceRun(next.id);
    expect(await getInvoiceRun(next.id)).toMatchObject({ status: "finished", nothingToBill: 6 });
  });

  it("does not end with one tenant's error in a direct call either", async () => {
    await readAs(broken(), (tx) => tx.sql`update billing_ledgers set timezone = 'Nowhere/Here'`);
    const results = await runInvoices({ period: "2025-01" });
    expect(results).toHaveLength(6);
    expect(results.find((one) => one.tenantId === broken())?.outcome).toBe("failed");
    await readAs(broken(), (tx) => tx.sql`update billing_ledgers set timezone = 'UTC'`);
  });
});

describe("late usage", () => {
  it("is listed with its original day and the invoice that bills it: none yet, a draft, a final one", async () => {
    const tenantId = everybody[5] as TenantId;
    expect((await listLateUsage({ tenantId, ...ALL })).data).toEqual([]);
    await send(tenantId, 20, "2025-01-20T12:00:00.000Z");
    await send(tenantId, 30, "2025-01-21T12:00:00.000Z");
    const status = async () =>
      (await listLateUsage({ tenantId, ...ALL })).data.map(({ day, amountExact, status: state }) => [
        day,
        amountExact,
        state,
      ]);
    expect(await status()).toEqual([
      ["2025-01-21", "0.3", "waiting"],
      ["2025-01-20", "0.2", "waiting"],
    ]);
    await send(tenantId, 1, "2025-02-10T12:00:00.000Z");
    const draftId = await withTenant(tenantId, (tx) => draftMonthWithin(tx, "2025-02", null));
    expect((await status()).map((row) => row[2])).toEqual(["draft", "draft"]);
    await runInvoices({ tenantId, period: "2025-02" });
    const billed = await listLateUsage({ tenantId, ...ALL });
    expect(billed.data).toMatchObject([
      { status: "billed", invoiceId: draftId, invoiceNumber: "INV-2025-02-001", invoicePeriod: "2025-02" },
      { status: "billed", invoiceId: draftId },
    ]);
    expect((await getInvoice(tenantId, draftId ?? "")).total).toBe("0.51");
    const first = await listLateUsage({ limit: 1 });
    const second = await listLateUsage({ limit: 1, cursor: first.nextCursor ?? "" });
    expect([first, second].map((page) => page.data[0]?.day)).toEqual(["2025-01-21", "2025-01-20"]);
    expect(second.nextCursor).toBeNull();
  });

  it("is found by an index of what is late only", async () => {
    const plan = await withSystem("test", async (tx) => {
      await tx.sql`set local enable_seqscan = off`;
      return tx.sql`explain select * from usage_daily d where d.closing > 0 order by d.day desc limit 10`;
    });
    expect(JSON.stringify(plan)).toContain("usage_daily_late_idx");
    expect((await listInvoices(everybody[5] as TenantId, ALL)).data).toHaveLength(2);
  });
});
