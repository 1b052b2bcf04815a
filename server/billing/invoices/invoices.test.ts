import { beforeAll, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { planInput } from "#domain/billing/plan.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { listUsage } from "../list-usage.ts";
import { meter } from "../meter/meter.ts";
import type { UsageFact } from "../meter/usage-fact.ts";
import { createPlan } from "../plans.ts";
import { reconcile } from "../reconcile.ts";
import { startSubscription } from "../subscriptions/start-subscription.ts";
import {
  addPrice,
  addRule,
  makeActor,
  makeConversation,
  makeTenant,
  readAs,
} from "../testing/billing-fixtures.ts";
import { closeMonth } from "./close-month.ts";
import {
  listConversationMessages,
  listDayConversations,
  listLineDays,
  listPathRecords,
} from "./drill-down.ts";
import { type ExportRequest, exportInvoice } from "./export-invoice.ts";
import { getInvoice, listInvoiceLines, listInvoices, voidInvoice } from "./read-invoice.ts";
import { runInvoices } from "./run-invoices.ts";

useTestDatabase();

const gpt4 = { serviceType: "token", provider: "openai", model: "gpt-4" } as const;
const ALL = { limit: 100 };

function fact(tenantId: TenantId, given: Partial<UsageFact> = {}): UsageFact {
  return {
    tenantId,
    idempotencyKey: newId(),
    ...gpt4,
    status: "succeeded",
    quantities: { input: 120, output: 50 },
    occurredAt: "2025-01-15T12:00:00.000Z",
    ...given,
  };
}

const sum = (rows: readonly { amountExact: string }[]) =>
  formatAmount(sumAmounts(rows.map((row) => parseAmount(row.amountExact))));
const shares = (rows: readonly { amount: string }[]) =>
  sumAmounts(rows.map((row) => parseAmount(row.amount)));

beforeAll(async () => {
  await addPrice({ ...gpt4, unit: "per_1k_tokens", parts: { input: "0.03", output: "0.06" } });
  await addPrice({
    serviceType: "sms",
    provider: "twilio",
    model: "sms",
    unit: "per_segment",
    parts: { amount: "0.0075" },
  });
  await addRule({ scope: "platform", markupPercent: "66" });
});

describe("the invoice run", () => {
  it("bills a month once however often and in parallel it runs, and numbers without a gap", async () => {
    const tenantId = await makeTenant({ timezone: "America/New_York", taxRatePercent: "10" });
    await meter.commit(fact(tenantId));
    const runs = await Promise.all(Array.from({ length: 6 }, () => closeMonth(tenantId, "2025-01")));
    expect(new Set(runs.map((run) => run?.invoiceId)).size).toBe(1);
    expect(runs.filter((run) => run?.created)).toHaveLength(1);
    const [invoice] = (await listInvoices(tenantId, ALL)).data;
    expect(invoice).toMatchObject({
      number: "INV-2025-01-001",
      status: "open",
      periodStart: "2025-01-01T05:00:00.000Z",
      periodEnd: "2025-02-01T05:00:00.000Z",
      subtotal: "0.01",
      tax: "0.00",
      total: "0.01",
    });
  });

  it("bills the plan beside the usage it covers: 299 + 15.00 + 5.00 and 10 % tax are 350.90", async () => {
    const tenantId = await makeTenant({ taxRatePercent: "10" });
    const code = `pro-${newId()}`;
    const plan = await createPlan(
      planInput.parse({
        name: "Pro",
        code,
        currency: "USD",
        monthlyPrice: "299.00",
        interval: "month",
        trialDays: 0,
        included: { tokens: 5_000_000 },
        limits: {},
        features: [],
      }),
    );
    await withTenant(tenantId, (tx) =>
      startSubscription(tx, { planId: plan.id, startedAt: "2024-12-01T00:00:00Z" }),
    );
    await meter.commit(fact(tenantId, { quantities: { input: 2_500_000 } }));
    await addPrice({
      serviceType: "email",
      provider: "own",
      model: "mail",
      unit: "per_unit",
      parts: { amount: "1" },
    });
    await addRule({ scope: "tenant", tenantId, serviceType: "email", markupPercent: "0" });
    await addRule({ scope: "tenant", tenantId, serviceType: "sms", markupPercent: "0" });
    await meter.commit(
      fact(tenantId, {
        serviceType: "sms",
        provider: "twilio",
        model: "sms",
        quantities: { segments: 2000 },
      }),
    );
    await meter.commit(
      fact(tenantId, { serviceType: "email", provider: "own", model: "mail", quantities: { units: 5 } }),
    );
    const closed = await closeMonth(tenantId, "2025-01");
    const invoice = await getInvoice(tenantId, closed?.invoiceId ?? "");
    expect(invoice).toMatchObject({ subtotal: "319.00", tax: "31.90", total: "350.90" });
    const { data } = await listInvoiceLines(tenantId, invoice.id);
    const tokens = data.find((line) => line.type === "token");
    expect(tokens).toMatchObject({
      amount: "0.00",
      quantity: 2_500_000,
      coveredQuantity: 2_500_000,
      clientPrice: "124.5",
    });
  });

  it("says how much of a call the plan covers where the call crosses the end of the allowance", async () => {
    const tenantId = await makeTenant();
    const plan = await createPlan(
      planInput.parse({
        name: "Small",
        code: `small-${newId()}`,
        currency: "USD",
        monthlyPrice: "0",
        interval: "month",
        trialDays: 0,
        included: { tokens: 1000 },
        limits: {},
        features: [],
      }),
    );
    await withTenant(tenantId, (tx) =>
      startSubscription(tx, { planId: plan.id, startedAt: "2024-12-01T00:00:00Z" }),
    );
    const [first, second, third] = [900, 400, 100].map((input) => fact(tenantId, { quantities: { input } }));
    const records = [];
    for (const one of [first, second, third]) if (one) records.push(await meter.commit(one));
    expect(records.map((r) => [r.coveredQuantity, r.billableQuantity, r.billablePrice])).toEqual([
      [900, 0, "0"],
      [100, 300, "0.01494"],
      [0, 100, "0.00498"],
    ]);
  });

  it("puts late usage on the next invoice with its own day and leaves the closed one as it was", async () => {
    const tenantId = await makeTenant();
    await meter.commit(fact(tenantId));
    const january = await closeMonth(tenantId, "2025-01");
    const before = await getInvoice(tenantId, january?.invoiceId ?? "");
    await meter.commit(
      fact(tenantId, { occurredAt: "2025-01-20T12:00:00.000Z", quantities: { input: 100_000 } }),
    );
    await meter.commit(fact(tenantId, { occurredAt: "2025-02-10T12:00:00.000Z" }));
    const february = await closeMonth(tenantId, "2025-02");
    const { data } = await listInvoiceLines(tenantId, february?.invoiceId ?? "");
    expect(data.map((line) => [line.kind, line.amountExact])).toEqual([
      ["late_usage", "4.98"],
      ["usage", "0.010956"],
    ]);
    const late = await listLineDays(
      tenantId,
      { id: february?.invoiceId ?? "", lineId: data[0]?.id ?? "" },
      ALL,
    );
    expect(late.data.map((day) => day.key)).toEqual(["2025-01-20"]);
    expect(await getInvoice(tenantId, before.id)).toEqual(before);
    const march = await closeMonth(tenantId, "2025-03");
    expect(march).toBeNull();
  });

  it("keeps a void invoice's number and bills its records again, each exactly once", async () => {
    const tenantId = await makeTenant();
    await meter.commit(fact(tenantId));
    const first = await closeMonth(tenantId, "2025-01");
    await meter.commit(fact(tenantId, { quantities: { input: 1000 } }));
    await voidInvoice(first?.invoiceId ?? "");
    expect((await listUsage(makeActor(tenantId), ALL)).data.every((record) => !record.isBilled)).toBe(true);
    const second = await closeMonth(tenantId, "2025-01");
    expect(second?.number).toBe("INV-2025-01-002");
    const { data, total } = await listInvoiceLines(tenantId, second?.invoiceId ?? "");
    expect([sum(data), total.equal]).toEqual(["0.060756", true]);
    const records = (await listUsage(makeActor(tenantId), ALL)).data;
    expect(records.map((record) => data.some((line) => line.id === record.invoiceLineId))).toEqual([
      true,
      true,
    ]);
  });

  it("stops instead of billing a roll-up that differs from its records", async () => {
    const tenantId = await makeTenant();
    await meter.commit(fact(tenantId));
    await readAs(
      tenantId,
      (tx) =>
        tx.sql`update usage_daily set billable_price = billable_price + 1, client_price = client_price + 1`,
    );
    const [result] = await runInvoices({ tenantId, period: "2025-01" });
    expect(result?.outcome).toBe("stopped");
    expect((await listInvoices(tenantId, ALL)).data).toEqual([]);
    expect((await reconcile(tenantId)).differences).toBe(1);
  });

  it("refuses a month that still runs on the tenant's clock, and an unknown tenant", async () => {
    const tenantId = await makeTenant();
    const running = new Date().toISOString().slice(0, 7);
    await expect(runInvoices({ tenantId, period: running })).rejects.toMatchObject({
      code: "billing.month_open",
    });
    await expect(runInvoices({ tenantId: newId() })).rejects.toMatchObject({ kind: "not_found" });
  });
});

describe("the way down", () => {
  it("sums to the last digit at every level, on screen and in the CSV", async () => {
    const tenantId = await makeTenant({ timezone: "America/New_York" });
    const threads = [await makeConversation(tenantId), await makeConversation(tenantId), null];
    const facts = Array.from({ length: 240 }, (_, i) => {
      const thread = threads[i % 3];
      return fact(tenantId, {
        model: i % 5 === 0 ? "unheard-of" : "gpt-4",
        status: i % 11 === 0 ? "failed" : "succeeded",
        quantities: { input: (i * 7919) % 3001, output: (i * 104_729) % 701 },
        occurredAt: new Date(Date.parse("2025-01-01T05:00:00.000Z") + i * 2.9 * 3_600_000).toISOString(),
        conversationId: thread?.conversationId ?? null,
        messageId: thread?.messageIds[i % 2] ?? null,
      });
    });
    const records = await Promise.all(facts.map((one) => meter.commit(one)));
    const { invoiceId = "" } = (await closeMonth(tenantId, "2025-01")) ?? {};
    const lines = await listInvoiceLines(tenantId, invoiceId);
    expect(sum(lines.data)).toBe(
      formatAmount(sumAmounts(records.map((record) => parseAmount(record.clientPrice)))),
    );
    const csvSum = async (place: Omit<ExportRequest, "id">, name = "amountExact") => {
      const { body } = await exportInvoice(makeActor(tenantId), { id: invoiceId, ...place });
      const [header = "", ...rows] = body.trim().split("\r\n");
      const column = header.split(",").indexOf(name);
      return formatAmount(sumAmounts(rows.map((row) => parseAmount(row.split(",")[column] ?? "0"))));
    };
    let seen = 0;
    const [first] = lines.data;
    const page = await listInvoiceLines(tenantId, invoiceId, { limit: 1 });
    expect(page).toMatchObject({ data: [first], total: lines.total });
    const rest = { limit: 9, cursor: page.nextCursor ?? "" };
    expect(await listInvoiceLines(tenantId, invoiceId, rest)).toMatchObject({
      data: lines.data.slice(1),
      nextCursor: null,
      total: lines.total,
    });
    for (const line of lines.data) {
      const path = { id: invoiceId, lineId: line.id };
      const days = await listLineDays(tenantId, path, ALL);
      expect([sum(days.data), days.total.equal, shares(days.data)]).toEqual([
        line.amountExact,
        true,
        parseAmount(line.amount),
      ]);
      for (const { key: day, amountExact, amount } of days.data) {
        const conversations = await listDayConversations(tenantId, { ...path, day }, ALL);
        expect([sum(conversations.data), conversations.total.equal]).toEqual([amountExact, true]);
        expect(shares(conversations.data)).toBe(parseAmount(amount));
        for (const { key: conversationId, amountExact: exact } of conversations.data) {
          const messages = await listConversationMessages(tenantId, { ...path, day, conversationId }, ALL);
          expect([sum(messages.data), messages.total.equal]).toEqual([exact, true]);
          for (const { key: messageId, amountExact: ofMessage } of messages.data) {
            const below = await listPathRecords(tenantId, { ...path, day, conversationId, messageId });
            expect([below.total.amountExact, below.total.equal]).toEqual([ofMessage, true]);
            expect(below.data.every((record) => record.invoiceLineId === line.id)).toBe(true);
            seen += below.data.length;
            const place = { ...path, day, conversationId, messageId };
            for (let cursor: string | null | undefined, i = 0; cursor !== null; i += 2) {
              const page = await listPathRecords(tenantId, place, { limit: 2, cursor });
              expect(page).toMatchObject({ total: below.total, data: below.data.slice(i, i + 2) });
              cursor = page.nextCursor;
            }
          }
        }
      }
      expect(await csvSum({ level: "records", lineId: line.id }, "billablePrice")).toBe(line.amountExact);
      expect(await csvSum({ level: "days", lineId: line.id })).toBe(line.amountExact);
      const [first] = days.data;
      const place = { lineId: line.id, day: first?.key };
      expect(await csvSum({ level: "conversations", ...place })).toBe(first?.amountExact);
      const talks = await listDayConversations(tenantId, { ...path, day: first?.key ?? "" }, ALL);
      const messages = { ...place, conversationId: talks.data[0]?.key };
      expect(await csvSum({ level: "messages", ...messages })).toBe(talks.data[0]?.amountExact);
    }
    expect(seen).toBe(records.length);
    expect(await reconcile(tenantId)).toMatchObject({ differences: 0 });
  });

  it("shows nothing of another tenant's invoice", async () => {
    const [mine, theirs] = [await makeTenant(), await makeTenant()];
    await meter.commit(fact(theirs));
    const closed = await closeMonth(theirs, "2025-01");
    const [line] = (await listInvoiceLines(theirs, closed?.invoiceId ?? "")).data;
    const path = { id: closed?.invoiceId ?? "", lineId: line?.id ?? "" };
    const missing = { kind: "not_found" };
    await expect(getInvoice(mine, path.id)).rejects.toMatchObject(missing);
    await expect(listInvoiceLines(mine, path.id)).rejects.toMatchObject(missing);
    await expect(listLineDays(mine, path, ALL)).rejects.toMatchObject(missing);
    await expect(listDayConversations(mine, { ...path, day: "2025-01-15" }, ALL)).rejects.toMatchObject(
      missing,
    );
    await expect(exportInvoice(makeActor(mine), { id: path.id, level: "lines" })).rejects.toMatchObject(
      missing,
    );
  });
});
