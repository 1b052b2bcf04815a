import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { minorDecimals } from "#domain/money/currency.ts";
import { meter } from "../meter/meter.ts";
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
import { addPlan } from "../testing/sandbox-tenant.ts";
import { closeMonth } from "./close-month.ts";
import {
  listConversationMessages,
  listDayConversations,
  listLineDays,
  listPathRecords,
} from "./drill-down.ts";
import { exportInvoice } from "./export-invoice.ts";
import { getInvoice, listInvoiceLines } from "./read-invoice.ts";

useTestDatabase();

const ALL = { limit: 100 };
const KINDS = [
  { serviceType: "token", provider: "openai", model: "gpt-4" },
  { serviceType: "token", provider: "openai", model: "odd" },
  { serviceType: "sms", provider: "twilio", model: "sms" },
  { serviceType: "voice", provider: "speech", model: "stt" },
] as const;

beforeAll(async () => {
  const [gpt4, odd, sms, stt] = KINDS;
  await addPrice({ ...gpt4, unit: "per_1k_tokens", parts: { input: "0.03", output: "0.06" } });
  await addPrice({ ...odd, unit: "per_1m_tokens", parts: { input: "0.123457", output: "7.654321" } });
  await addPrice({ ...sms, unit: "per_segment", parts: { amount: "0.0079", carrierFee: "0.0033" } });
  await addPrice({ ...stt, unit: "per_minute", parts: { amount: "0.0061" } });
  await addRule({ scope: "platform", markupPercent: "66.6667" });
});

type Use = { kind: number; units: number; hour: number; thread: number; message: number; failed: boolean };
const anyUse: fc.Arbitrary<Use> = fc.record({
  kind: fc.nat(KINDS.length - 1),
  units: fc.integer({ min: 0, max: 250_000 }),
  hour: fc.nat(31 * 24 - 1),
  thread: fc.nat(3),
  message: fc.nat(2),
  failed: fc.nat(9).map((n) => n === 0),
});

/** With volume a call may lower the bill: shares below zero are shown and sum all the same. */
const volume = {
  tokens: {
    model: "volume",
    per: 1000,
    tiers: [
      { upTo: 300_000, price: "0.07" },
      { upTo: null, price: "0.031" },
    ],
  },
};

async function useAll(currency: string, uses: readonly Use[]): Promise<TenantId> {
  const tenantId = await makeTenant({ currency, timezone: "Asia/Kolkata", taxRatePercent: "7.25" });
  const included = { tokens: 150_000, sms: 7 };
  const plan = await addPlan({ currency, monthlyPrice: "19", included, overage: volume });
  await withTenant(tenantId, (tx) =>
    startSubscription(tx, { planId: plan.id, startedAt: "2024-12-01T00:00:00Z" }),
  );
  const threads = await Promise.all([
    makeConversation(tenantId),
    makeConversation(tenantId),
    makeConversation(tenantId),
  ]);
  await Promise.all(
    uses.map(({ kind, units, hour, thread, message, failed }, i) => {
      const what = KINDS[kind] ?? KINDS[0];
      const where = threads[thread];
      const output = Math.floor(units / 7);
      const quantities =
        what.serviceType === "token"
          ? { input: units - output, output }
          : what.serviceType === "voice"
            ? { seconds: units / 1000 }
            : { units: units % 40 };
      return meter.commit({
        tenantId,
        idempotencyKey: `use-${i}`,
        ...what,
        status: failed ? "failed" : "succeeded",
        quantities,
        occurredAt: new Date(Date.parse("2024-12-31T18:30:00Z") + hour * 3_600_000).toISOString(),
        conversationId: where?.conversationId ?? null,
        messageId: where?.messageIds[message] ?? null,
      });
    }),
  );
  return tenantId;
}

type Row = { amount: string; amountExact: string };
const exact = (rows: readonly Row[]) =>
  formatAmount(sumAmounts(rows.map((row) => parseAmount(row.amountExact))));
const shown = (rows: readonly Row[]) => sumAmounts(rows.map((row) => parseAmount(row.amount)));

/** Children sum to their parent, exactly and in the coins on the screen; no child is shown a coin or more off. */
function expectSums(parent: Row, children: readonly Row[], equal: boolean, currency: string): void {
  expect([exact(children), shown(children), equal]).toEqual([
    parent.amountExact,
    parseAmount(parent.amount),
    true,
  ]);
  const coin = 10n ** BigInt(12 - minorDecimals(currency));
  for (const child of children) {
    const off = parseAmount(child.amount) - parseAmount(child.amountExact);
    expect(off < coin && off > -coin).toBe(true);
  }
}

async function walkLine(
  tenantId: TenantId,
  id: string,
  line: Row & { id: string },
  currency: string,
): Promise<number> {
  const path = { id, lineId: line.id };
  let seen = 0;
  const days = await listLineDays(tenantId, path, ALL);
  expectSums(line, days.data, days.total.equal, currency);
  for (const day of days.data) {
    const at = { ...path, day: day.key };
    const threads = await listDayConversations(tenantId, at, ALL);
    expectSums(day, threads.data, threads.total.equal, currency);
    for (const thread of threads.data) {
      const inThread = { ...at, conversationId: thread.key };
      const messages = await listConversationMessages(tenantId, inThread, ALL);
      expectSums(thread, messages.data, messages.total.equal, currency);
      for (const message of messages.data) {
        const records = await listPathRecords(tenantId, { ...inThread, messageId: message.key });
        const billed = sumAmounts(records.data.map((one) => parseAmount(one.billablePrice)));
        expect([formatAmount(billed), records.total.equal]).toEqual([message.amountExact, true]);
        for (const record of records.data) {
          const parts = (of: "cost" | "price") =>
            formatAmount(sumAmounts(record.parts.map((one) => parseAmount(one[of]))));
          expect([parts("cost"), parts("price")]).toEqual([record.providerCost, record.clientPrice]);
        }
        seen += records.data.length;
      }
    }
  }
  return seen;
}

async function expectRollUps(tenantId: TenantId, billed: string): Promise<void> {
  const sums = (table: string, count: string, billable: string) =>
    `select ${count}::int as n, sum(provider_cost)::text as cost, sum(client_price)::text as price,
      sum(coalesce(covered_quantity, 0))::numeric(38, 6)::text as covered, ${billable}::text as billable from ${table}`;
  const [[raw], [daily], [hourly]] = await readAs(tenantId, ({ sql }) =>
    Promise.all([
      sql.unsafe(sums("usage_breakdown", "count(*)", "sum(coalesce(billable_price, client_price))")),
      sql.unsafe(sums("usage_daily", "sum(requests)", "sum(billable_price)")),
      sql.unsafe(
        "select sum(requests)::int as n, sum(provider_cost)::text as cost, sum(client_price)::text as price from usage_hourly",
      ),
    ]),
  );
  expect(daily).toEqual(raw);
  expect(raw).toMatchObject(hourly ?? {});
  expect(formatAmount(parseAmount(String(raw?.billable)))).toBe(billed);
  expect((await reconcile(tenantId)).data[0]?.differences).toEqual([]);
}

describe.each(["USD", "JPY", "KWD"])("an invoice in %s", (currency) => {
  it("is the sum of its lines, days, conversations, messages, records and parts, whatever was used", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyUse, { minLength: 1, maxLength: 60, size: "max" }), async (uses) => {
        const tenantId = await useAll(currency, uses);
        const { invoiceId = "" } = (await closeMonth(tenantId, "2025-01")) ?? {};
        const { data, total } = await listInvoiceLines(tenantId, invoiceId);
        const invoice = await getInvoice(tenantId, invoiceId);
        expect([formatAmount(shown(data)), total.equal]).toEqual([
          formatAmount(parseAmount(invoice.subtotal)),
          true,
        ]);
        const lines = data.filter((line) => line.usageMonth !== null);
        let seen = 0;
        for (const line of lines) seen += await walkLine(tenantId, invoiceId, line, currency);
        expect(seen).toBe(uses.length);
        await expectRollUps(tenantId, exact(lines));
        const csv = await exportInvoice(makeActor(tenantId), { id: invoiceId, level: "lines" });
        expect(csv.body.trim().split("\r\n")).toHaveLength(data.length + 1);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});
