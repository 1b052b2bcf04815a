import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { explainPrice } from "#domain/billing/explain-price.ts";
import { monthOf } from "#domain/billing/period.ts";
import { priceUsage } from "#domain/billing/price-usage.ts";
import { storedQuantities } from "#domain/billing/quantities.ts";
import { rateWords, ruleWords } from "#domain/billing/rule-words.ts";
import type { usageListInput } from "#domain/billing/usage-report.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { parseAmount } from "#domain/money/amount.ts";
import type { Actor } from "#server/trpc/context.ts";
import type { UsageRecord } from "./meter/usage-fact.ts";
import { currentPricing, type PricingSnapshot } from "./pricing-snapshot.ts";
import { fromUsage, type ListedUsage, listedUsage, usageColumns, usageWhere } from "./usage-query.ts";
import { seesCost, veilCost } from "./veil-cost.ts";

/** Single usage records as the actor may see them, the newest first. */
export async function listUsage(actor: Actor, input: z.infer<typeof usageListInput>) {
  const { tenantId } = actor;
  const { limit, cursor, ...filter } = input;
  const after = decodeCursor(cursor, 2);
  const rows = await withTenant(tenantId, async (tx) => {
    const { where } = await usageWhere(tx, filter);
    const [at = "", id = ""] = after ?? [];
    const page = after ? tx.sql`and (u.occurred_at, u.id) < (${at}::timestamptz, ${id}::uuid)` : tx.sql``;
    return tx.sql`select ${usageColumns(tx)} from ${fromUsage(tx)} where ${where} ${page}
      order by u.occurred_at desc, u.id desc limit ${limit + 1}`;
  });
  const keyOf = (row: Record<string, unknown>) => [row.occurred_at as string, row.id as string];
  return toPage(rows, limit, keyOf, (row) => veilCost(actor, listedUsage(row)));
}

/** What of it the plan pays, where it pays any. */
function coverWords(record: UsageRecord): string {
  const { coveredQuantity, creditedAmount, billablePrice, currency } = record;
  const paid = [
    ...(coveredQuantity > 0 ? [`${coveredQuantity} units by its allowance`] : []),
    ...(creditedAmount === "0" ? [] : [`${creditedAmount} ${currency} by its credit`]),
  ];
  return paid.length === 0
    ? ""
    : ` The plan covers ${paid.join(" and ")}; ${billablePrice} ${currency} is billable.`;
}

/** "Why this price" of a stored record, told by the very price version and rule that it names; at length and in short. */
function explain(record: UsageRecord, actor: Actor, pricing: PricingSnapshot) {
  const costs = seesCost(actor);
  const prices = pricing.allPrices.filter((price) => price.id === record.providerPriceId);
  const subject = { serviceType: record.type, provider: record.provider, model: record.model };
  const rules = pricing.allRules.filter((rule) => rule.id === record.pricingRuleId);
  const fact = {
    ...subject,
    tenantId: rules[0]?.tenantId ?? actor.tenantId,
    planId: rules[0]?.planId ?? null,
    status: record.status,
    quantities: storedQuantities(record.type, record.inputQuantity, record.parts),
    occurredAtMs: Date.parse(record.occurredAt),
    ownKey: record.ownKey,
    estimatedCost: parseAmount(record.providerCost),
    currency: record.currency,
    exchange: pricing.exchangeOf(record.currency, monthOf(record.day)),
  };
  return {
    explanation: `${explainPrice(fact, priceUsage(fact, prices, rules), { costs })}${coverWords(record)}`,
    rule: record.status === "succeeded" ? ruleWords(rules[0] ?? null, { costs }) : "Not billed",
    rates: costs ? rateWords(prices[0] ?? null) : null,
  };
}

async function readRecord(tenantId: TenantId, id: string): Promise<ListedUsage> {
  const [row] = await withTenant(
    tenantId,
    (tx) =>
      tx.sql`select ${usageColumns(tx)} from ${fromUsage(tx)} where u.tenant_id = ${tenantId} and u.id = ${id}`,
  );
  if (!row) throw notFound("usage_record");
  return listedUsage(row);
}

/** The call that a record's price is about: its own, or the one that an adjustment prices. */
async function pricedCall(tenantId: TenantId, record: ListedUsage): Promise<UsageRecord> {
  if (record.adjustsId === null) return record;
  const { providerPriceId, pricingRuleId } = record;
  return { ...(await readRecord(tenantId, record.adjustsId)), providerPriceId, pricingRuleId };
}

/** One record with the reason for its price, as the actor may see it. Throws `not_found`. */
export async function getUsage(actor: Actor, id: string) {
  const record = await readRecord(actor.tenantId, id);
  const called = await pricedCall(actor.tenantId, record);
  return { ...veilCost(actor, record), ...explain(called, actor, await currentPricing()) };
}
