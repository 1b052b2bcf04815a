import type { PriceTrial } from "#domain/billing/price-trial.ts";
import { amountFromDatabase, formatAmount, parseAmount } from "#domain/money/amount.ts";
import type { NewRecord } from "./decide-group.ts";
import type { UsageRecord } from "./usage-fact.ts";

/** A record just written, in the shape that the API shows. */
export function recordOf(record: NewRecord, currency: string): UsageRecord {
  const { fact, priced, recorded } = record;
  return {
    id: record.id,
    status: fact.status,
    type: fact.serviceType,
    provider: fact.provider,
    model: fact.model,
    inputQuantity: recorded.input,
    cachedQuantity: recorded.cached,
    outputQuantity: recorded.output,
    totalQuantity: recorded.total,
    providerCost: formatAmount(priced.providerCost),
    clientPrice: formatAmount(priced.clientPrice),
    profit: formatAmount(priced.profit),
    currency,
    markupPercent: priced.rule?.markupPercent ?? null,
    coveredQuantity: Number(formatAmount(record.covered)),
    billableQuantity: Number(formatAmount(parseAmount(recorded.total) - record.covered)),
    creditedAmount: formatAmount(record.credited),
    billablePrice: formatAmount(record.billablePrice),
    unpriced: priced.unpriced,
    ownKey: fact.ownKey ?? false,
    parts: priced.parts.map(({ part, quantity, cost, price }) => ({
      part,
      quantity,
      cost: formatAmount(cost),
      price: formatAmount(price),
    })),
    pricingRuleId: priced.rule?.id ?? null,
    priceTrial: trialOf(priced.rule?.trial),
    providerPriceId: priced.price?.id ?? null,
    conversationId: fact.conversationId ?? null,
    messageId: fact.messageId ?? null,
    executionId: fact.executionId ?? null,
    aiProviderId: fact.aiProviderId ?? null,
    adjustsId: fact.adjusts?.recordId ?? null,
    idempotencyKey: fact.idempotencyKey,
    occurredAt: new Date(fact.occurredAt).toISOString(),
    day: record.day,
  };
}

const trialOf = (trial: PriceTrial | null | undefined) =>
  trial ? { name: trial.name, side: trial.side } : null;

type Row = Record<string, unknown>;
type StoredPart = [string, number, string, string];

/** The parts of a stored row with their quantities, cost and price. */
export function storedParts(row: Row): UsageRecord["parts"] {
  return (row.parts as StoredPart[]).map(([part, quantity, cost, price]) => ({
    part,
    quantity,
    cost,
    price,
  }));
}

const plain = (value: unknown) => (value === null || value === undefined ? 0 : Number(value));

/** A stored row of `usage_breakdown` (joined with its key, its rule's markup and the currency) in the API's shape. */
export function recordFromRow(row: Row): UsageRecord {
  const cost = amountFromDatabase(row.provider_cost as string);
  const price = amountFromDatabase(row.client_price as string);
  const total = plain(row.input_quantity) + plain(row.output_quantity);
  const covered = plain(row.covered_quantity);
  const markup = row.markup_percent as string | null;
  return {
    id: row.id as string,
    status: row.status as UsageRecord["status"],
    type: row.service_type as UsageRecord["type"],
    provider: row.provider as string,
    model: row.model as string,
    inputQuantity: plain(row.input_quantity),
    cachedQuantity: plain(row.cached_quantity),
    outputQuantity: plain(row.output_quantity),
    totalQuantity: total,
    providerCost: formatAmount(cost),
    clientPrice: formatAmount(price),
    profit: formatAmount(price - cost),
    currency: row.currency as string,
    markupPercent: markup === null ? null : formatAmount(parseAmount(markup)),
    coveredQuantity: covered,
    billableQuantity: total - covered,
    creditedAmount: formatAmount(amountFromDatabase((row.credited_amount as string | null) ?? "0")),
    billablePrice: formatAmount(
      row.billable_price === null ? price : amountFromDatabase(row.billable_price as string),
    ),
    unpriced: row.unpriced as boolean,
    ownKey: row.own_key as boolean,
    parts: storedParts(row),
    pricingRuleId: row.pricing_rule_id as string | null,
    priceTrial: trialOf(row.trial as PriceTrial | null),
    providerPriceId: row.provider_price_id as string | null,
    conversationId: row.conversation_id as string | null,
    messageId: row.message_id as string | null,
    executionId: row.execution_id as string | null,
    aiProviderId: row.ai_provider_id as string | null,
    adjustsId: row.adjusts_id as string | null,
    idempotencyKey: row.key as string,
    occurredAt: row.occurred_at as string,
    day: row.usage_day as string,
  };
}
