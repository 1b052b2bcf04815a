import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { instantInput } from "#domain/core/time-input.ts";
import { decimalInput } from "#domain/money/money-input.ts";
import { fitsUnit, type PriceBook, priceBookInput, unitProblem } from "./price-book.ts";
import { isInTrial, type PriceTrial, priceTrialInput } from "./price-trial.ts";
import { isInForce } from "./provider-price.ts";
import { SERVICE_TYPES, type ServiceType } from "./service-type.ts";

const RULE_SCOPES = ["platform", "plan", "tenant"] as const;
type RuleScope = (typeof RULE_SCOPES)[number];

const percent = decimalInput.refine(
  (text) => Number(text) >= -100 && Number(text) <= 1_000_000,
  "From -100 to 1000000.",
);

const shape = {
  scope: z.enum(RULE_SCOPES),
  tenantId: z.uuid().nullish(),
  planId: z.uuid().nullish(),
  serviceType: z.enum(SERVICE_TYPES).nullish(),
  provider: text(100).nullish(),
  model: text(200).nullish(),
  validFrom: instantInput.nullish(),
  validTo: instantInput.nullish(),
  markupPercent: percent.nullish(),
  fixedPrice: priceBookInput.nullish(),
  trial: priceTrialInput.nullish(),
  reason: text(500, 0).nullish(),
};

export const pricingRuleInput = z.strictObject(shape).superRefine((rule, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: path.split("."), message });
  const unfit = rule.serviceType && rule.fixedPrice && unitProblem(rule.serviceType, rule.fixedPrice.unit);
  if (unfit) refuse("fixedPrice.unit", unfit);
  if ((rule.markupPercent == null) === (rule.fixedPrice == null)) {
    refuse("markupPercent", "Give either markupPercent or fixedPrice.");
  }
  if ((rule.scope === "tenant") !== (rule.tenantId != null))
    refuse("tenantId", "A tenant rule, and no other, names its tenantId.");
  if ((rule.scope === "plan") !== (rule.planId != null))
    refuse("planId", "A plan rule, and no other, names its planId.");
  if (rule.trial && rule.scope === "tenant")
    refuse("trial", "A trial shares tenants out; give it the scope platform or plan.");
  if (rule.validFrom && rule.validTo && rule.validTo <= rule.validFrom)
    refuse("validTo", "Must be after validFrom.");
});

/** What may be changed on a rule that exists; its scope and narrowing stay. */
export const pricingRulePatchInput = z.strictObject({
  validFrom: shape.validFrom,
  validTo: shape.validTo,
  markupPercent: shape.markupPercent,
  fixedPrice: shape.fixedPrice,
  reason: shape.reason,
});

/** A markup or fixed price with its scope, narrowing and dates. */
export type PricingRule = {
  id: string;
  scope: RuleScope;
  tenantId: string | null;
  planId: string | null;
  serviceType: ServiceType | null;
  provider: string | null;
  model: string | null;
  validFrom: string | null;
  validTo: string | null;
  markupPercent: string | null;
  fixedPrice: PriceBook | null;
  /** The side of a trial: the rule holds for a share of the tenants only. */
  trial: PriceTrial | null;
};

export type RuleSubject = {
  tenantId: string | null;
  planId: string | null;
  serviceType: ServiceType;
  provider: string;
  model: string;
};

const SCOPE_RANK: Record<RuleScope, number> = { tenant: 16, plan: 8, platform: 0 };

/** How narrow a rule is: tenant before plan before platform; inside a scope model before provider before type. */
function ruleRank(rule: PricingRule): number {
  return (
    SCOPE_RANK[rule.scope] +
    (rule.model === null ? 0 : 4) +
    (rule.provider === null ? 0 : 2) +
    (rule.serviceType === null ? 0 : 1)
  );
}

/** Whether a rule speaks about a subject, dates aside. A fixed price that cannot count the service does not. */
function ruleMatches(rule: PricingRule, subject: RuleSubject): boolean {
  if (rule.scope === "tenant" && rule.tenantId !== subject.tenantId) return false;
  if (rule.scope === "plan" && rule.planId !== subject.planId) return false;
  if (rule.serviceType !== null && rule.serviceType !== subject.serviceType) return false;
  if (rule.provider !== null && rule.provider !== subject.provider) return false;
  if (rule.model !== null && rule.model !== subject.model) return false;
  if (rule.fixedPrice !== null && !fitsUnit(subject.serviceType, rule.fixedPrice.unit)) return false;
  return rule.trial === null || isInTrial(rule.trial, subject.tenantId);
}

const startOf = (rule: PricingRule) =>
  rule.validFrom === null ? Number.NEGATIVE_INFINITY : Date.parse(rule.validFrom);

function compareRules(a: PricingRule, b: PricingRule): number {
  const rank = ruleRank(b) - ruleRank(a);
  if (rank !== 0) return rank;
  if (startOf(a) !== startOf(b)) return startOf(a) > startOf(b) ? -1 : 1;
  if ((a.trial === null) !== (b.trial === null)) return a.trial === null ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

/** Every rule that matches at an instant, the winner first. */
export function rankRules<R extends PricingRule>(
  rules: readonly R[],
  subject: RuleSubject,
  occurredAtMs: number,
): R[] {
  return rules
    .filter((rule) => ruleMatches(rule, subject) && isInForce(rule, occurredAtMs))
    .sort(compareRules);
}
