import { z } from "zod";
import { divideHalfUp } from "#domain/core/decimal.ts";
import { type Amount, parseAmount } from "#domain/money/amount.ts";
import { nonNegativeDecimalInput } from "#domain/money/money-input.ts";
import type { AllowanceKind } from "./allowance.ts";

const tier = z.strictObject({
  /** Up to and with this many units beyond the allowance; null for all above. */
  upTo: z.number().positive().max(1e15).nullable(),
  price: nonNegativeDecimalInput,
  /** Due once when the tier is entered. */
  flatFee: nonNegativeDecimalInput.optional(),
});

/**
 * What units beyond an allowance cost instead of their recorded price. `price` is for `per` units. Flat: one price.
 * Graduated: each unit by the tier it lies in. Volume: all units by the tier that their sum lies in. Package: every
 * begun package of `per` units.
 */
const rateInput = z
  .strictObject({
    model: z.enum(["flat", "graduated", "volume", "package"]),
    per: z.number().int().min(1).max(1_000_000_000).default(1),
    price: nonNegativeDecimalInput.optional(),
    tiers: z.array(tier).min(1).max(20).optional(),
  })
  .superRefine((rate, context) => {
    const tiered = rate.model === "graduated" || rate.model === "volume";
    if (tiered !== (rate.tiers !== undefined) || tiered === (rate.price !== undefined))
      context.addIssue({
        code: "custom",
        message: "Flat and package take a price, graduated and volume tiers.",
      });
    const ends = (rate.tiers ?? []).map((one) => one.upTo ?? Number.POSITIVE_INFINITY);
    if (rate.tiers && ends.at(-1) !== Number.POSITIVE_INFINITY)
      context.addIssue({ code: "custom", path: ["tiers"], message: "The last tier has upTo null." });
    if (ends.some((end, i) => i > 0 && end <= (ends[i - 1] ?? 0)))
      context.addIssue({ code: "custom", path: ["tiers"], message: "Tiers ascend." });
  });

export type OverageRate = z.infer<typeof rateInput>;

/** Rates by kind of allowance; a kind without one is billed at the recorded price. */
export const overageInput = z.strictObject({
  tokens: rateInput.optional(),
  voiceMinutes: rateInput.optional(),
  sms: rateInput.optional(),
  emails: rateInput.optional(),
  apiCalls: rateInput.optional(),
  messages: rateInput.optional(),
} satisfies Record<AllowanceKind, z.ZodType>);

export type Overage = z.infer<typeof overageInput>;

/** A rate in the unit that usage is recorded in: minutes of speech are recorded as seconds. */
export function recordedRate(rate: OverageRate, kind: AllowanceKind): OverageRate {
  if (kind !== "voiceMinutes") return rate;
  const tiers = rate.tiers?.map((one) => ({ ...one, upTo: one.upTo === null ? null : one.upTo * 60 }));
  return { ...rate, per: rate.per * 60, ...(tiers ? { tiers } : {}) };
}

type Tier = NonNullable<OverageRate["tiers"]>[number];
const ONE = parseAmount("1");

function tierEnd(one: Tier): Amount | null {
  return one.upTo === null ? null : parseAmount(one.upTo);
}

function graduated(tiers: readonly Tier[], units: Amount, per: bigint): Amount {
  let cost = 0n;
  let from = 0n;
  for (const one of tiers) {
    const end = tierEnd(one);
    const inside = (end === null || units < end ? units : end) - from;
    if (inside <= 0n) break;
    cost += divideHalfUp(inside * parseAmount(one.price), per * ONE) + parseAmount(one.flatFee ?? "0");
    from += inside;
  }
  return cost;
}

function volume(tiers: readonly Tier[], units: Amount, per: bigint): Amount {
  const one = tiers.find((each) => {
    const end = tierEnd(each);
    return end === null || units <= end;
  });
  if (!one) return 0n;
  return divideHalfUp(units * parseAmount(one.price), per * ONE) + parseAmount(one.flatFee ?? "0");
}

/** What so many units beyond the allowance cost together; `units` is a scaled quantity in the rate's own unit. */
export function overageCost(rate: OverageRate, units: Amount): Amount {
  if (units <= 0n) return 0n;
  const per = BigInt(rate.per);
  if (rate.model === "graduated") return graduated(rate.tiers ?? [], units, per);
  if (rate.model === "volume") return volume(rate.tiers ?? [], units, per);
  const price = parseAmount(rate.price ?? "0");
  if (rate.model === "flat") return divideHalfUp(units * price, per * ONE);
  const size = per * ONE;
  return ((units + size - 1n) / size) * price;
}

/**
 * What a call's units beyond the allowance add to the bill, after `before` such units this month. The shares of all
 * calls sum to the cost of all units, whatever the model; with volume a call that reaches a cheaper tier may add less
 * than nothing, because all units before it become cheaper too.
 */
export function overageShare(rate: OverageRate, before: Amount, units: Amount): Amount {
  return overageCost(rate, before + units) - overageCost(rate, before);
}
