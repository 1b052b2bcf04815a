import { beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { costAlertInput } from "#domain/billing/cost-alert.ts";
import { quotaInput } from "#domain/billing/quota.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { createCostAlert } from "#server/billing/cost-alerts.ts";
import { meter } from "#server/billing/meter/meter.ts";
import { createQuota } from "#server/billing/quotas.ts";
import { addPrice, makeActor, makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { getShell } from "./get-shell.ts";

useTestDatabase();

beforeAll(() =>
  addPrice({
    serviceType: "api_call",
    provider: "own",
    model: "unit",
    unit: "per_unit",
    parts: { amount: "1" },
  }),
);

const spend = (tenantId: TenantId, units: number) =>
  meter.commit({
    tenantId,
    idempotencyKey: newId(),
    serviceType: "api_call",
    provider: "own",
    model: "unit",
    status: "succeeded",
    quantities: { units },
    occurredAt: new Date().toISOString(),
  });

describe("what everybody in a workspace should know now", () => {
  it("names the highest mark of a budget, and the quota that stops the bot until its window ends", async () => {
    const tenantId = await makeTenant();
    const actor = makeActor(tenantId);
    expect((await getShell(actor)).notices).toEqual([]);
    await createCostAlert(
      actor,
      costAlertInput.parse({ name: "Budget", budget: "100", marks: ["50", "80"] }),
    );
    await createQuota(
      actor,
      quotaInput.parse({
        name: "Month",
        measure: "money",
        period: "monthly",
        limit: "85",
        onExceed: "pause",
      }),
    );
    await spend(tenantId, 82);
    expect((await getShell(actor)).notices).toMatchObject([
      { kind: "budget_mark", name: "Budget", mark: "80", spent: "82", budget: "100" },
    ]);
    await spend(tenantId, 10);
    const { notices } = await getShell(actor);
    expect(notices.map((notice) => notice.kind)).toEqual(["quota_full", "budget_mark"]);
    expect(notices[0]).toMatchObject({ name: "Month", stops: true });
    const blind = { ...actor, allows: (permission: string) => permission !== "billing.view" };
    expect((await getShell(blind)).notices.map((notice) => notice.kind)).toEqual(["quota_full"]);
  });

  it("says first that the workspace is suspended", async () => {
    const tenantId = await makeTenant();
    await withSystem("test", (tx) => tx.sql`update tenants set status = 'suspended' where id = ${tenantId}`);
    expect((await getShell(makeActor(tenantId))).notices).toMatchObject([{ kind: "suspended" }]);
  });
});
