import { beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { costAlertInput } from "#domain/billing/cost-alert.ts";
import { pricingRuleInput } from "#domain/billing/pricing-rule.ts";
import { providerPriceInput } from "#domain/billing/provider-price.ts";
import { quotaInput } from "#domain/billing/quota.ts";
import { pricePreviewInput } from "#domain/billing/usage-report.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import {
  createCostAlert,
  deleteCostAlert,
  getCostAlert,
  listCostAlerts,
  updateCostAlert,
} from "./cost-alerts.ts";
import { exportUsage } from "./export-usage.ts";
import { listDailyUsage } from "./list-daily-usage.ts";
import { listPricingInForce } from "./list-pricing.ts";
import { getUsage, listUsage } from "./list-usage.ts";
import { meter } from "./meter/meter.ts";
import { mailCostAlert } from "./notify.ts";
import { previewPrice } from "./preview-price.ts";
import { createPricingRule, endPricingRule, listPricingRules, updatePricingRule } from "./pricing-rules.ts";
import { createProviderPrice } from "./provider-prices.ts";
import { createQuota, getQuota, updateQuota } from "./quotas.ts";
import { reportUsage } from "./report-usage.ts";
import { getSpend, getSpendBy } from "./spend.ts";
import { countRows, makeActor, makeConversation, makeTenant } from "./testing/billing-fixtures.ts";

useTestDatabase();

const ALL = { limit: 100 };
const gpt4 = { serviceType: "token", provider: "openai", model: "gpt-4" } as const;

/** Usage worth `price` units of money: an own service sold at cost. */
async function spend(tenantId: TenantId, price: number, conversationId: string | null = null): Promise<void> {
  await meter.commit({
    tenantId,
    idempotencyKey: newId(),
    serviceType: "api_call",
    provider: "own",
    model: "unit",
    status: "succeeded",
    quantities: { units: price },
    occurredAt: new Date().toISOString(),
    conversationId,
  });
}

async function outboxOf(tenantId: TenantId, name: string) {
  return withSystem(
    "test",
    (tx) => tx.sql`select payload from outbox where tenant_id = ${tenantId} and name = ${name} order by id`,
  );
}

beforeAll(async () => {
  const price = { currency: "USD", validFrom: "2020-01-01" };
  await createProviderPrice(
    providerPriceInput.parse({
      ...price,
      ...gpt4,
      unit: "per_1k_tokens",
      parts: { input: "0.03", output: "0.06" },
    }),
    "test",
  );
  const unit = {
    serviceType: "api_call",
    provider: "own",
    model: "unit",
    unit: "per_unit",
    parts: { amount: "1" },
  };
  await createProviderPrice(providerPriceInput.parse({ ...price, ...unit }), "test");
  await createPricingRule(
    pricingRuleInput.parse({ scope: "platform", serviceType: "token", markupPercent: 66 }),
    "test",
  );
});

describe("cost alerts", () => {
  it("fires exactly the 80 % mark from 790 to 820, tells it once by mail, and nothing at 830", async () => {
    const tenantId = await makeTenant();
    const actor = makeActor(tenantId);
    await spend(tenantId, 790);
    const input = costAlertInput.parse({
      name: "Budget",
      budget: "1000",
      emails: ["cfo@shopeasy.com", "admin@shopeasy.com"],
    });
    const alert = await createCostAlert(actor, input);
    expect(alert).toMatchObject({ currentAmount: "790", passedMark: "50", triggerCount: 0 });
    const { conversationId } = await makeConversation(tenantId);
    await spend(tenantId, 30, conversationId);
    await spend(tenantId, 10);
    expect(await getCostAlert(tenantId, alert.id)).toMatchObject({
      currentAmount: "830",
      passedMark: "80",
      triggerCount: 1,
      events: [{ mark: "80", spent: "820", conversationId }],
    });
    const events = await outboxOf(tenantId, "cost_alert.triggered");
    expect(events).toHaveLength(1);
    const { eventId } = (events[0]?.payload ?? { eventId: "" }) as { eventId: string };
    await Promise.all([mailCostAlert(tenantId, eventId), mailCostAlert(tenantId, eventId)]);
    const mails = await withSystem(
      "test",
      (tx) => tx.sql`select * from mail_messages where tenant_ref = ${tenantId}`,
    );
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
      recipients: ["cfo@shopeasy.com", "admin@shopeasy.com"],
      status: "kept",
    });
    expect(String(mails[0]?.subject)).toContain("82 %");
    expect(String(mails[0]?.text_body)).toContain(conversationId);
  });

  it("fires 50, 80 and 90 in order when one event lifts 400 to 950, and none when switched off", async () => {
    const tenantId = await makeTenant();
    const actor = makeActor(tenantId);
    await spend(tenantId, 400);
    const alert = await createCostAlert(actor, costAlertInput.parse({ name: "Budget", budget: "1000" }));
    const off = await createCostAlert(
      actor,
      costAlertInput.parse({ name: "Off", budget: "100", enabled: false }),
    );
    await spend(tenantId, 550);
    const marks = (await outboxOf(tenantId, "cost_alert.triggered")).map(
      (row) => (row.payload as { mark: string }).mark,
    );
    expect(marks.map(Number)).toEqual([50, 80, 90]);
    expect((await getCostAlert(tenantId, alert.id)).triggerCount).toBe(3);
    expect((await getCostAlert(tenantId, off.id)).triggerCount).toBe(0);
  });

  it("keeps its marks when renamed, and counts what passed while it was off when switched on again", async () => {
    const tenantId = await makeTenant();
    const actor = makeActor(tenantId);
    const { id } = await createCostAlert(actor, costAlertInput.parse({ name: "Budget", budget: "100" }));
    await spend(tenantId, 60);
    expect(await updateCostAlert(actor, id, { name: "Mine", emails: ["a@b.test"] })).toMatchObject({
      passedMark: "50",
      triggerCount: 1,
    });
    await updateCostAlert(actor, id, { enabled: false });
    await spend(tenantId, 25);
    expect(await updateCostAlert(actor, id, { enabled: true })).toMatchObject({
      passedMark: "80",
      triggerCount: 1,
    });
    await spend(tenantId, 5);
    expect(await getCostAlert(tenantId, id)).toMatchObject({ passedMark: "90", triggerCount: 2 });
  });

  it("is found, changed and deleted by its own tenant only", async () => {
    const [mine, theirs] = [makeActor(await makeTenant()), makeActor(await makeTenant())];
    const alert = await createCostAlert(mine, costAlertInput.parse({ name: "Mine", budget: "10" }));
    const missing = { kind: "not_found" };
    await expect(getCostAlert(theirs.tenantId, alert.id)).rejects.toMatchObject(missing);
    await expect(updateCostAlert(theirs, alert.id, { budget: "1" })).rejects.toMatchObject(missing);
    await expect(deleteCostAlert(theirs, alert.id)).rejects.toMatchObject(missing);
    expect((await updateCostAlert(mine, alert.id, { budget: "20" })).budget).toBe("20");
    await deleteCostAlert(mine, alert.id);
    expect((await listCostAlerts(mine.tenantId, ALL)).data).toEqual([]);
  });
});

describe("quotas", () => {
  it("warns at 80 %, refuses a call that does not fit and resumes when raised", async () => {
    const tenantId = await makeTenant();
    const actor = makeActor(tenantId);
    const quota = await createQuota(actor, quotaInput.parse({ name: "All", limit: "500" }));
    await spend(tenantId, 400);
    expect(await outboxOf(tenantId, "quota.warning")).toHaveLength(1);
    await spend(tenantId, 75);
    expect(await getQuota(tenantId, quota.id)).toMatchObject({
      currentAmount: "475",
      percentUsed: "95",
      isExceeded: false,
    });
    const call = { tenantId, ...gpt4, quantities: {}, estimatedPrice: "30" };
    expect((await meter.reserve(call)).admitted).toBe(false);
    const exceeded = await getQuota(tenantId, quota.id);
    expect(exceeded).toMatchObject({ isExceeded: true, currentAmount: "475", percentUsed: "95" });
    expect(await outboxOf(tenantId, "quota.exceeded")).toHaveLength(1);
    const small = { ...call, estimatedPrice: "1" };
    expect((await meter.reserve(small)).admitted).toBe(false);
    expect((await updateQuota(actor, quota.id, { name: "Everything", limit: "490" })).exceededAt).toBe(
      exceeded.exceededAt,
    );
    expect((await meter.reserve(small)).admitted).toBe(false);
    expect((await getQuota(tenantId, quota.id)).exceededAt).toBe(exceeded.exceededAt);
    expect((await updateQuota(actor, quota.id, { limit: "600" })).isExceeded).toBe(false);
    expect((await meter.reserve(call)).admitted).toBe(true);
  });

  it("resumes by itself when calls in flight took less than was set aside for them", async () => {
    const tenantId = await makeTenant();
    const quota = await createQuota(makeActor(tenantId), quotaInput.parse({ name: "All", limit: "10" }));
    const call = { tenantId, ...gpt4, quantities: {}, estimatedPrice: "6" };
    const first = await meter.reserve(call);
    expect((await meter.reserve(call)).admitted).toBe(false);
    expect((await getQuota(tenantId, quota.id)).isExceeded).toBe(true);
    if (first.admitted) await meter.release(tenantId, first.reservation);
    expect(await getQuota(tenantId, quota.id)).toMatchObject({ isExceeded: false, exceededAt: null });
    expect((await meter.reserve(call)).admitted).toBe(true);
  });

  it("begins anew in the next window of the tenant's zone, also when its clock jumps", async () => {
    const tenantId = await makeTenant({ sandbox: true });
    const actor = makeActor(tenantId);
    const quota = await createQuota(actor, quotaInput.parse({ name: "Daily", limit: "10", period: "daily" }));
    await spend(tenantId, 10);
    const call = { tenantId, ...gpt4, quantities: {}, estimatedPrice: "1" };
    expect((await meter.reserve(call)).admitted).toBe(false);
    const jump = (days: number) =>
      withSystem(
        "test",
        (tx) => tx.sql`update tenants set clock_offset_ms = ${days * 86_400_000} where id = ${tenantId}`,
      );
    await jump(1);
    expect((await meter.reserve(call)).admitted).toBe(true);
    expect((await getQuota(tenantId, quota.id)).currentAmount).toBe("0");
    await jump(0);
    expect((await meter.reserve(call)).admitted).toBe(false);
    expect((await getQuota(tenantId, quota.id)).currentAmount).toBe("10");
  });
});

describe("reported usage", () => {
  it("is recorded once under one key, and another content under it is refused and changes nothing", async () => {
    const tenantId = await makeTenant();
    const record = {
      idempotencyKey: "sms-1",
      type: "sms" as const,
      quantity: 3,
      occurredAt: "2026-01-05T10:00:00.000Z",
    };
    const [first] = await reportUsage(tenantId, [record]);
    const [again] = await reportUsage(tenantId, [record]);
    expect(again?.id).toBe(first?.id);
    expect(first).toMatchObject({ totalQuantity: 3, unpriced: true, idempotencyKey: "sms-1" });
    const fresh = { ...record, idempotencyKey: "sms-2" };
    await expect(reportUsage(tenantId, [fresh, { ...record, quantity: 4 }])).rejects.toMatchObject({
      kind: "conflict",
    });
    expect(await countRows(tenantId, "usage_breakdown")).toBe(1);
    const foreign = (await makeConversation(await makeTenant())).conversationId;
    await expect(reportUsage(tenantId, [{ ...fresh, conversationId: foreign }])).rejects.toMatchObject({
      kind: "not_found",
    });
  });

  it("is listed, filtered, paged, explained and exported", async () => {
    const tenantId = await makeTenant();
    const { conversationId, messageIds } = await makeConversation(tenantId);
    for (let i = 0; i < 5; i += 1) {
      await meter.commit({
        tenantId,
        idempotencyKey: `k${i}`,
        ...gpt4,
        status: "succeeded",
        quantities: { input: 120, output: 50 },
        occurredAt: `2026-01-0${i + 1}T10:00:00.000Z`,
        conversationId,
        messageId: messageIds[i % 2] ?? null,
      });
    }
    const first = await listUsage(makeActor(tenantId), { limit: 3 });
    const second = await listUsage(makeActor(tenantId), { limit: 3, cursor: first.nextCursor ?? "" });
    expect([...first.data, ...second.data].map((record) => record.idempotencyKey)).toEqual([
      "k4",
      "k3",
      "k2",
      "k1",
      "k0",
    ]);
    expect(second.nextCursor).toBeNull();
    expect((await listUsage(makeActor(tenantId), { ...ALL, messageId: messageIds[0] })).data).toHaveLength(3);
    expect(
      (await listUsage(makeActor(tenantId), { ...ALL, day: "2026-01-02" })).data.map((r) => r.idempotencyKey),
    ).toEqual(["k1"]);
    expect((await listUsage(makeActor(tenantId), { ...ALL, model: "other" })).data).toEqual([]);
    const record = await getUsage(makeActor(tenantId), first.data[0]?.id ?? "");
    expect(record.explanation).toContain("120 input at 0.03");
    expect(record.explanation).toContain("66 % markup");
    await expect(getUsage(makeActor(await makeTenant()), record.id)).rejects.toMatchObject({
      kind: "not_found",
    });
    const daily = await listDailyUsage(tenantId, { limit: 2 });
    expect(daily.data.map((row) => [row.day, row.clientPrice])).toEqual([
      ["2026-01-05", "0.010956"],
      ["2026-01-04", "0.010956"],
    ]);
    expect((await listDailyUsage(tenantId, { limit: 9, cursor: daily.nextCursor ?? "" })).data).toHaveLength(
      3,
    );
    expect((await exportUsage(makeActor(tenantId), {})).trim().split("\r\n")).toHaveLength(6);
    const month = await getSpend(tenantId, "2026-01");
    const [channel] = (await getSpendBy(tenantId, "channels", "2026-01")).data;
    expect([month.clientPrice, month.byModel[0]?.clientPrice, channel?.clientPrice]).toEqual([
      "0.05478",
      "0.05478",
      "0.05478",
    ]);
  });
});

describe("prices and rules", () => {
  it("previews a fact without storing it and names what won", async () => {
    const tenantId = await makeTenant();
    const vip = await createPricingRule(
      pricingRuleInput.parse({ scope: "tenant", tenantId, markupPercent: "40" }),
      "test",
    );
    const usage = { prompt_tokens: 1000, completion_tokens: 0, total_tokens: 1000 };
    const preview = await previewPrice(pricePreviewInput.parse({ tenantId, ...gpt4, usage }));
    expect(preview).toMatchObject({
      providerCost: "0.03",
      clientPrice: "0.042",
      profit: "0.012",
      ruleId: vip.id,
    });
    expect(preview.parts).toEqual([
      { part: "input", quantity: 1000, rate: "0.03", cost: "0.03", price: "0.042" },
    ]);
    expect(await countRows(tenantId, "usage_breakdown")).toBe(0);
    const rates = await listPricingInForce(makeActor(tenantId), { ...ALL, model: "gpt-4" });
    expect(rates.data[0]).toMatchObject({
      ruleId: vip.id,
      parts: [
        { part: "input", price: "0.042" },
        { part: "output", price: "0.084" },
      ],
    });
  });

  it("refuses a second rule of the same scope, narrowing and start, and re-pricing of priced usage", async () => {
    const tenantId = await makeTenant();
    const rule = (given: Record<string, unknown>) =>
      createPricingRule(pricingRuleInput.parse({ scope: "tenant", tenantId, ...given }), "test");
    const first = await rule({ markupPercent: "10", validFrom: "2025-01-01" });
    await expect(rule({ markupPercent: "20", validFrom: "2025-01-01" })).rejects.toMatchObject({
      code: "pricing.rule_exists",
    });
    await meter.commit({
      tenantId,
      idempotencyKey: "x",
      ...gpt4,
      status: "succeeded",
      quantities: { input: 1000 },
      occurredAt: "2026-06-01T00:00:00.000Z",
    });
    const again = { code: "pricing.would_reprice", kind: "conflict" };
    await expect(rule({ markupPercent: "20", validFrom: "2026-06-01" })).rejects.toMatchObject(again);
    await expect(updatePricingRule(first.id, { markupPercent: "20" }, "test")).rejects.toMatchObject(again);
    await expect(
      updatePricingRule(first.id, { validTo: "2026-05-01T00:00:00.000Z" }, "test"),
    ).rejects.toMatchObject(again);
    expect((await rule({ markupPercent: "20", validFrom: "2026-06-01T00:00:00.001Z" })).markupPercent).toBe(
      "20",
    );
    await endPricingRule(first.id, "test");
    const left = await listPricingRules({ ...ALL, tenantId });
    expect(left.data.find((one) => one.id === first.id)?.validTo).not.toBeNull();
    const price = { ...gpt4, currency: "USD", unit: "per_1k_tokens", parts: { input: "0.04" } };
    await expect(
      createProviderPrice(providerPriceInput.parse({ ...price, validFrom: "2026-05-01" }), "test"),
    ).rejects.toMatchObject(again);
  });
});
