import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { compareRates, percentChange, soldAt } from "#domain/billing/price-change.ts";
import { isInTrial } from "#domain/billing/price-trial.ts";
import { type PricingRule, rankRules } from "#domain/billing/pricing-rule.ts";
import { selectProviderPrice } from "#domain/billing/provider-price.ts";
import type { ServiceType } from "#domain/billing/service-type.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { type Amount, formatAmount, parseAmount } from "#domain/money/amount.ts";
import type { Actor } from "#server/trpc/context.ts";
import type { PriceTerms, Terms } from "./pricing-history.ts";
import { currentPricing, type PricingSnapshot } from "./pricing-snapshot.ts";
import { veilCost } from "./veil-cost.ts";

type Row = Record<string, unknown>;
type Payer = { tenantId: string | null; planId: string | null };
type Subject = { serviceType: ServiceType; provider: string; model: string };

/** What a rule sells a rate at: its markup on the cost, or its own fixed rate. */
function sold(rule: Terms, part: string, cost: string | null): Amount | null {
  const fixed = rule?.book?.parts[part as keyof typeof rule.book.parts];
  if (fixed !== undefined) return parseAmount(fixed);
  return rule?.book ? null : soldAt(cost, rule?.markupPercent ?? null);
}

const termsOf = (rule: PricingRule | undefined): Terms =>
  rule ? { book: rule.fixedPrice, markupPercent: rule.markupPercent } : null;

/** The rules that sell a subject to a payer just before an instant and from it on. */
function rulesAround(pricing: PricingSnapshot, payer: Payer, subject: Subject, at: number) {
  const rules = pricing.rulesOf(payer);
  const asked = { ...payer, ...subject };
  return { old: termsOf(rankRules(rules, asked, at - 1)[0]), new: termsOf(rankRules(rules, asked, at)[0]) };
}

/** Rates and rules of a change, before and after. A rule is told by the rates of the model it names, where it names one. */
function sidesOf(row: Row, payer: Payer, pricing: PricingSnapshot) {
  const terms = row.terms as PriceTerms;
  const subject = { serviceType: row.service_type, provider: row.provider, model: row.model } as Subject;
  const at = Date.parse(row.effective_from as string);
  if (row.subject_type === "provider_price") {
    const rates = compareRates(terms.old?.book ?? null, terms.new?.book ?? null);
    const unit = (terms.new ?? terms.old)?.book?.unit ?? null;
    return { rates, unit, currency: terms.currency, rules: rulesAround(pricing, payer, subject, at) };
  }
  const named = row.service_type !== null && row.provider !== null && row.model !== null;
  const price = named ? selectProviderPrice(pricing.pricesOf(subject), subject, at) : null;
  return {
    rates: compareRates(price, price),
    unit: price?.unit ?? null,
    currency: price?.currency ?? null,
    rules: terms,
  };
}

const text = (amount: Amount | null) => (amount === null ? null : formatAmount(amount));
const HUNDRED = parseAmount("100");

function factor(terms: Terms): Amount | null {
  if (terms === null) return null;
  return terms.markupPercent === null ? null : HUNDRED + parseAmount(terms.markupPercent);
}

/** A change as it is shown to a payer; what the platform pays stands in fields that are veiled for most. */
function toChange(row: Row, payer: Payer, pricing: PricingSnapshot) {
  const { rates, unit, currency, rules } = sidesOf(row, payer, pricing);
  const parts = rates.map(({ part, old, new: now }) => {
    const [before, after] = [sold(rules.old, part, old), sold(rules.new, part, now)];
    return {
      part,
      oldCost: old,
      newCost: now,
      oldPrice: text(before),
      newPrice: text(after),
      percent: percentChange(before, after),
    };
  });
  return {
    id: row.id as string,
    subjectType: row.subject_type as string,
    subjectId: row.subject_id as string,
    action: row.action as string,
    scope: row.scope as string,
    type: row.service_type as string | null,
    provider: row.provider as string | null,
    model: row.model as string | null,
    unit: unit as string | null,
    currency,
    parts,
    oldMarkupPercent: rules.old?.markupPercent ?? null,
    newMarkupPercent: rules.new?.markupPercent ?? null,
    /** Of a rule that names no model: by how much everything it prices changes. */
    percent: parts.length > 0 ? null : percentChange(factor(rules.old), factor(rules.new)),
    effectiveFrom: row.effective_from as string,
    reason: row.reason as string | null,
    changedBy: row.changed_by as string,
    createdAt: row.created_at as string,
  };
}

/** Calendar days from one instant to another, in UTC as prices begin and mails name them. */
function daysBetween(from: string, to: string): number {
  const day = (at: string) => Date.parse(`${at.slice(0, 10)}T00:00:00.000Z`);
  return Math.round((day(to) - day(from)) / 86_400_000);
}

type Input = {
  limit: number;
  cursor?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
};

const keyOf = (row: Row) => [row.effective_from as string, row.id as string];

/** The changes of price that concern a tenant, the latest start first, with when and how it was told of each. */
export async function listPricingHistory(actor: Actor, input: Input) {
  const { tenantId } = actor;
  const [from, id = ""] = decodeCursor(input.cursor, 2) ?? [];
  const pricing = await currentPricing();
  const others = pricing.allRules.filter((rule) => rule.trial && !isInTrial(rule.trial, tenantId));
  const found = await withTenant(tenantId, async (tx) => {
    const { sql } = tx;
    const [held] =
      await sql`select plan_id from tenant_subscriptions where tenant_id = ${tenantId} and ended_at is null`;
    const planId = (held?.plan_id ?? null) as string | null;
    let where = sql`(h.scope = 'platform' or h.tenant_ref = ${tenantId} or h.plan_id = ${planId})`;
    if (others.length > 0)
      where = sql`${where} and h.subject_id <> all(${others.map((rule) => rule.id)}::uuid[])`;
    if (input.provider) where = sql`${where} and h.provider = ${input.provider}`;
    if (input.model) where = sql`${where} and h.model = ${input.model}`;
    if (from) where = sql`${where} and (h.effective_from, h.id) < (${from}::timestamptz, ${id}::uuid)`;
    const rows = await sql<Row[]>`
      select h.*, n.notified_at, n.mail_id from pricing_history h
      left join pricing_notices n on n.tenant_id = ${tenantId} and n.history_id = h.id
      where ${where} order by h.effective_from desc, h.id desc limit ${input.limit + 1}`;
    return { rows, planId };
  });
  return toPage(found.rows, input.limit, keyOf, (row) => {
    const notifiedAt = row.notified_at as string | null;
    return veilCost(actor, {
      ...toChange(row, { tenantId, planId: found.planId }, pricing),
      notifiedAt,
      daysAhead: notifiedAt ? daysBetween(notifiedAt, row.effective_from as string) : null,
      mailId: row.mail_id as string | null,
    });
  });
}

/** All changes of price as they stand under the general rules, with how many tenants were told. */
export async function listAllPricingHistory(input: Input & { tenantId?: string | undefined }) {
  const [from, id = ""] = decodeCursor(input.cursor, 2) ?? [];
  const rows = await withSystem("list pricing history", ({ sql }) => {
    let where = sql`true`;
    if (input.tenantId) where = sql`${where} and (h.scope = 'platform' or h.tenant_ref = ${input.tenantId})`;
    if (input.provider) where = sql`${where} and h.provider = ${input.provider}`;
    if (input.model) where = sql`${where} and h.model = ${input.model}`;
    if (from) where = sql`${where} and (h.effective_from, h.id) < (${from}::timestamptz, ${id}::uuid)`;
    return sql<Row[]>`
      select h.*, (select count(*)::int from pricing_notices n where n.history_id = h.id) as notices
      from pricing_history h where ${where} order by h.effective_from desc, h.id desc limit ${input.limit + 1}`;
  });
  const pricing = await currentPricing();
  return toPage(rows, input.limit, keyOf, (row) => ({
    ...toChange(row, { tenantId: input.tenantId ?? null, planId: null }, pricing),
    tenantId: row.tenant_ref as string | null,
    planId: row.plan_id as string | null,
    tenantsNotified: Number(row.notices),
  }));
}

/** One change as a tenant sees it, for the mail about it; null where there is none such. */
export async function findPriceChange(tenantId: Actor["tenantId"], historyId: string) {
  const found = await withTenant(tenantId, async ({ sql }) => {
    const [row] = await sql<Row[]>`select h.*, s.plan_id as own_plan from pricing_history h
      left join tenant_subscriptions s on s.tenant_id = ${tenantId} and s.ended_at is null where h.id = ${historyId}`;
    return row;
  });
  if (!found) return null;
  return toChange(found, { tenantId, planId: found.own_plan as string | null }, await currentPricing());
}
