import { beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { addPrice, addRule, countRows, makeTenant, readAs } from "../testing/billing-fixtures.ts";
import type { CommitOp } from "./decide-group.ts";
import { tryFastCommit } from "./fast-commit.ts";
import { tryFastReserve } from "./fast-reserve.ts";
import { meter } from "./meter.ts";
import { runGroup } from "./run-group.ts";
import { payloadHash, type ReserveRequest, shortHash, type UsageFact } from "./usage-fact.ts";

useTestDatabase();

const gpt4 = { serviceType: "token", provider: "openai", model: "gpt-4" } as const;

function fact(tenantId: TenantId, key: string, given: Partial<UsageFact> = {}): UsageFact {
  return {
    tenantId,
    idempotencyKey: key,
    ...gpt4,
    status: "succeeded",
    quantities: { input: 120, output: 50 },
    occurredAt: new Date().toISOString(),
    ...given,
  };
}

const dime = (tenantId: TenantId): ReserveRequest => ({
  tenantId,
  ...gpt4,
  quantities: {},
  estimatedPrice: "0.10",
});

async function addQuota(tenantId: TenantId, limit: string, given: Record<string, unknown> = {}) {
  const row = { service_type: null, measure: "money", on_exceed: "pause", period: "monthly", ...given };
  await readAs(
    tenantId,
    (tx) => tx.sql`
    insert into usage_quotas (tenant_id, id, name, service_type, measure, period, limit_amount, on_exceed, period_start)
    values (${tenantId}, gen_random_uuid(), 'Everything', ${row.service_type}, ${row.measure}, ${row.period},
      ${limit}, ${row.on_exceed}, '2000-01-01T00:00:00Z')`,
  );
}

beforeAll(async () => {
  await addPrice({ ...gpt4, unit: "per_1k_tokens", parts: { input: "0.03", output: "0.06" } });
  await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
});

describe("commit", () => {
  it("writes the anchor figure and its roll-ups in one go", async () => {
    const tenantId = await makeTenant();
    const record = await meter.commit(fact(tenantId, "anchor"));
    expect(record).toMatchObject({
      providerCost: "0.0066",
      clientPrice: "0.010956",
      profit: "0.004356",
      totalQuantity: 170,
      markupPercent: "66",
      unpriced: false,
    });
    const [day] = await readAs(tenantId, (tx) => tx.sql`select * from usage_daily`);
    expect(day).toMatchObject({
      requests: 1,
      client_price: "0.010956000000",
      provider_cost: "0.006600000000",
    });
    const [hour] = await readAs(tenantId, (tx) => tx.sql`select * from usage_hourly`);
    expect(hour).toMatchObject({ requests: 1, total_quantity: "170" });
  });

  it("makes one record of the same commit five times in parallel and refuses another fact under its key", async () => {
    const tenantId = await makeTenant();
    const same = fact(tenantId, "same");
    const records = await Promise.all(Array.from({ length: 5 }, () => meter.commit({ ...same })));
    expect(new Set(records.map((record) => record.id)).size).toBe(1);
    expect(records[0]).toEqual(records[4]);
    await expect(meter.commit({ ...same, quantities: { input: 121, output: 50 } })).rejects.toMatchObject({
      kind: "conflict",
      code: "usage.key_reused",
    });
    expect(await countRows(tenantId, "usage_breakdown")).toBe(1);
    const [day] = await readAs(tenantId, (tx) => tx.sql`select requests from usage_daily`);
    expect(day?.requests).toBe(1);
  });

  it("keeps roll-ups equal to the records whatever is committed in parallel", async () => {
    const tenantId = await makeTenant();
    const statuses = ["succeeded", "failed", "aborted"] as const;
    const models = ["gpt-4", "unheard-of"];
    await Promise.all(
      Array.from({ length: 400 }, (_, i) =>
        meter.commit(
          fact(tenantId, `mix-${i}`, {
            status: statuses[i % 3] ?? "succeeded",
            model: models[i % 2] ?? "gpt-4",
            quantities: { input: (i * 37) % 501, cachedInput: i % 7, output: (i * 13) % 97 },
            occurredAt: new Date(Date.now() - i * 3_600_000).toISOString(),
          }),
        ),
      ),
    );
    const sums = (
      table: string,
    ) => `select sum(provider_cost)::text as cost, sum(client_price)::text as price,
      count(distinct model)::int as models from ${table}`;
    const [raw] = await readAs(tenantId, (tx) => tx.sql.unsafe(sums("usage_breakdown")));
    const [daily] = await readAs(tenantId, (tx) => tx.sql.unsafe(sums("usage_daily")));
    const [hourly] = await readAs(tenantId, (tx) => tx.sql.unsafe(sums("usage_hourly")));
    expect(daily).toEqual(raw);
    expect(hourly).toEqual(raw);
    const [seq] = await readAs(
      tenantId,
      (tx) => tx.sql`
      select count(distinct ingest_seq)::int as n, max(ingest_seq) as top from usage_breakdown`,
    );
    expect(seq).toEqual({ n: 400, top: 400 });
  });

  it("records a failed call's cost and charges nothing, and takes an unsettled call's reserved estimate", async () => {
    const tenantId = await makeTenant();
    const failed = await meter.commit(fact(tenantId, "failed", { status: "failed" }));
    expect([failed.providerCost, failed.clientPrice]).toEqual(["0.0066", "0"]);
    const outcome = await meter.reserve({ tenantId, ...gpt4, quantities: { input: 1000, output: 1000 } });
    if (!outcome.admitted) throw new Error("refused");
    const unsettled = await meter.commit(
      fact(tenantId, "unsettled", { status: "unsettled", quantities: {}, reservation: outcome.reservation }),
    );
    expect([unsettled.providerCost, unsettled.clientPrice]).toEqual(["0.09", "0"]);
  });

  it("prices a planned rise by when the usage happened and reloads changed prices at once", async () => {
    const tenantId = await makeTenant();
    await meter.commit(fact(tenantId, "before"));
    await addRule({ scope: "tenant", tenantId, markupPercent: "40" });
    const record = await meter.commit(fact(tenantId, "after", { quantities: { input: 1000 } }));
    expect(record.clientPrice).toBe("0.042");
  });

  it("gives the days of New York to usage at its midnight", async () => {
    const tenantId = await makeTenant({ timezone: "America/New_York" });
    const last = await meter.commit(fact(tenantId, "last", { occurredAt: "2025-02-01T04:59:59.999Z" }));
    const first = await meter.commit(fact(tenantId, "first", { occurredAt: "2025-02-01T05:00:00.000Z" }));
    expect([last.day, first.day]).toEqual(["2025-01-31", "2025-02-01"]);
  });
});

describe("reserve", () => {
  it("admits exactly 50 of 1,000 parallel calls of 0.10 into 5.00", async () => {
    const tenantId = await makeTenant();
    await addQuota(tenantId, "5.00");
    const outcomes = await Promise.all(Array.from({ length: 1000 }, () => meter.reserve(dime(tenantId))));
    const admitted = outcomes.flatMap((outcome) => (outcome.admitted ? [outcome.reservation] : []));
    expect(admitted).toHaveLength(50);
    const [quota] = await readAs(tenantId, (tx) => tx.sql`select reserved, exceeded_at from usage_quotas`);
    expect(quota?.reserved).toBe("5.000000000000");
    expect(quota?.exceeded_at).not.toBeNull();
    await Promise.all(admitted.map((reservation) => meter.release(tenantId, reservation)));
    const [after] = await readAs(tenantId, (tx) => tx.sql`select reserved from usage_quotas`);
    expect(after?.reserved).toBe("0.000000000000");
    expect((await meter.reserve(dime(tenantId))).admitted).toBe(true);
  });

  it("gives room back when a reservation expires, and still records its late commit once", async () => {
    const tenantId = await makeTenant();
    await addQuota(tenantId, "0.10");
    const first = await meter.reserve(dime(tenantId));
    if (!first.admitted) throw new Error("refused");
    expect((await meter.reserve(dime(tenantId))).admitted).toBe(false);
    await readAs(
      tenantId,
      (tx) => tx.sql`update usage_reservations set expires_at = now() - interval '1 second'`,
    );
    expect((await meter.reserve({ ...dime(tenantId), estimatedPrice: "0.05" })).admitted).toBe(true);
    const late = fact(tenantId, "late", { reservation: first.reservation });
    await Promise.all([meter.commit(late), meter.commit(late)]);
    expect(await countRows(tenantId, "usage_breakdown")).toBe(1);
    const [quota] = await readAs(tenantId, (tx) => tx.sql`select used, reserved from usage_quotas`);
    expect(quota).toEqual({ used: "0.010956000000", reserved: "0.050000000000" });
  });

  it("counts what was really used above the estimate and refuses the next call with an event", async () => {
    const tenantId = await makeTenant();
    await addQuota(tenantId, "0.02");
    const first = await meter.reserve({ ...dime(tenantId), estimatedPrice: "0.001" });
    if (!first.admitted) throw new Error("refused");
    await meter.commit(
      fact(tenantId, "big", { quantities: { input: 10_000 }, reservation: first.reservation }),
    );
    const next = await meter.reserve({ ...dime(tenantId), estimatedPrice: "0.001" });
    expect(next).toMatchObject({ admitted: false, refusal: { code: "billing.quota_exceeded" } });
  });
});

describe("two processes on one tenant", () => {
  const opOf = (one: UsageFact): CommitOp => ({
    kind: "commit",
    fact: one,
    keyHash: shortHash(one.idempotencyKey),
    payloadHash: payloadHash(one),
    month: `${one.occurredAt.slice(0, 7)}-01`,
  });

  it("record every fact once and lose no sum, whichever path each takes", async () => {
    const tenantId = await makeTenant();
    await addQuota(tenantId, "1000");
    await meter.commit(fact(tenantId, "first"));
    const facts = Array.from({ length: 60 }, (_, i) =>
      fact(tenantId, `shared-${i % 40}`, { occurredAt: "2026-11-01T00:00:00.000Z" }),
    );
    // Past the queue that would join them: groups and lone commits race for the same ledger.
    await Promise.all(
      facts.map(async (one, i) => {
        const op = opOf(one);
        if (i % 2 === 0) return runGroup(tenantId, [op]);
        const done = await tryFastCommit(tenantId, op);
        return done ?? runGroup(tenantId, [op]);
      }),
    );
    expect(await countRows(tenantId, "usage_breakdown")).toBe(41);
    const [sums] = await readAs(
      tenantId,
      (tx) => tx.sql`
      select (select sum(client_price) from usage_breakdown) = (select sum(client_price) from usage_daily) as daily,
        (select sum(requests) from usage_hourly)::int as hourly,
        (select count(distinct ingest_seq) from usage_breakdown)::int as sequences`,
    );
    expect(sums).toEqual({ daily: true, hourly: 41, sequences: 41 });
  });

  it("admit no more than fits when lone reservations race each other", async () => {
    const tenantId = await makeTenant();
    await addQuota(tenantId, "2.00");
    await meter.commit(fact(tenantId, "first", { quantities: {} }));
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => tryFastReserve(dime(tenantId))));
    const [quota] = await readAs(tenantId, (tx) => tx.sql`select reserved from usage_quotas`);
    expect(outcomes.filter((outcome) => outcome?.admitted)).toHaveLength(20);
    expect(quota?.reserved).toBe("2.000000000000");
  });
});
