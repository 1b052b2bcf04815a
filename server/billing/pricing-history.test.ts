import { beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { pricingRuleInput } from "#domain/billing/pricing-rule.ts";
import { providerPriceInput } from "#domain/billing/provider-price.ts";
import type { Actor } from "#server/trpc/context.ts";
import { listAllPricingHistory, listPricingHistory } from "./list-pricing-history.ts";
import { mailPriceChange, notifyPriceChange } from "./notify-price-change.ts";
import { createPricingRule, endPricingRule, updatePricingRule } from "./pricing-rules.ts";
import { createProviderPrice, deleteProviderPrice, endProviderPrice } from "./provider-prices.ts";
import { makeActor, makeTenant } from "./testing/billing-fixtures.ts";

useTestDatabase();

const gpt4 = { provider: "openai", model: "gpt-4", serviceType: "token", currency: "USD" } as const;
const ALL = { limit: 100, model: "gpt-4" };
let actor: Actor;

const price = (validFrom: string, input: string, output: string, reason?: string) =>
  createProviderPrice(
    providerPriceInput.parse({ ...gpt4, validFrom, unit: "per_1k_tokens", parts: { input, output }, reason }),
    "Sam Staff",
  );

beforeAll(async () => {
  const tenantId = await makeTenant({ timezone: "America/New_York", sandbox: true });
  actor = makeActor(tenantId);
  const rule = { scope: "platform", serviceType: "token", markupPercent: "66", validFrom: "2020-01-01" };
  await createPricingRule(pricingRuleInput.parse(rule), "seed");
  await price("2024-01-01", "0.03", "0.06");
  await price("2025-03-01T05:00:00Z", "0.04", "0.07", "OpenAI raised its prices");
});

describe("the history of prices", () => {
  it("says both parts of a rise as sold, with per cent, reason, start and who entered it", async () => {
    const { data } = await listPricingHistory(actor, ALL);
    expect(data[0]).toMatchObject({
      action: "created",
      provider: "openai",
      effectiveFrom: "2025-03-01T05:00:00.000Z",
      reason: "OpenAI raised its prices",
      changedBy: "Sam Staff",
      unit: "per_1k_tokens",
      parts: [
        {
          part: "input",
          oldCost: "0.03",
          newCost: "0.04",
          oldPrice: "0.0498",
          newPrice: "0.0664",
          percent: "33.33",
        },
        {
          part: "output",
          oldCost: "0.06",
          newCost: "0.07",
          oldPrice: "0.0996",
          newPrice: "0.1162",
          percent: "16.67",
        },
      ],
    });
    expect(data[1]).toMatchObject({ parts: [{ oldPrice: null, percent: null }, {}], reason: null });
    const hidden = await listPricingHistory({ ...actor, allows: (name) => name !== "billing.cost" }, ALL);
    expect(hidden.data[0]).toMatchObject({
      oldMarkupPercent: null,
      parts: [{ oldCost: null, newCost: null, newPrice: "0.0664" }, {}],
    });
  });

  it("keeps the proof that a tenant was told four days ahead, by one mail however often it is asked for", async () => {
    const { tenantId } = actor;
    const [change] = (await listPricingHistory(actor, ALL)).data;
    const id = change?.id ?? "";
    const behind = Date.parse("2025-02-25T15:00:00Z") - Date.now();
    await withSystem(
      "test",
      (tx) => tx.sql`update tenants set clock_offset_ms = ${Math.round(behind)} where id = ${tenantId}`,
    );
    expect((await notifyPriceChange(id)).tenants).toBeGreaterThan(0);
    await notifyPriceChange(id);
    const events = await withSystem(
      "test",
      (tx) => tx.sql`select payload from outbox where tenant_id = ${tenantId} and name = 'pricing.changed'`,
    );
    expect(events).toEqual([{ payload: { historyId: id } }]);
    await Promise.all([mailPriceChange(tenantId, id), mailPriceChange(tenantId, id)]);
    const mails = await withSystem(
      "test",
      (tx) => tx.sql`select id, subject, text_body from mail_messages where tenant_ref = ${tenantId}`,
    );
    expect(mails).toHaveLength(1);
    expect(mails[0]?.subject).toContain("prices of openai gpt-4 change on 2025-03-01");
    expect(mails[0]?.text_body).toContain("input: 0.0498 → 0.0664 USD per 1k tokens (+33.33 %)");
    const [told] = (await listPricingHistory(actor, ALL)).data;
    expect(told).toMatchObject({ daysAhead: 4, mailId: mails[0]?.id });
    expect(told?.notifiedAt).toContain("2025-02-25T15:00");
    expect((await listAllPricingHistory(ALL)).data[0]).toMatchObject({ tenantsNotified: 1 });
    await expect(notifyPriceChange(tenantId)).rejects.toMatchObject({ kind: "not_found" });
  });

  it("tells of rules made, changed and ended, and a tenant's own rule to nobody else", async () => {
    const given = { scope: "tenant", tenantId: actor.tenantId, validFrom: "2025-04-01", markupPercent: "40" };
    const rule = await createPricingRule(pricingRuleInput.parse({ ...given, reason: "VIP" }), "test");
    await updatePricingRule(rule.id, { markupPercent: "50" }, "test");
    await endPricingRule(rule.id, "test");
    const ofRule = async (by: Actor) =>
      (await listPricingHistory(by, { limit: 100 })).data.filter((row) => row.subjectId === rule.id);
    const mine = await ofRule(actor);
    const told = mine.map((row) => [row.action, row.oldMarkupPercent, row.newMarkupPercent, row.percent]);
    expect(told.reverse()).toEqual([
      ["created", null, "40", null],
      ["changed", "40", "50", "7.14"],
      ["removed", "50", null, null],
    ]);
    expect(await ofRule(makeActor(await makeTenant()))).toEqual([]);
  });

  it("tells of prices ended, opened again and taken back", async () => {
    const made = await createProviderPrice(
      providerPriceInput.parse({
        ...gpt4,
        model: "gone",
        validFrom: "2025-01-01",
        unit: "per_1k_tokens",
        parts: { input: "1" },
      }),
      "test",
    );
    await endProviderPrice(made.id, "2026-01-01T00:00:00.000Z", "test");
    await endProviderPrice(made.id, null, "test");
    await deleteProviderPrice(made.id, "test");
    const { data } = await listAllPricingHistory({ limit: 100, model: "gone" });
    const told = data.map((row) => `${row.action} ${row.effectiveFrom.slice(0, 4)}`).sort();
    expect(told).toEqual(["created 2025", "created 2026", "ended 2026", "removed 2025"]);
  });
});
