import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { armStrikes, type Strikes } from "#db/testing/strike.ts";
import { newId } from "#domain/core/id.ts";
import { makeApiKey } from "#server/auth/api-key.ts";
import { handleRestRequest } from "#server/rest/handle-request.ts";
import { createOwnerKey } from "#server/tenants/create-tenant.ts";
import { payInvoice } from "./payments/pay-invoice.ts";
import { addPaymentMethod } from "./payments/payment-methods.ts";
import { makeDebtor, moneyOf, openStripe, postStripe } from "./payments/testing/payment-world.ts";
import { badInputs, price, quota, rule, usage } from "./testing/bad-inputs.ts";
import { badPrices } from "./testing/bad-prices.ts";
import { addPrice, addRule } from "./testing/billing-fixtures.ts";

useTestDatabase();

type Problem = {
  title: string;
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
};
type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: object,
) => Promise<{ status: number; json: Problem }>;

let strikes: Strikes;
let stripe: Awaited<ReturnType<typeof openStripe>>;
let debtor: Awaited<ReturnType<typeof makeDebtor>>;
const send: Record<"shop" | "staff", Send> = {} as never;
const ids: Record<string, string> = {};

function sender(audience: "tenant" | "platform", token: string): Send {
  return async (method, path, body, headers = {}) => {
    const url = `http://house.test/api/${audience === "tenant" ? "v1" : "platform/v1"}${path}`;
    const request = new Request(url, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      // 1e999 is how a program writes a number that JSON cannot hold.
      ...(body === undefined ? {} : { body: JSON.stringify(body).replace('"<infinite>"', "1e999") }),
    });
    const response = await handleRestRequest(
      request,
      audience,
      path.split("?")[0]?.slice(1).split("/") ?? [],
    );
    return { status: response.status, json: (await response.json()) as Problem };
  };
}

beforeAll(async () => {
  stripe = await openStripe();
  debtor = await makeDebtor("100.00");
  send.shop = sender("tenant", await createOwnerKey(debtor.tenantId, "Owner", false));
  const key = makeApiKey("sk_op_");
  await withSystem(
    "test",
    (tx) =>
      tx.sql`insert into platform_keys (id, name, key_hash, tail) values (${newId()}, 'Operator', ${key.hash}, ${key.tail})`,
  );
  send.staff = sender("platform", key.key);
  await addPrice({
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    unit: "per_1k_tokens",
    parts: { input: "0.03" },
  });
  await addPrice({
    serviceType: "sms",
    provider: "twilio",
    model: "sms",
    unit: "per_segment",
    parts: { amount: "0.01" },
  });
  ids.rule = await addRule({ scope: "platform", markupPercent: "66" });
  expect((await send.shop("POST", "/usage", usage({ idempotencyKey: "known" }))).status).toBe(201);
  expect((await send.staff("POST", "/pricing-rules", rule({ serviceType: "sms" }))).status).toBe(201);
  expect(
    (await send.staff("POST", "/provider-prices", price({ validFrom: "2031-01-01T00:00:00Z" }))).status,
  ).toBe(201);
  await addPaymentMethod(debtor.actor, { externalMethodId: "pm_bad", isDefault: true });
  const good = (path: string, body: unknown) => send.staff("POST", path, body);
  const fine = { name: "Fine", code: "fine", currency: "USD", monthlyPrice: "9.90", yearlyPrice: "99.5000" };
  const made = [
    await good("/plans", fine),
    await good("/pricing-rules", rule({ serviceType: "voice" })),
    await good("/provider-prices", price({ model: "by-call", unit: "per_unit", parts: { amount: "1" } })),
  ];
  expect(made.map((one) => one.status)).toEqual([201, 201, 201]);
  const [plan, voice] = made.map((one) => (one.json as unknown as { id: string }).id);
  Object.assign(ids, { plan, voice });
  strikes = await armStrikes();
  ids.invoice = debtor.invoiceId;
  ids.tenant = debtor.tenantId;
});
afterAll(async () => {
  await strikes.close();
  await stripe.close();
});

describe("refused, with a reason, and nothing changed:", () => {
  it.each([...badInputs, ...badPrices])("%s", async (_what, who, place, body, status, names) => {
    const filled = JSON.parse(
      JSON.stringify({ place, body: body }).replace(
        /<(tenant|invoice|plan|voice)>/g,
        (_, name) => ids[name] ?? "",
      ),
    );
    const [method, path] = (filled.place as string).split(" ") as [string, string];
    const before = await strikes.snapshot("api_keys", "platform_keys");
    const answer = await send[who](method, path, filled.body);
    expect(await strikes.snapshot("api_keys", "platform_keys")).toEqual(before);
    expect([answer.status, JSON.stringify(answer.json)]).toEqual([status, expect.stringContaining(names)]);
    expect(answer.json.title.length * answer.json.code.length * answer.json.detail.length).toBeGreaterThan(0);
  });

  it("no page of an invoice's lines, to its tenant and to staff", async () => {
    for (const who of ["shop", "staff"] as const) {
      const place = `/invoices/${ids.invoice}/lines`;
      expect((await send[who]("GET", `${place}?limit=1`)).status).toBe(200);
      const answer = await send[who]("GET", `${place}?limit=0`);
      expect([answer.status, answer.json.errors?.[0]?.path]).toEqual([400, "limit"]);
    }
  });

  it("the same Idempotency-Key with another body", async () => {
    const headers = { "idempotency-key": "once" };
    expect((await send.shop("POST", "/quotas", quota({}), headers)).status).toBe(201);
    const before = await strikes.snapshot("api_keys");
    const answer = await send.shop("POST", "/quotas", quota({ limit: "5" }), headers);
    expect([answer.status, answer.json.title]).toEqual([409, "conflict"]);
    expect(await strikes.snapshot("api_keys")).toEqual(before);
  });

  it("a webhook for another amount, and one for another currency, which staff hear of", async () => {
    stripe.peer.behaviour.set("pm_bad", "processing");
    await payInvoice(debtor.actor, { id: debtor.invoiceId, source: "gateway" });
    const intent = [...stripe.peer.objects.values()].find(
      (one) => (one.metadata as { invoiceId?: string } | undefined)?.invoiceId === debtor.invoiceId,
    );
    const before = await moneyOf(debtor.tenantId);
    for (const wrong of [
      { amount: 9_999, amount_received: 9_999 },
      { amount: 10_000, currency: "eur" },
    ]) {
      Object.assign(intent ?? {}, { status: "succeeded", ...wrong });
      const posted = await postStripe({ type: "payment_intent.succeeded", object: intent ?? {} });
      expect([posted.status, posted.outcomes]).toEqual([200, ["refused"]]);
      expect(await moneyOf(debtor.tenantId)).toBe(before);
    }
    const told = await withSystem(
      "test",
      (tx) => tx.sql`select count from system_events where kind = 'payments.amount_mismatch'`,
    );
    expect(told.map((row) => row.count)).toEqual([2]);
  });
});
