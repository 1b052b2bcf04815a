import { beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { profitInput } from "#domain/billing/profit.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { exportProfit } from "./export-profit.ts";
import { meter } from "./meter/meter.ts";
import { getProfit } from "./profit.ts";
import { listReconciliations, reconcileAll } from "./reconcile.ts";
import { addPrice, addRule, makeTenant } from "./testing/billing-fixtures.ts";

useTestDatabase();

const talk = newId();
let gains: TenantId;
let loses: TenantId;

function call(tenantId: TenantId, model: string, occurredAt: string, conversationId: string | null = null) {
  return meter.commit({
    tenantId,
    idempotencyKey: newId(),
    serviceType: "token",
    provider: "openai",
    model,
    status: "succeeded",
    quantities: { input: 120, output: 50 },
    occurredAt,
    conversationId,
  });
}

beforeAll(async () => {
  for (const model of ["gpt-4", "cheap"]) {
    const parts = { input: "0.03", output: "0.06" };
    await addPrice({ serviceType: "token", provider: "openai", model, unit: "per_1k_tokens", parts });
  }
  await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
  gains = await makeTenant();
  loses = await makeTenant();
  await addRule({ scope: "tenant", tenantId: loses, serviceType: "token", markupPercent: "-50" });
  await call(gains, "gpt-4", "2025-01-10T12:00:00.000Z", talk);
  await call(gains, "gpt-4", "2025-01-31T23:59:59.999Z");
  await call(loses, "cheap", "2025-01-11T12:00:00.000Z");
  await call(gains, "gpt-4", "2024-12-31T12:00:00.000Z");
});

const profit = (input: object) => getProfit(profitInput.parse({ month: "2025-01", ...input }));

describe("the platform's profit", () => {
  it("shows a tenant's plan, its ten weeks up to the month's end, and what it loses on", async () => {
    const { data } = await profit({});
    const [loss, gain] = data.map((row) => row.tenant);
    expect(loss).toMatchObject({ worst: { provider: "openai", model: "cheap", profit: "-0.0033" } });
    expect(gain?.worst).toBeNull();
    expect(gain?.weeks).toHaveLength(10);
    // 31 January is in the last week, 10 January three before it, 31 December five.
    expect(gain?.weeks.flatMap((amount, week) => (amount === "0" ? [] : [[week, amount]]))).toEqual([
      [5, "0.004356"],
      [6, "0.004356"],
      [9, "0.004356"],
    ]);
    expect((await profit({ by: "model" })).data.every((row) => row.tenant === null)).toBe(true);
  });

  it("downloads as CSV whose rows sum to the month's total", async () => {
    const { fileName, body } = await exportProfit({ by: "model", month: "2025-01" });
    expect(fileName).toBe("profit-2025-01-model.csv");
    const [header = "", ...rows] = body.trim().split("\r\n");
    const column = header.split(",").indexOf("profit");
    const sum = sumAmounts(rows.map((row) => parseAmount(row.split(",")[column] ?? "0")));
    expect(formatAmount(sum)).toBe((await profit({})).totals[0]?.profit);
  });

  it("shows each tenant's, losses first, and the month before beside the total", async () => {
    const shown = await profit({});
    expect(shown.data.map((row) => [row.tenantId, row.profit, row.marginPercent, row.markupPercent])).toEqual(
      [
        [loses, "-0.0033", "-100.00", "-50.00"],
        [gains, "0.008712", "39.76", "66.00"],
      ],
    );
    expect(shown.totals).toMatchObject([
      {
        currency: "USD",
        requests: 3,
        tenants: 2,
        tenantsBelowCost: 1,
        providerCost: "0.0198",
        profit: "0.005412",
      },
    ]);
    expect(shown.before).toMatchObject([{ requests: 1, profit: "0.004356", tenantsBelowCost: 0 }]);
  });

  it.each(["tenant", "model", "service", "conversation"] as const)(
    "adds up by %s to the total",
    async (by) => {
      const { data, totals } = await profit({ by });
      const sum = formatAmount(sumAmounts(data.map((row) => parseAmount(row.profit))));
      // Usage without a conversation is in the other groupings only.
      expect(sum).toBe(by === "conversation" ? "0.004356" : totals[0]?.profit);
    },
  );

  it("names the model, and the conversation", async () => {
    expect((await profit({ by: "model" })).data.map((row) => row.model)).toEqual(["cheap", "gpt-4"]);
    expect((await profit({ by: "conversation" })).data).toMatchObject([
      { conversationId: talk, tenantId: gains },
    ]);
  });

  it("pages without a gap or a repeat", async () => {
    const first = await profit({ limit: 1 });
    const second = await profit({ limit: 1, cursor: first.nextCursor });
    expect([first.data[0]?.tenantId, second.data[0]?.tenantId, second.nextCursor]).toEqual([
      loses,
      gains,
      null,
    ]);
  });

  it("is of one tenant where asked, and empty where nothing was used", async () => {
    expect((await profit({ tenantId: gains })).data).toHaveLength(1);
    expect(await profit({ month: "2023-01" })).toMatchObject({ data: [], totals: [], before: [] });
  });
});

it("a comparison of all tenants is kept with its sums and found again", async () => {
  const { data } = await reconcileAll("nightly");
  const [kept] = (await listReconciliations({ limit: 1 })).data;
  expect(kept).toMatchObject({ startedBy: "nightly", tenants: data.length, differences: 0, differing: [] });
  const records = formatAmount(sumAmounts(data.map((row) => parseAmount(row.records))));
  expect(kept?.sums).toMatchObject([
    { currency: "USD", records, dailyRollUps: records, hourlyRollUps: records },
  ]);
});
