import { vi } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { memberContext } from "#server/testing/callers.ts";
import { createCallerFactory } from "#server/trpc/procedures.ts";
import { appRouter } from "#server/trpc/router.ts";
import { meter } from "../meter/meter.ts";
import type { Reservation } from "../meter/usage-fact.ts";
import { makeConversation } from "./billing-fixtures.ts";
import { IndependentLedger, type RawFact } from "./independent-ledger.ts";
import { staff } from "./sandbox-tenant.ts";

const callerOf = createCallerFactory(appRouter);
export const ZONE = "America/New_York";

const PRICES = [
  {
    provider: "openai",
    model: "gpt-4",
    serviceType: "token",
    unit: "per_1k_tokens",
    per: 1000,
    parts: { input: "0.03", cachedInput: "0.015", output: "0.06" },
  },
  {
    provider: "openai",
    model: "small",
    serviceType: "token",
    unit: "per_1m_tokens",
    per: 1_000_000,
    parts: { input: "0.123457", cachedInput: "0.061729", output: "0.654321" },
  },
  {
    provider: "twilio",
    model: "sms",
    serviceType: "sms",
    unit: "per_segment",
    per: 1,
    parts: { amount: "0.0079" },
  },
  {
    provider: "speech",
    model: "stt",
    serviceType: "voice",
    unit: "per_minute",
    per: 60,
    parts: { amount: "0.0061" },
    minimum: { incrementSeconds: 7 },
  },
  {
    provider: "post",
    model: "mail",
    serviceType: "email",
    unit: "per_unit",
    per: 1,
    parts: { amount: "0.00043" },
  },
  {
    provider: "shop",
    model: "call",
    serviceType: "api_call",
    unit: "per_unit",
    per: 1,
    parts: { amount: "0.000125" },
  },
  {
    provider: "meta",
    model: "template",
    serviceType: "message",
    unit: "per_unit",
    per: 1,
    parts: { amount: "0.0147" },
  },
] as const;

/** Staff, the shop's owner, what both see, and the bookkeeper who is told every raw fact. */
export async function openYear() {
  const platform = callerOf(staff);
  const ledger = new IndependentLedger(ZONE);
  for (const { per, ...price } of PRICES) {
    await platform.providerPrices.create({ ...price, currency: "USD", validFrom: "2020-01-01T00:00:00Z" });
    const { serviceType: type, model } = price;
    const rates: Record<string, string> =
      type === "voice" ? { seconds: price.parts.amount } : { ...price.parts };
    ledger.prices.push({
      type,
      model,
      per,
      rates,
      from: "2020",
      ...("minimum" in price ? { step: price.minimum.incrementSeconds } : {}),
    });
  }
  await platform.pricingRules.create({ scope: "platform", markupPercent: "66" });
  await platform.pricingRules.create({ scope: "platform", serviceType: "token", markupPercent: "66.6667" });
  const fixedPrice = { unit: "per_segment", parts: { amount: "0.0251" } } as const;
  await platform.pricingRules.create({ scope: "platform", serviceType: "sms", fixedPrice });
  ledger.rules.push(
    { type: "any", from: "2020", markup: "66" },
    { type: "token", from: "2020", markup: "66.6667" },
    { type: "sms", from: "2020", fixed: "0.0251" },
  );
  const starter = await platform.plans.create({
    name: "Starter",
    code: `starter-${newId()}`,
    currency: "USD",
    monthlyPrice: "49.00",
    trialDays: 14,
    included: { tokens: 20_000, sms: 5 },
    overage: { tokens: { model: "flat", per: 1000, price: "0.05" } },
  });
  const tiers = [
    { upTo: 15_000, price: "0.04" },
    { upTo: null, price: "0.033", flatFee: "0.50" },
  ];
  const pro = await platform.plans.create({
    name: "Pro",
    code: `pro-${newId()}`,
    currency: "USD",
    monthlyPrice: "299.00",
    included: { tokens: 30_000, voiceMinutes: 3 },
    overage: { tokens: { model: "graduated", per: 1000, tiers } },
    minimumCommitment: "12.50",
  });
  const opened = await platform.tenants.create({
    name: "ShopEasy",
    slug: `year-${newId()}`,
    sandbox: true,
    currency: "USD",
    timezone: ZONE,
    planId: starter.id,
    taxRatePercent: "8.875",
    owner: { email: "owner@example.com", name: "Owner" },
  });
  const tenantId = tenantIdFrom(opened.id);
  const shop = callerOf(memberContext(tenantId, "owner"));
  const setClock = async (now: string) => {
    await platform.tenants.testClock({ id: tenantId, now });
  };
  await setClock("2025-01-18T15:00:00Z");
  const threads = await Promise.all([makeConversation(tenantId), makeConversation(tenantId)]);
  return { platform, shop, tenantId, ledger, starter, pro, tiers, setClock, threads };
}

export type Year = Awaited<ReturnType<typeof openYear>>;

/** Waits until nothing is left to be told and no job waits to run. */
export async function settled(): Promise<void> {
  await vi.waitFor(
    async () => {
      const [row] = await withSystem(
        "test",
        (tx) => tx.sql`select (select count(*) from outbox where state <> 'published')::int as told,
          (select count(*) from durable_jobs where due_at <= clock_timestamp() + interval '10 seconds')::int as jobs`,
      );
      if (Number(row?.told) + Number(row?.jobs) > 0) throw new Error(`Still at work: ${JSON.stringify(row)}`);
    },
    { timeout: 15_000, interval: 15 },
  );
}

/** Commits a call of a model or of the ear, and tells the bookkeeper. */
export function commitCall(year: Year, fact: RawFact, reservation: Reservation | null = null) {
  year.ledger.record(fact);
  const { key: idempotencyKey, type, at: occurredAt, status = "succeeded", ...rest } = fact;
  const serviceType = type as "token" | "voice";
  return meter.commit({
    ...rest,
    tenantId: year.tenantId,
    idempotencyKey,
    serviceType,
    status,
    occurredAt,
    reservation,
  });
}

/** Sends facts as they would come: calls one by one through the meter, the rest in reports. */
export async function send(year: Year, facts: readonly RawFact[]): Promise<void> {
  for (const fact of facts) {
    if (fact.type === "token" || fact.type === "voice") {
      await commitCall(year, fact);
      continue;
    }
    year.ledger.record(fact);
    const { key: idempotencyKey, type, provider, model, at: occurredAt, conversationId = null } = fact;
    const quantity = fact.quantities.units ?? 0;
    const record = { idempotencyKey, type: type as "sms", provider, model, quantity, occurredAt };
    await year.shop.usage.report({ records: [{ ...record, conversationId }] });
  }
}

/** A call of a model of OpenAI. */
export function token(model: string, at: string, quantities: Record<string, number>): RawFact {
  return { key: newId(), type: "token", provider: "openai", model, quantities, at };
}

/** Enters a model's price per 1,000 tokens from an instant on, here and with the bookkeeper. */
export async function enterPrice(year: Year, model: string, from: string, parts: Record<string, string>) {
  await year.platform.providerPrices.create({
    provider: "openai",
    model,
    serviceType: "token",
    currency: "USD",
    unit: "per_1k_tokens",
    parts,
    validFrom: from,
    reason: "The provider's own change",
  });
  year.ledger.prices.push({ type: "token", model, per: 1000, rates: parts, from });
}

let seed = 20_250_118;
const next = (below: number) => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed % below;
};

/** A month's usage of every kind, in the order of time, between two of its days. */
export function usageOf(year: Year, month: string, from = 1, to = 28): RawFact[] {
  const facts: RawFact[] = [];
  for (let day = from; day <= to; day += 2) {
    const thread = year.threads[next(3)];
    const at = (hour: number) =>
      new Date(
        Date.parse(`${month}-${String(day).padStart(2, "0")}T05:00:00Z`) + hour * 3_600_000 + next(3_600_000),
      ).toISOString();
    const where = { conversationId: thread?.conversationId ?? null };
    const tokens = {
      type: "token",
      provider: "openai",
      ...where,
      messageId: thread?.messageIds[next(2)] ?? null,
    };
    const quantities = { input: 500 + next(2500), cachedInput: next(400), output: 100 + next(900) };
    const status = day % 11 === 0 ? "failed" : day % 7 === 0 ? "aborted" : "succeeded";
    facts.push({ key: newId(), ...tokens, model: "gpt-4", quantities, at: at(2), status });
    facts.push({
      key: newId(),
      ...tokens,
      model: "small",
      quantities: { input: next(9999), cachedInput: 0, output: next(999) },
      at: at(4),
    });
    facts.push({
      key: newId(),
      type: "voice",
      provider: "speech",
      model: "stt",
      quantities: { seconds: (1 + next(9000)) / 100 },
      at: at(6),
      ...where,
    });
    const plain = (type: string, provider: string, model: string, count: number, hour: number) =>
      facts.push({
        key: newId(),
        type,
        provider,
        model,
        quantities: { units: count },
        at: at(hour),
        ...where,
      });
    plain("sms", "twilio", "sms", 1 + next(4), 8);
    plain("email", "post", "mail", 1 + next(30), 10);
    plain("api_call", "shop", "call", 1 + next(300), 12);
    if (day % 3 === 0) plain("message", "meta", "template", 1 + next(3), 14);
  }
  return facts;
}

/** The adjustment's key and time as the product wrote them, by the record that it prices. */
export async function adjustmentOf(year: Year, key: string): Promise<{ key: string; at: string }> {
  const [row] = await withTenant(
    year.tenantId,
    (tx) => tx.sql`select a.occurred_at as at, ka.key from usage_keys k
      join usage_breakdown a on a.tenant_id = k.tenant_id and a.adjusts_id = k.record_id
      join usage_keys ka on ka.tenant_id = a.tenant_id and ka.record_id = a.id
      where k.tenant_id = ${year.tenantId} and k.key = ${key}`,
  );
  if (!row) throw new Error("The record was not adjusted.");
  return { key: String(row.key), at: String(row.at) };
}
