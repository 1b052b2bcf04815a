import { withSystem } from "#db/system.ts";
import { explainPrice } from "#domain/billing/explain-price.ts";
import { normaliseUsage } from "#domain/billing/normalise-usage.ts";
import { monthOf } from "#domain/billing/period.ts";
import { planAt } from "#domain/billing/plan-at.ts";
import { type PricedFact, type PricedUsage, priceUsage } from "#domain/billing/price-usage.ts";
import { type Quantities, quantitiesProblem, recordedQuantities } from "#domain/billing/quantities.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import type { PricePreview } from "#domain/billing/usage-report.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { formatAmount } from "#domain/money/amount.ts";
import { currentPricing, refreshPricing } from "./pricing-snapshot.ts";
import { stretchesOf } from "./subscriptions/plan-stretches.ts";

function quantitiesOf(input: PricePreview): Quantities {
  if (input.quantities) return input.quantities;
  const read = normaliseUsage(input.provider, input.usage);
  if (read) {
    const problem = quantitiesProblem(input.serviceType, read.quantities);
    if (problem === null) return read.quantities;
    const message = `This usage object counts nothing of the service. ${problem}`;
    throw new AppError("invalid", "usage.foreign", message, { fields: [{ path: "usage", message }] });
  }
  throw new AppError(
    "invalid",
    "usage.unreadable",
    "The usage object is of no known shape; give quantities instead.",
  );
}

async function subjectOf(tenantId: string) {
  const [row] = await withSystem(
    "preview a price",
    (
      tx,
    ) => tx.sql`select t.currency, coalesce(l.timezone, t.timezone) as timezone, t.clock_offset_ms, p.version,
      (select json_agg(json_build_array(s.plan_id, s.started_at, s.ended_at)) from tenant_subscriptions s
        where s.tenant_id = t.id) as plans from tenants t
      left join billing_ledgers l on l.tenant_id = t.id
      cross join pricing_state p where t.id = ${tenantId}`,
  );
  if (!row) throw notFound("tenant");
  return row;
}

function partsOf(priced: PricedUsage) {
  const rates = new Map(priced.costCharge?.parts.map((part) => [part.part, part.rate]));
  return priced.parts.map((part) => ({
    part: part.part,
    quantity: part.quantity,
    rate: rates.get(part.part) ?? null,
    cost: formatAmount(part.cost),
    price: formatAmount(part.price),
  }));
}

/** What one usage fact would cost and be sold for now, with the version and rule that win and why. Stores nothing. */
export async function previewPrice(input: PricePreview) {
  const subject = await subjectOf(input.tenantId);
  let pricing = await currentPricing();
  if (pricing.version !== Number(subject.version)) {
    refreshPricing();
    pricing = await currentPricing();
  }
  const quantities = quantitiesOf(input);
  const occurredAtMs = input.occurredAt
    ? Date.parse(input.occurredAt)
    : Date.now() + Number(subject.clock_offset_ms);
  const month = monthOf(localDay(subject.timezone as string, occurredAtMs));
  const fact: PricedFact = {
    tenantId: input.tenantId,
    planId: planAt(stretchesOf(subject.plans), occurredAtMs),
    serviceType: input.serviceType,
    provider: input.provider,
    model: input.model,
    status: input.status,
    quantities,
    occurredAtMs,
    currency: subject.currency as string,
    exchange: pricing.exchangeOf(subject.currency as string, month),
    ownKey: input.ownKey,
  };
  const priced = priceUsage(fact, pricing.pricesOf(fact), pricing.rulesOf(fact));
  const recorded = recordedQuantities(input.serviceType, quantities);
  return {
    providerCost: formatAmount(priced.providerCost),
    clientPrice: formatAmount(priced.clientPrice),
    profit: formatAmount(priced.profit),
    currency: priced.exchange?.quote ?? priced.price?.currency ?? (subject.currency as string),
    exchange: priced.exchange,
    markupPercent: priced.rule?.markupPercent ?? null,
    totalQuantity: recorded.total,
    quantities,
    parts: partsOf(priced),
    ruleId: priced.rule?.id ?? null,
    providerPriceId: priced.price?.id ?? null,
    unpriced: priced.unpriced,
    explanation: explainPrice(fact, priced),
  };
}
