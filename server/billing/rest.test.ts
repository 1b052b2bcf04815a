import { beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { ALL_PERMISSIONS } from "#domain/access/permissions.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { makeApiKey } from "#server/auth/api-key.ts";
import { handleRestRequest } from "#server/rest/handle-request.ts";
import { makeTenant } from "./testing/billing-fixtures.ts";

useTestDatabase();

let platformKey = "";
let ours: TenantId;
let key = "";
let foreignKey = "";

async function keyOf(tenantId: TenantId): Promise<string> {
  const made = makeApiKey("sk_test_");
  await withSystem(
    "test",
    (tx) => tx.sql`
    insert into api_keys (tenant_id, id, name, key_hash, prefix, tail, scopes)
    values (${tenantId}, ${newId()}, 'Test', ${made.hash}, 'sk_test_', ${made.tail}, ${[...ALL_PERMISSIONS]})`,
  );
  return made.key;
}

type Answer = { status: number; text: string; json: Record<string, unknown> };

async function send(
  audience: "tenant" | "platform",
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const url = new URL(`http://localhost/api/${audience === "tenant" ? "v1" : "platform/v1"}${path}`);
  const init = {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const segments = path.split("?")[0]?.split("/").filter(Boolean) ?? [];
  const response = await handleRestRequest(new Request(url, init), audience, segments);
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : {};
  return { status: response.status, text, json };
}

const own = (method: string, path: string, body?: unknown) => send("tenant", key, method, path, body);
const staff = (method: string, path: string, body?: unknown) =>
  send("platform", platformKey, method, path, body);

beforeAll(async () => {
  ours = await makeTenant({ taxRatePercent: "10" });
  key = await keyOf(ours);
  foreignKey = await keyOf(await makeTenant());
  const made = makeApiKey("sk_op_");
  platformKey = made.key;
  await withSystem(
    "test",
    (tx) => tx.sql`insert into platform_keys (id, name, key_hash, tail)
    values (${newId()}, 'Operator', ${made.hash}, ${made.tail})`,
  );
});

describe("billing over HTTP", () => {
  it("goes from a price and a rule to a report, its record, an invoice and the records under it", async () => {
    const price = await staff("POST", "/provider-prices", {
      provider: "carrier",
      model: "sms",
      serviceType: "sms",
      validFrom: "2024-01-01T00:00:00Z",
      currency: "USD",
      unit: "per_segment",
      parts: { amount: "0.02" },
    });
    expect(price.status).toBe(201);
    const rule = await staff("POST", "/pricing-rules", {
      scope: "tenant",
      tenantId: ours,
      serviceType: "sms",
      markupPercent: 50,
    });
    expect([rule.status, rule.json.markupPercent]).toEqual([201, "50"]);
    const preview = await staff("POST", "/pricing/preview", {
      tenantId: ours,
      serviceType: "sms",
      provider: "carrier",
      model: "sms",
      quantities: { characters: 161, encoding: "GSM-7" },
    });
    expect(preview.json).toMatchObject({
      providerCost: "0.04",
      clientPrice: "0.06",
      ruleId: rule.json.id,
      providerPriceId: price.json.id,
    });
    const records = [1, 2, 3].map((quantity) => ({
      idempotencyKey: `r${quantity}`,
      type: "sms",
      provider: "carrier",
      model: "sms",
      quantity,
      occurredAt: "2026-05-03T10:00:00Z",
    }));
    expect((await own("POST", "/usage", { records })).status).toBe(201);
    expect((await own("POST", "/usage", { records })).status).toBe(201);
    const conflicting = { records: [{ ...records[0], quantity: 9 }] };
    expect((await own("POST", "/usage", conflicting)).status).toBe(409);
    const listed = await own("GET", "/usage?type=sms&day=2026-05-03&limit=2");
    expect((listed.json.data as unknown[]).length).toBe(2);
    expect(listed.json.nextCursor).not.toBeNull();
    const daily = await own("GET", "/usage/daily?day=2026-05-03");
    expect(daily.json.data).toMatchObject([
      { requests: 3, totalQuantity: 6, clientPrice: "0.18", providerCost: "0.12" },
    ]);
    const run = await staff("POST", "/invoices/run", { tenantId: ours, period: "2026-05" });
    expect(run.json.data).toMatchObject([{ outcome: "created", number: "INV-2026-05-001" }]);
    expect(
      (await staff("POST", "/invoices/run", { tenantId: ours, period: "2026-05" })).json.data,
    ).toMatchObject([{ outcome: "existing" }]);
    const [invoice] = (await own("GET", "/invoices")).json.data as { id: string }[];
    const lines = (await own("GET", `/invoices/${invoice?.id}/lines`)).json.data as { id: string }[];
    const line = `/invoices/${invoice?.id}/lines/${lines[0]?.id}`;
    expect((await own("GET", `${line}/days`)).json.data).toMatchObject([
      { day: "2026-05-03", amount: "0.18", amountExact: "0.18" },
    ]);
    const day = await own("GET", `${line}/days/2026-05-03/conversations`);
    expect(day.json).toMatchObject({
      data: [{ conversationId: null, amountExact: "0.18" }],
      total: { equal: true },
    });
    const leaf = await own("GET", `${line}/days/2026-05-03/conversations/none/messages/none/records`);
    expect(leaf.json.data).toHaveLength(3);
    const csv = await own("GET", `/invoices/${invoice?.id}/export.csv?level=records&lineId=${lines[0]?.id}`);
    expect(csv.text.trim().split("\r\n")).toHaveLength(4);
    expect((await own("GET", "/usage/export.csv?type=sms")).text.trim().split("\r\n")).toHaveLength(4);
    for (const path of [`/invoices/${invoice?.id}`, `${line}/days`, `/invoices/${invoice?.id}/export.csv`]) {
      expect((await send("tenant", foreignKey, "GET", path)).status).toBe(404);
    }
    expect((await staff("POST", "/reconcile", {})).json.differences).toBe(0);
  });

  it("keeps quotas and alerts through create, read, change and delete", async () => {
    for (const [path, body, patch] of [
      ["/quotas", { name: "All", limit: 500 }, { limit: "750" }],
      ["/cost-alerts", { name: "Budget", budget: "1000" }, { budget: 1500 }],
    ] as const) {
      const made = await own("POST", path, body);
      expect(made.status).toBe(201);
      const one = `${path}/${made.json.id as string}`;
      expect((await own("PATCH", one, patch)).json).toMatchObject(
        Object.fromEntries(Object.entries(patch).map(([name, value]) => [name, String(value)])),
      );
      expect((await send("tenant", foreignKey, "GET", one)).status).toBe(404);
      expect((await send("tenant", foreignKey, "PATCH", one, patch)).status).toBe(404);
      expect((await send("tenant", foreignKey, "DELETE", one)).status).toBe(404);
      expect((await own("GET", path)).json.data).toHaveLength(1);
      expect((await own("DELETE", one)).status).toBe(204);
      expect((await own("GET", one)).status).toBe(404);
    }
  });

  it("refuses bad input with a reason and changes nothing", async () => {
    const bad: [string, unknown][] = [
      ["/usage", { records: [] }],
      [
        "/usage",
        { records: [{ idempotencyKey: "x", type: "sms", quantity: -1, occurredAt: "2026-05-03T10:00:00Z" }] },
      ],
      [
        "/usage",
        {
          records: [{ idempotencyKey: "x", type: "sms", quantity: 1e16, occurredAt: "2026-05-03T10:00:00Z" }],
        },
      ],
      [
        "/usage",
        { records: [{ idempotencyKey: "x", type: "fax", quantity: 1, occurredAt: "2026-05-03T10:00:00Z" }] },
      ],
      [
        "/usage",
        {
          records: [
            { idempotencyKey: "x\u0000", type: "sms", quantity: 1, occurredAt: "2026-05-03T10:00:00Z" },
          ],
        },
      ],
      [
        "/usage",
        { records: [{ idempotencyKey: "x", type: "sms", quantity: 1, occurredAt: "2999-01-01T00:00:00Z" }] },
      ],
      ["/quotas", { name: "x", limit: "-5" }],
      ["/quotas", { name: "x", limit: "5", surprise: true }],
      ["/quotas", { name: "x", limit: "5", onExceed: "fallback_model" }],
      ["/cost-alerts", { name: "x", budget: "0" }],
    ];
    for (const [path, body] of bad) {
      const answer = await own("POST", path, body);
      expect([path, answer.status]).toEqual([path, 400]);
    }
    expect((await staff("POST", "/provider-prices", { provider: "x" })).status).toBe(400);
    expect(
      (await staff("POST", "/pricing-rules", { scope: "tenant", tenantId: newId(), markupPercent: 1 }))
        .status,
    ).toBe(404);
    expect((await own("GET", `/usage?cursor=nonsense`)).status).toBe(400);
    expect((await own("GET", `/usage/${newId()}`)).status).toBe(404);
  });

  it("prices absurd but allowed quantities exactly, and refuses what no amount can hold", async () => {
    const record = {
      idempotencyKey: "huge",
      type: "sms",
      provider: "carrier",
      model: "sms",
      quantity: 1e15,
      occurredAt: "2026-06-03T10:00:00Z",
    };
    const refused = await own("POST", "/usage", { records: [record] });
    expect([refused.status, refused.json.code]).toEqual([400, "usage.amount_too_large"]);
    const fitting = { ...record, quantity: 1e13 };
    const kept = await own("POST", "/usage", { records: [fitting] });
    expect(kept.json.data).toMatchObject([{ providerCost: "200000000000", clientPrice: "300000000000" }]);
  });

  it("keeps plans", async () => {
    const made = await staff("POST", "/plans", {
      name: "Growth",
      code: "growth",
      currency: "USD",
      monthlyPrice: 149,
    });
    expect(made.json).toMatchObject({ monthlyPrice: "149.00", active: true });
    expect(
      (await staff("POST", "/plans", { name: "Growth", code: "GROWTH", currency: "USD", monthlyPrice: 149 }))
        .status,
    ).toBe(409);
    const one = `/plans/${made.json.id as string}`;
    expect((await staff("PATCH", one, { included: { tokens: 10 } })).json).toMatchObject({
      included: { tokens: 10 },
      name: "Growth",
    });
    expect((await staff("DELETE", one)).status).toBe(204);
    expect((await staff("GET", one)).json.active).toBe(false);
  });
});
