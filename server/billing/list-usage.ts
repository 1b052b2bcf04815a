import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { explainPrice } from "#domain/billing/explain-price.ts";
import { priceUsage } from "#domain/billing/price-usage.ts";
import type { Quantities } from "#domain/billing/quantities.ts";
import { rateWords, ruleWords } from "#domain/billing/rule-words.ts";
import type { usageListInput } from "#domain/billing/usage-report.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { parseAmount } from "#domain/money/amount.ts";
import type { UsageRecord } from "./meter/usage-fact.ts";
import { currentPricing, type PricingSnapshot } from "./pricing-snapshot.ts";
import { fromUsage, type ListedUsage, listedUsage, usageColumns, usageWhere } from "./usage-query.ts";

/** Single usage records, the newest first. */
export async function listUsage(
  tenantId: TenantId,
  input: z.infer<typeof usageListInput>,
): Promise<Page<ListedUsage>> {
  const { limit, cursor, ...filter } = input;
  const after = decodeCursor(cursor, 2);
  const rows = await withTenant(tenantId, async (tx) => {
    const { where } = await usageWhere(tx, filter);
    const [at = "", id = ""] = after ?? [];
    const page = after ? tx.sql`and (u.occurred_at, u.id) < (${at}::timestamptz, ${id}::uuid)` : tx.sql``;
    return tx.sql`select ${usageColumns(tx)} from ${fromUsage(tx)} where ${where} ${page}
      order by u.occurred_at desc, u.id desc limit ${limit + 1}`;
  });
  return toPage(rows, limit, (row) => [row.occurred_at as string, row.id as string], listedUsage);
}

function quantitiesOf(record: UsageRecord): Quantities {
  if (record.type !== "token") {
    const amount = record.inputQuantity;
    return record.type === "voice" ? { seconds: amount } : { units: amount };
  }
  return Object.fromEntries(
    record.parts.filter((p) => p.part !== "estimate").map((p) => [p.part, p.quantity]),
  );
}

/** "Why this price" of a stored record, told by the very price version and rule that it names; at length and in short. */
function explain(record: UsageRecord, tenantId: TenantId, pricing: PricingSnapshot) {
  const subject = { serviceType: record.type, provider: record.provider, model: record.model };
  const prices = pricing.pricesOf(subject).filter((price) => price.id === record.providerPriceId);
  const rules = pricing.allRules.filter((rule) => rule.id === record.pricingRuleId);
  const fact = {
    ...subject,
    tenantId: rules[0]?.tenantId ?? tenantId,
    planId: rules[0]?.planId ?? null,
    status: record.status,
    quantities: quantitiesOf(record),
    occurredAtMs: Date.parse(record.occurredAt),
    ownKey: record.ownKey,
    estimatedCost: parseAmount(record.providerCost),
  };
  return {
    explanation: explainPrice(fact, priceUsage(fact, prices, rules)),
    rule: record.status === "succeeded" ? ruleWords(rules[0] ?? null) : "Not billed",
    rates: rateWords(prices[0] ?? null),
  };
}

/** One record with the reason for its price. Throws `not_found`. */
export async function getUsage(
  tenantId: TenantId,
  id: string,
): Promise<ListedUsage & { explanation: string; rule: string; rates: string }> {
  const [row] = await withTenant(
    tenantId,
    (tx) =>
      tx.sql`select ${usageColumns(tx)} from ${fromUsage(tx)} where u.tenant_id = ${tenantId} and u.id = ${id}`,
  );
  if (!row) throw notFound("usage_record");
  const record = listedUsage(row);
  return { ...record, ...explain(record, tenantId, await currentPricing()) };
}
