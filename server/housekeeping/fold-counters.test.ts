import { beforeAll, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { createTenant } from "#server/tenants/create-tenant.ts";
import { foldCounters } from "./fold-counters.ts";

useTestDatabase();

describe("folding counters", () => {
  const channelId = newId();
  let tenantId: TenantId;
  beforeAll(async () => {
    tenantId = await createTenant({
      name: "Fold",
      slug: "fold",
      sandbox: true,
      currency: "USD",
      timezone: "UTC",
      billingEmail: "owner@fold.test",
      status: "active",
    });
    await withTenant(
      tenantId,
      (tx) =>
        tx.sql`insert into channels (tenant_id, id, type, name) values (${tenantId}, ${channelId}, 'api', 'Own app')`,
    );
  });

  const append = (counter: string, at: string) =>
    withTenant(
      tenantId,
      (
        tx,
      ) => tx.sql`insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta, occurred_at)
        values (${tenantId}, ${newId()}, 'channel', ${channelId}, ${counter}, 1, ${at})`,
    );
  const channel = async () => {
    await foldCounters();
    const [row] = await withTenant(
      tenantId,
      (tx) =>
        tx.sql`select message_count, last_inbound_at from channels where tenant_id = ${tenantId} and id = ${channelId}`,
    );
    return [row?.message_count, row?.last_inbound_at];
  };

  it("counts what a channel carried both ways and keeps the time of the newest message that came in", async () => {
    await append("message_count", "2026-01-03T00:00:00Z");
    expect(await channel()).toEqual([1, null]);
    await append("inbound_count", "2026-01-01T00:00:00Z");
    await append("inbound_count", "2026-01-02T00:00:00Z");
    await append("message_count", "2026-01-04T00:00:00Z");
    expect(await channel()).toEqual([4, "2026-01-02T00:00:00.000Z"]);
  });

  it("never sets that time back, nor on what only went out", async () => {
    await append("inbound_count", "2025-12-31T00:00:00Z");
    await append("message_count", "2026-01-05T00:00:00Z");
    expect(await channel()).toEqual([6, "2026-01-02T00:00:00.000Z"]);
  });
});
