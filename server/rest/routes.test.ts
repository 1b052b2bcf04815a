import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { ALL_PERMISSIONS } from "#domain/access/permissions.ts";
import { newId } from "#domain/core/id.ts";
import { makeDebtor, makeDraft } from "#server/billing/payments/testing/payment-world.ts";
import { createApiKey } from "#server/people/api-keys.ts";
import { sendMail } from "#server/runtime/mail.ts";
import { TestHouse } from "#server/testing/house.ts";
import { handleRestRequest } from "./handle-request.ts";
import { openApiDocument } from "./openapi.ts";
import { type RestRoute, restRoutes } from "./routes.ts";
import {
  addOperatorKey,
  addPaymentEvent,
  addPlatform,
  type FilledShop,
  fillShop,
  readIds,
} from "./testing/filled-house.ts";
import { type Ask, freshExample, type Ids, type Subject, subjectOf } from "./testing/route-subject.ts";

useTestDatabase();

type Answer = { status: number; type: string; body: Record<string, unknown> };
type Call = { method: string; path: string; body?: unknown; key?: string | undefined };

async function request(audience: "tenant" | "platform", call: Call): Promise<Answer> {
  const base = audience === "tenant" ? "/api/v1" : "/api/platform/v1";
  const url = new URL(`http://house.test${base}${call.path}`);
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (call.key) headers.authorization = `Bearer ${call.key}`;
  const init = {
    method: call.method,
    headers,
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  };
  const segments = url.pathname
    .slice(base.length + 1)
    .split("/")
    .map(decodeURIComponent);
  const response = await handleRestRequest(new Request(url, init), audience, segments);
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, body: type.includes("json") ? JSON.parse(text) : { text } };
}

/** A path with its parameters filled in; what the path does not name becomes the query. */
function pathOf(route: RestRoute, params: Record<string, string>): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const rest = Object.entries(params).filter(([name]) => !route.params.includes(name));
  return rest.length === 0 ? path : `${path}?${new URLSearchParams(rest)}`;
}

const label = (route: RestRoute) => `${route.method} ${route.path}`;
/** The same for everybody, and not named by a UUID. */
const COMMON_ROW = "GET /roles/{id}";
const isProblem = (answer: Answer) =>
  answer.type.includes("application/problem+json") && typeof answer.body.code === "string";

const COSTS = ["providerCost", "profit", "markupPercent", "cost", "oldCost", "newCost", "newMarkupPercent"];

/** Where an answer says what the platform pays: a field that is not null, a CSV column, a sentence. */
function costsIn(answer: Answer): string[] {
  if (!answer.type.includes("json")) {
    const [header = ""] = String(answer.body.text).split("\r\n");
    return header.split(",").filter((column) => COSTS.includes(column));
  }
  const found: string[] = [];
  JSON.stringify(answer.body, (name, value: unknown) => {
    if (COSTS.includes(name) && value !== null) found.push(`${name} ${String(value)}`);
    if (["rule", "rates", "explanation", "reason"].includes(name) && /\d ?%|[Cc]ost/.test(String(value)))
      found.push(`${name} ${String(value)}`);
    return value;
  });
  return found;
}

describe("every route of the public API", () => {
  const house = new TestHouse();
  const routes = restRoutes().filter((route) => route.audience === "tenant");
  let own: FilledShop;
  let other: FilledShop;
  let ids: Ids;
  beforeAll(async () => {
    await house.open();
    const planId = await addPlatform();
    own = await fillShop(house, "own-shop", "100000000000001", planId);
    other = await fillShop(house, "other-shop", "100000000000002", planId);
    ids = await readIds(own);
  });
  afterAll(() => house.close());

  const ask: Ask = async (method, path, body) => {
    const answer = await request("tenant", { method, path, body, key: own.key });
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const subjects = new Map<string, Subject>();
  const subject = async (route: RestRoute) => {
    const known = subjects.get(label(route)) ?? (await subjectOf(route, routes, ask, own, ids));
    subjects.set(label(route), known);
    return known;
  };
  const call = (route: RestRoute, { params, body }: Subject, key?: string) =>
    request("tenant", { method: route.method, path: pathOf(route, params), body, key });

  it("refuses who has no key, and a key without the permission", async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      const made = await subject(route);
      const nobody = await call(route, made);
      if (nobody.status !== 401 || !isProblem(nobody))
        wrong.push(`${label(route)} without key: ${nobody.status}`);
      const scopes = ALL_PERMISSIONS.filter((permission) => permission !== route.permission);
      const key = await limitedKey(scopes);
      const limited = await call(route, made, key);
      if (limited.status !== 403)
        wrong.push(`${label(route)} without ${route.permission}: ${limited.status}`);
    }
    expect(wrong).toEqual([]);
  });

  const keys = new Map<string, string>();
  async function limitedKey(scopes: string[]): Promise<string> {
    const name = scopes.join();
    const known = keys.get(name);
    if (known) return known;
    const input = { name: "Limited", scopes, ipAllowList: [], rateLimitPerSecond: 10_000, expiresAt: null };
    const { key } = await createApiKey(own.actor, input);
    keys.set(name, key);
    return key;
  }

  it("refuses unknown names and wrong types as a problem", async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      const made = await subject(route);
      const bodied = route.method === "POST" || route.method === "PATCH";
      const unknown = bodied
        ? await call(route, { ...made, body: { ...made.body, nonsense: 1 } }, own.key)
        : await call(route, { params: { ...made.params, nonsense: "1" } }, own.key);
      if (unknown.status !== 400 || !isProblem(unknown))
        wrong.push(`${label(route)} with an unknown name: ${unknown.status}`);
      if (route.params.includes("id") && label(route) !== COMMON_ROW) {
        const odd = await call(route, { ...made, params: { ...made.params, id: "no-uuid" } }, own.key);
        if (odd.status !== 400 || !isProblem(odd))
          wrong.push(`${label(route)} with an odd id: ${odd.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("tells nobody without billing.cost what the platform pays, and the owner does see it", async () => {
    const hidden = await limitedKey(ALL_PERMISSIONS.filter((permission) => permission !== "billing.cost"));
    const seen: string[] = [];
    const wrong: string[] = [];
    for (const route of routes.filter((one) => one.method === "GET" || one.path === "/usage")) {
      const made = await subject(route);
      const shown = costsIn(await call(route, made, own.key));
      const left = costsIn(await call(route, made, hidden));
      if (shown.length > 0) seen.push(label(route));
      for (const found of left) wrong.push(`${label(route)}: ${found}`);
    }
    console.log(`${seen.length} routes show costs to who may see them: ${seen.join(", ")}`);
    expect(seen.length).toBeGreaterThan(14);
    expect(wrong).toEqual([]);
  });

  it("answers another workspace's ids with 404, and the owner with a success", async () => {
    const wrong: string[] = [];
    let tried = 0;
    const ends = (route: RestRoute) => (route.method === "DELETE" ? 1 : 0);
    for (const route of [...routes].sort((a, b) => ends(a) - ends(b))) {
      const made = await subject(route);
      const named = Object.keys(made.params).length > 0 || label(route) === "POST /conversations";
      const reaches = named && label(route) !== COMMON_ROW;
      if (reaches) {
        const foreign = await call(route, made, other.key);
        if (foreign.status !== 404 || !isProblem(foreign))
          wrong.push(`${label(route)} by a stranger: ${foreign.status} ${JSON.stringify(foreign.body)}`);
      }
      const owner = await call(route, made, own.key);
      if (owner.status >= 300)
        wrong.push(`${label(route)} by the owner: ${owner.status} ${JSON.stringify(owner.body)}`);
      tried += 1;
    }
    console.log(`${tried} of ${routes.length} tenant routes tried, each with its owner as positive control`);
    expect(wrong).toEqual([]);
  });

  it("lists nothing of another workspace", async () => {
    /** The same for everybody: the product's own words. */
    const common = new Set([
      "/roles",
      "/permissions",
      "/pricing",
      "/pricing/history",
      "/plans",
      "/payment-providers",
    ]);
    const lists = routes.filter((route) => route.method === "GET" && route.params.length === 0);
    const wrong: string[] = [];
    let compared = 0;
    for (const route of lists) {
      const [mine, theirs] = [
        await call(route, { params: {} }, own.key),
        await call(route, { params: {} }, other.key),
      ];
      const idsOf = (answer: Answer) =>
        Array.isArray(answer.body.data) ? answer.body.data.map((row: { id?: string }) => row.id) : null;
      const [a, b] = [idsOf(mine), idsOf(theirs)];
      if (!a || !b || common.has(route.path) || a.some((id) => id === undefined)) continue;
      compared += 1;
      if (a.length === 0 || b.length === 0) wrong.push(`${route.path} has no row to compare`);
      const shared = a.filter((id) => b.includes(id));
      if (shared.length > 0) wrong.push(`${route.path} shows ${shared.length} rows to both`);
    }
    console.log(`${compared} collections compared`);
    expect(compared).toBeGreaterThan(15);
    expect(wrong).toEqual([]);
  });

  it("gives every body an example that its own schema takes", () => {
    const without = routes.filter((r) => r.method !== "GET" && r.method !== "DELETE" && !r.binding.example);
    expect(without.map(label)).toEqual([]);
    const document = openApiDocument("tenant");
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).length).toBeGreaterThan(60);
    for (const route of routes) {
      if (!route.binding.example || !route.input) continue;
      const params = Object.fromEntries(route.params.map((name) => [name, newId()]));
      const parsed = route.input.safeParse({ ...params, ...route.binding.example });
      expect(parsed.success, `${label(route)}: ${parsed.error?.message}`).toBe(true);
    }
  });

  it.each(["tenant", "platform"] as const)("points to nothing that its %s document lacks", (audience) => {
    const document = openApiDocument(audience) as unknown as Record<string, unknown>;
    const pointers = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      ([, path]) => path ?? "",
    );
    const lost = pointers.filter((path) => {
      const found = path
        .split("/")
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      return found === undefined;
    });
    expect(pointers.length).toBeGreaterThan(100);
    expect(lost).toEqual([]);
  });

  it("keeps one answer for one Idempotency-Key, also for requests of one moment", async () => {
    const send = (name: string) =>
      handleRestRequest(
        new Request("http://house.test/api/v1/customers", {
          method: "POST",
          headers: { authorization: `Bearer ${own.key}`, "idempotency-key": "once" },
          body: JSON.stringify({ name }),
        }),
        "tenant",
        ["customers"],
      );
    const all = await Promise.all(Array.from({ length: 8 }, () => send("A")));
    expect(all.map((one) => one.status)).toEqual(Array(8).fill(201));
    const replayed = all.map((one) => one.headers.get("idempotency-replayed"));
    expect(replayed.filter((mark) => mark === "true")).toHaveLength(7);
    const made = await Promise.all(all.map(async (one) => (await one.json()).id));
    expect(new Set(made).size).toBe(1);
    expect((await send("B")).status).toBe(409);
  });
});

describe("every route of the platform API", () => {
  const house = new TestHouse();
  const routes = restRoutes().filter((route) => route.audience === "platform");
  let shop: FilledShop;
  let key: string;
  let ids: Ids;
  beforeAll(async () => {
    await house.open();
    key = await addOperatorKey();
    await withSystem("test fixture", (tx) => tx.sql`delete from plans where code = 'none'`);
    const plans = await request("platform", { method: "GET", path: "/plans", key });
    const planId = (plans.body.data as { id: string }[])[0]?.id ?? (await addPlatform());
    shop = await fillShop(house, "platform-shop", "100000000000003", planId);
    await sendMail({
      to: ["a@b.test"],
      subject: "Budget",
      text: "Half of it is spent.",
      dedupeKey: "m",
    });
    ids = await readIds(shop);
  });
  afterAll(() => house.close());

  const make = async (path: string) => {
    const route = routes.find((one) => one.method === "POST" && one.path === path) as RestRoute;
    const answer = await request("platform", { method: "POST", path, body: freshExample(route), key });
    return String(answer.body.id);
  };
  const paymentSubject = async (route: RestRoute, body: Subject["body"]): Promise<Subject | null> => {
    if (["/invoices/{id}/mark-paid", "/invoices/{id}/uncollectible"].includes(route.path))
      return { params: { id: (await makeDebtor("10.00")).invoiceId }, body };
    if (label(route) === "POST /credit-notes")
      return {
        params: {},
        body: { ...body, amount: "1.00", invoiceId: (await makeDebtor("10.00")).invoiceId },
      };
    if (label(route) === "POST /refunds")
      return { params: {}, body: { ...body, amount: "1.00", paymentId: shop.paymentId } };
    if (route.path === "/invoices/{id}/recalculate") return { params: { id: await makeDraft() }, body };
    if (route.path.startsWith("/payment-events/")) return { params: { id: await addPaymentEvent() }, body };
    return null;
  };
  const firstId = async (path: string) => {
    const { body } = await request("platform", { method: "GET", path, key });
    return (body.data as { id: string }[])[0]?.id ?? "missing";
  };

  let year = 2100;
  const rateId = async () => {
    const body = { base: "USD", quote: "EUR", month: `${year++}-01`, rate: "0.9" };
    return String(
      (await request("platform", { method: "POST", path: "/exchange-rates", body, key })).body.id,
    );
  };
  const proposalId = async () => {
    const route = routes.find((one) => label(one) === "POST /price-imports") as RestRoute;
    const { prices, ...body } = freshExample(route);
    const [price] = prices as Record<string, unknown>[];
    const list = { ...body, prices: [{ ...price, model: `m-${newId()}` }] };
    const made = await request("platform", { method: "POST", path: "/price-imports", body: list, key });
    const importId = String(made.body.id);
    const answer = await request("platform", {
      method: "GET",
      path: `/price-proposals?importId=${importId}`,
      key,
    });
    return { importId, id: (answer.body.data as { id: string }[])[0]?.id ?? "missing" };
  };

  const changeId = async () => {
    await make("/provider-prices");
    const { body } = await request("platform", { method: "GET", path: "/pricing-history", key });
    return (body.data as { id: string }[])[0]?.id ?? "missing";
  };

  async function subjectFor(route: RestRoute): Promise<Subject> {
    const bodied = route.method === "POST" || route.method === "PATCH";
    const body = bodied ? freshExample(route) : undefined;
    const collection = route.path.split("/")[1] ?? "";
    const special = await paymentSubject(route, body);
    if (special) return special;
    if (route.path === "/pricing/preview") return { params: {}, body: { ...body, tenantId: shop.tenantId } };
    if (route.params.length === 0) return { params: {}, body };
    if (collection === "price-proposals") return { params: { id: (await proposalId()).id }, body };
    if (collection === "exchange-rates") return { params: { id: await rateId() }, body };
    if (collection === "price-imports") return { params: { id: (await proposalId()).importId }, body };
    if (collection === "invoices") return { params: { id: ids.invoiceId }, body };
    if (collection === "webhook-journal") return { params: { id: ids.journalId }, body };
    if (collection === "pricing-history") return { params: { id: await changeId() }, body };
    if (collection === "system-events" || collection === "mail")
      return { params: { id: await firstId(`/${collection}`) }, body };
    return { params: { id: await make(`/${collection}`) }, body };
  }
  const call = (route: RestRoute, { params, body }: Subject, by?: string) =>
    request("platform", { method: route.method, path: pathOf(route, params), body, key: by });

  it("serves the operator and nobody else, refuses bad input, and does not find what is not there", async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      const made = await subjectFor(route);
      const expectStatus = (answer: Answer, status: number, who: string) => {
        if (answer.status !== status || !isProblem(answer))
          wrong.push(`${label(route)} ${who}: ${answer.status}`);
      };
      expectStatus(await call(route, made), 401, "by nobody");
      // A workspace's key is nobody here: it never reaches the platform's procedures.
      expectStatus(await call(route, made, shop.key), 403, "by a workspace's key");
      const bodied = route.method === "POST" || route.method === "PATCH";
      const unknown = bodied
        ? await call(route, { ...made, body: { ...made.body, nonsense: 1 } }, key)
        : await call(route, { params: { ...made.params, nonsense: "1" } }, key);
      expectStatus(unknown, 400, "with an unknown name");
      if (route.params.length > 0)
        expectStatus(await call(route, { ...made, params: { id: newId() } }, key), 404, "with an unknown id");
      const owner = await call(route, made, key);
      if (owner.status >= 300)
        wrong.push(`${label(route)} by the operator: ${owner.status} ${JSON.stringify(owner.body)}`);
    }
    console.log(`${routes.length} platform routes tried, each with the operator as positive control`);
    expect(wrong).toEqual([]);
  }, 60_000);
});
