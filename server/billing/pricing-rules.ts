import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { unitProblem } from "#domain/billing/price-book.ts";
import type { PricingRule, pricingRuleInput, pricingRulePatchInput } from "#domain/billing/pricing-rule.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { formatAmount, parseAmount } from "#domain/money/amount.ts";
import {
  isDuplicate,
  justAfter,
  lastUsageOfRule,
  raisePricingVersion,
  refuseRepricing,
} from "./pricing-guard.ts";
import { noteRuleChange, ruleTerms } from "./pricing-history.ts";
import { refreshPricing, toPricingRule } from "./pricing-snapshot.ts";
import { asJson } from "./provider-prices.ts";

/** A rule as the platform API shows it. */
export type ListedRule = PricingRule & { reason: string | null; createdBy: string | null; createdAt: string };

type Row = Record<string, unknown>;

function listed(row: Row): ListedRule {
  const rule = toPricingRule(row);
  return {
    ...rule,
    markupPercent: rule.markupPercent === null ? null : formatAmount(parseAmount(rule.markupPercent)),
    reason: row.reason as string | null,
    createdBy: row.created_by as string | null,
    createdAt: row.created_at as string,
  };
}

/** How the history writes the start of a rule that holds since ever. */
const SINCE_EVER = "1970-01-01T00:00:00.000Z";

/** All rules, or those of one tenant, in the order they were made. */
export async function listPricingRules(input: {
  limit: number;
  cursor?: string | undefined;
  tenantId?: string | undefined;
}): Promise<Page<ListedRule>> {
  const after = decodeCursor(input.cursor, 1);
  const rows = await withSystem(
    "list pricing rules",
    (tx) => tx.sql`select * from pricing_rules
      where id > ${after?.[0] ?? "00000000-0000-0000-0000-000000000000"}
        and (${input.tenantId ?? null}::uuid is null or tenant_ref = ${input.tenantId ?? null})
      order by id limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [row.id as string], listed);
}

async function read(tx: Transaction, id: string): Promise<ListedRule> {
  const [row] = await tx.sql`select * from pricing_rules where id = ${id}`;
  if (!row) throw notFound("pricing_rule");
  return listed(row);
}

/** One rule. Throws `not_found`. */
export function getPricingRule(id: string): Promise<ListedRule> {
  return withSystem("read a pricing rule", (tx) => read(tx, id));
}

function sameStart(): AppError {
  const message = "There is already a rule of the same scope and narrowing that begins at the same instant.";
  return new AppError("conflict", "pricing.rule_exists", message);
}

async function checkSubject(
  tx: Transaction,
  rule: { tenantId: string | null; planId: string | null },
): Promise<void> {
  if (
    rule.tenantId !== null &&
    (await tx.sql`select from tenants where id = ${rule.tenantId}`).length === 0
  ) {
    throw notFound("tenant");
  }
  if (rule.planId !== null && (await tx.sql`select from plans where id = ${rule.planId}`).length === 0) {
    throw notFound("plan");
  }
}

/** Refuses a side of a trial that would hold for tenants of its other side. */
async function checkTrial(tx: Transaction, trial: PricingRule["trial"]): Promise<void> {
  if (trial === null) return;
  const [other] = await tx.sql`select max((trial ->> 'percent')::numeric) as percent from pricing_rules
    where trial ->> 'name' = ${trial.name} and trial ->> 'side' <> ${trial.side}`;
  if (Number(other?.percent ?? 0) + Number(trial.percent) <= 100) return;
  const message = `The other side of “${trial.name}” has ${String(other?.percent)} % of the tenants; together they may have 100 %.`;
  throw new AppError("conflict", "pricing.trial_share", message, {
    fields: [{ path: "trial.percent", message }],
  });
}

/** A rule given without a start begins as early as it may: since ever, or just after usage that is already priced. */
async function startOf(tx: Transaction, rule: Omit<PricingRule, "id">): Promise<string | null> {
  if (rule.validFrom !== null) {
    refuseRepricing(await lastUsageOfRule(tx, rule, rule.validFrom));
    return rule.validFrom;
  }
  const last = await lastUsageOfRule(tx, rule, null);
  if (last === null) return null;
  const now = new Date().toISOString();
  return Date.parse(last) >= Date.parse(now) ? justAfter(last) : now;
}

/**
 * Adds a rule. Refused with `conflict` where one of the same scope, narrowing and start exists, or where it would
 * begin at or before usage that is already priced.
 */
export async function createPricingRule(
  input: z.infer<typeof pricingRuleInput>,
  createdBy: string,
): Promise<ListedRule> {
  const rule = {
    scope: input.scope,
    tenantId: input.tenantId ?? null,
    planId: input.planId ?? null,
    serviceType: input.serviceType ?? null,
    provider: input.provider ?? null,
    model: input.model ?? null,
    validFrom: input.validFrom ?? null,
    validTo: input.validTo ?? null,
    markupPercent: input.markupPercent ?? null,
    fixedPrice: input.fixedPrice ?? null,
    trial: input.trial ?? null,
  };
  try {
    return await withSystem("create a pricing rule", async (tx) => {
      await raisePricingVersion(tx);
      await checkSubject(tx, rule);
      await checkTrial(tx, rule.trial);
      const id = newId();
      const validFrom = await startOf(tx, rule);
      await tx.sql`
        insert into pricing_rules (id, scope, tenant_ref, plan_id, service_type, provider, model, valid_from, valid_to,
          markup_percent, fixed_price, trial, reason, created_by)
        values (${id}, ${rule.scope}, ${rule.tenantId}, ${rule.planId}, ${rule.serviceType}, ${rule.provider},
          ${rule.model}, ${validFrom}, ${rule.validTo}, ${rule.markupPercent},
          ${asJson(rule.fixedPrice)}, ${asJson(rule.trial)}, ${input.reason ?? null}, ${createdBy})`;
      const made = await read(tx, id);
      const effectiveFrom = made.validFrom ?? SINCE_EVER;
      await noteRuleChange(tx, made, {
        action: "created",
        effectiveFrom,
        reason: input.reason,
        by: createdBy,
      });
      return made;
    });
  } catch (error) {
    if (isDuplicate(error)) throw sameStart();
    throw error;
  } finally {
    refreshPricing();
  }
}

function refuseUnfit({ serviceType, fixedPrice }: Partial<PricingRule>): void {
  const message = serviceType && fixedPrice ? unitProblem(serviceType, fixedPrice.unit) : null;
  if (message === null) return;
  throw new AppError("invalid", "pricing.unit", message, {
    fields: [{ path: "fixedPrice.unit", message }],
  });
}

function changesPrice(patch: z.infer<typeof pricingRulePatchInput>): boolean {
  return patch.markupPercent !== undefined || patch.fixedPrice !== undefined || patch.validFrom !== undefined;
}

async function noteUpdate(
  tx: Transaction,
  before: ListedRule,
  after: ListedRule,
  { changed, by }: { changed: boolean; by: string },
): Promise<void> {
  const { reason } = after;
  if (changed) {
    const effectiveFrom = after.validFrom ?? SINCE_EVER;
    await noteRuleChange(tx, after, {
      action: "changed",
      effectiveFrom,
      reason,
      by,
      before: ruleTerms(before),
    });
  }
  if (after.validTo !== null && after.validTo !== before.validTo)
    await noteRuleChange(tx, after, { action: "ended", effectiveFrom: after.validTo, reason, by });
}

/**
 * Changes a rule. Its figures and start may change only while no usage it speaks about happened since it began; its
 * end may move to any instant after such usage. Throws `not_found`, `conflict`.
 */
export async function updatePricingRule(
  id: string,
  patch: z.infer<typeof pricingRulePatchInput>,
  by: string,
): Promise<ListedRule> {
  try {
    return await withSystem("change a pricing rule", async (tx) => {
      await raisePricingVersion(tx);
      const before = await read(tx, id);
      const next = { ...before, ...patch };
      const kinds = [next.markupPercent, next.fixedPrice].filter(
        (kind) => kind !== null && kind !== undefined,
      );
      if (kinds.length !== 1) {
        throw new AppError(
          "invalid",
          "pricing.rule_kind",
          "Give either markupPercent or fixedPrice, and null for the other.",
        );
      }
      refuseUnfit({ serviceType: before.serviceType, fixedPrice: patch.fixedPrice ?? null });
      const moved =
        [before.validFrom, next.validFrom ?? null].sort((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1))[0] ??
        null;
      if (changesPrice(patch)) refuseRepricing(await lastUsageOfRule(tx, before, moved));
      else if (patch.validTo) refuseRepricing(await lastUsageOfRule(tx, before, patch.validTo));
      if (next.validFrom && next.validTo && next.validTo <= next.validFrom) {
        throw new AppError("invalid", "pricing.rule_dates", "validTo must be after validFrom.");
      }
      await tx.sql`
        update pricing_rules set valid_from = ${next.validFrom ?? null}, valid_to = ${next.validTo ?? null},
          markup_percent = ${next.markupPercent ?? null},
          fixed_price = ${asJson(next.fixedPrice)}, reason = ${next.reason ?? null},
          updated_at = now()
        where id = ${id}`;
      const after = await read(tx, id);
      await noteUpdate(tx, before, after, { changed: changesPrice(patch), by });
      return after;
    });
  } catch (error) {
    if (isDuplicate(error)) throw sameStart();
    throw error;
  } finally {
    refreshPricing();
  }
}

/** Ends a rule: one that priced nothing goes, one that did stays in the history and ends now. Throws `not_found`. */
export async function endPricingRule(id: string, by: string): Promise<void> {
  await withSystem("end a pricing rule", async (tx) => {
    await raisePricingVersion(tx);
    const rule = await read(tx, id);
    const last = await lastUsageOfRule(tx, rule, rule.validFrom);
    if (last === null) {
      const effectiveFrom = rule.validFrom ?? SINCE_EVER;
      await noteRuleChange(tx, rule, { action: "removed", effectiveFrom, reason: rule.reason, by });
      await tx.sql`delete from pricing_rules where id = ${id}`;
      return;
    }
    const now = new Date().toISOString();
    const end = Date.parse(last) >= Date.parse(now) ? justAfter(last) : now;
    await tx.sql`update pricing_rules set valid_to = least(coalesce(valid_to, ${end}), ${end}), updated_at = now() where id = ${id}`;
    await noteRuleChange(tx, rule, { action: "ended", effectiveFrom: end, reason: rule.reason, by });
  }).finally(refreshPricing);
}
