import type { Transaction } from "#db/transaction.ts";
import type { PriceBook } from "#domain/billing/price-book.ts";
import type { PricingRule } from "#domain/billing/pricing-rule.ts";
import type { ProviderPrice } from "#domain/billing/provider-price.ts";
import { newId } from "#domain/core/id.ts";
import { nameOfActor } from "#server/people/name-actors.ts";

/** What is charged: a price book, a markup, or nothing. */
export type Terms = { book: Pick<PriceBook, "unit" | "parts"> | null; markupPercent: string | null } | null;

/** What a price was before and is from an instant on. */
export type PriceTerms = { old: Terms; new: Terms; currency: string | null };

type Change = {
  action: "created" | "changed" | "ended" | "removed";
  effectiveFrom: string;
  reason?: string | null | undefined;
  /** An actor's label; kept as the person's or the key's name. */
  by: string;
};

type Entry = Change & {
  subjectType: "provider_price" | "pricing_rule";
  subjectId: string;
  scope: string;
  tenantId: string | null;
  planId: string | null;
  serviceType: string | null;
  provider: string | null;
  model: string | null;
  terms: PriceTerms;
};

async function append(tx: Transaction, entry: Entry): Promise<void> {
  await tx.sql`
    insert into pricing_history (id, subject_type, subject_id, action, scope, tenant_ref, plan_id, service_type, provider,
      model, effective_from, terms, reason, changed_by)
    values (${newId()}, ${entry.subjectType}, ${entry.subjectId}, ${entry.action}, ${entry.scope}, ${entry.tenantId},
      ${entry.planId}, ${entry.serviceType}, ${entry.provider}, ${entry.model}, ${entry.effectiveFrom},
      ${JSON.stringify(entry.terms)}, ${entry.reason ?? null},
      ${nameOfActor(tx, entry.by)})`;
}

const bookTerms = (price: Pick<ProviderPrice, "unit" | "parts">): Terms => ({
  book: { unit: price.unit, parts: price.parts },
  markupPercent: null,
});

/** Writes a change of a provider price into the history: what held before its start, and what holds from then on. */
export async function notePriceChange(tx: Transaction, price: ProviderPrice, change: Change): Promise<void> {
  const [before] = await tx.sql`
    select unit, parts from provider_prices
    where provider = ${price.provider} and model = ${price.model} and service_type = ${price.serviceType}
      and id <> ${price.id} and valid_from < ${change.effectiveFrom}
      and (valid_to is null or valid_to >= ${change.effectiveFrom})
    order by valid_from desc limit 1`;
  const other = before ? bookTerms(before as Pick<ProviderPrice, "unit" | "parts">) : null;
  const begins = change.action === "created";
  await append(tx, {
    ...change,
    subjectType: "provider_price",
    subjectId: price.id,
    scope: "platform",
    tenantId: null,
    planId: null,
    serviceType: price.serviceType,
    provider: price.provider,
    model: price.model,
    terms: {
      old: begins ? other : bookTerms(price),
      new: begins ? bookTerms(price) : other,
      currency: price.currency,
    },
  });
}

/** The terms of a rule as the history keeps them. */
export function ruleTerms(rule: Pick<PricingRule, "markupPercent" | "fixedPrice">): Terms {
  const { fixedPrice, markupPercent } = rule;
  return { book: fixedPrice ? { unit: fixedPrice.unit, parts: fixedPrice.parts } : null, markupPercent };
}

/** The rule of the same scope and narrowing that held just before an instant. */
async function ruleBefore(tx: Transaction, rule: PricingRule, from: string): Promise<Terms> {
  const [row] = await tx.sql`
    select markup_percent, fixed_price from pricing_rules
    where scope = ${rule.scope} and tenant_ref is not distinct from ${rule.tenantId}
      and plan_id is not distinct from ${rule.planId} and service_type is not distinct from ${rule.serviceType}
      and provider is not distinct from ${rule.provider} and model is not distinct from ${rule.model}
      and id <> ${rule.id} and (valid_from is null or valid_from < ${from}) and (valid_to is null or valid_to >= ${from})
    order by valid_from desc nulls last limit 1`;
  if (!row) return null;
  return ruleTerms({
    markupPercent: row.markup_percent as string | null,
    fixedPrice: row.fixed_price as PriceBook | null,
  });
}

/** Writes a change of a rule into the history; `before` is what the rule itself said until now. */
export async function noteRuleChange(
  tx: Transaction,
  rule: PricingRule,
  change: Change & { before?: Terms },
): Promise<void> {
  const { before, ...rest } = change;
  const other = before ?? (await ruleBefore(tx, rule, change.effectiveFrom));
  const ends = change.action === "ended" || change.action === "removed";
  await append(tx, {
    ...rest,
    subjectType: "pricing_rule",
    subjectId: rule.id,
    scope: rule.scope,
    tenantId: rule.tenantId,
    planId: rule.planId,
    serviceType: rule.serviceType,
    provider: rule.provider,
    model: rule.model,
    terms: {
      old: ends ? ruleTerms(rule) : other,
      new: ends ? other : ruleTerms(rule),
      currency: null,
    },
  });
}
