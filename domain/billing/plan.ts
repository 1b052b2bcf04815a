import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { parseAmount } from "#domain/money/amount.ts";
import { minorDecimals, roundToMinor } from "#domain/money/currency.ts";
import { currencyInput, nonNegativeDecimalInput } from "#domain/money/money-input.ts";
import { includedInput } from "./allowance.ts";
import { overageInput } from "./overage.ts";

const count = z.number().int().min(0).max(1_000_000_000_000);

/** How much of what a plan allows. */
const planLimitsInput = z.strictObject({
  customers: count.optional(),
  messages: count.optional(),
  aiRequests: count.optional(),
  seats: count.optional(),
  channels: count.optional(),
  flows: count.optional(),
  connectors: count.optional(),
});

const shape = {
  name: text(100),
  code: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/i, "Letters, digits, - and _."),
  description: text(1000, 0).nullish(),
  currency: currencyInput,
  monthlyPrice: nonNegativeDecimalInput,
  yearlyPrice: nonNegativeDecimalInput.nullish(),
  interval: z.enum(["month", "year"]),
  trialDays: z.number().int().min(0).max(365),
  intervalCount: z.number().int().min(1).max(36),
  included: includedInput,
  overage: overageInput,
  /** What usage comes to at least each month. */
  minimumCommitment: nonNegativeDecimalInput,
  limits: planLimitsInput,
  features: z.array(text(100)).max(100),
};

const PRICES = ["monthlyPrice", "yearlyPrice", "minimumCommitment"] as const;
type PlanPrices = { [K in (typeof PRICES)[number]]?: string | null | undefined };

/** The prices that are finer than their currency's smallest coin, each with what to do; trailing zeros are fine. */
export function findFinePrices(plan: PlanPrices, currency: string): { path: string; message: string }[] {
  const message = `${currency} has ${minorDecimals(currency)} decimals; give a price in them.`;
  return PRICES.filter((name) => {
    const amount = parseAmount(plan[name] ?? "0");
    return roundToMinor(amount, currency) !== amount;
  }).map((path) => ({ path, message }));
}

const planShape = z.strictObject({
  ...shape,
  interval: shape.interval.default("month"),
  trialDays: shape.trialDays.default(0),
  intervalCount: shape.intervalCount.default(1),
  included: includedInput.default({}),
  overage: overageInput.default({}),
  minimumCommitment: shape.minimumCommitment.default("0"),
  limits: planLimitsInput.default({}),
  features: shape.features.default([]),
});

export const planInput = planShape.superRefine((plan, context) => {
  for (const { path, message } of findFinePrices(plan, plan.currency))
    context.addIssue({ code: "custom", path: [path], message });
});

type Clearable<S extends z.core.$ZodShape> = { [K in keyof S]: z.ZodNullable<S[K]> };

/** The same fields, of which null takes one away. */
function clearable<S extends z.core.$ZodShape>(object: z.ZodObject<S>) {
  const fields = Object.entries(object.shape).map(([name, field]) => [name, z.nullable(field)]);
  return z.strictObject(Object.fromEntries(fields) as Clearable<S>);
}

/** What may be changed on a plan; inside `included`, `overage` and `limits` what is not named stays, null takes away. */
export const planPatchInput = z
  .strictObject({
    ...shape,
    included: clearable(includedInput),
    overage: clearable(overageInput),
    limits: clearable(planLimitsInput),
    active: z.boolean(),
  })
  .partial();
