import { z } from "zod";
import { nonNegativeDecimalInput } from "#domain/money/money-input.ts";
import { parseDays } from "./price-window.ts";
import type { ServiceType } from "./service-type.ts";
import { isTimeZone } from "./time-zone.ts";

export const PRICE_UNITS = [
  "per_1k_tokens",
  "per_1m_tokens",
  "per_second",
  "per_minute",
  "per_segment",
  "per_unit",
] as const;

export type PriceUnit = (typeof PRICE_UNITS)[number];

const partsInput = z
  .strictObject({
    input: nonNegativeDecimalInput.optional(),
    cachedInput: nonNegativeDecimalInput.optional(),
    cacheWrite: nonNegativeDecimalInput.optional(),
    cacheWrite1h: nonNegativeDecimalInput.optional(),
    output: nonNegativeDecimalInput.optional(),
    reasoning: nonNegativeDecimalInput.optional(),
    amount: nonNegativeDecimalInput.optional(),
    carrierFee: nonNegativeDecimalInput.optional(),
  })
  .refine((parts) => Object.values(parts).some((part) => part !== undefined), "Name at least one part.");

/** Rates by part, decimal texts per unit. */
export type PriceParts = z.infer<typeof partsInput>;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "Give a time of day such as 01:00.");

const windowInput = z.strictObject({
  days: z
    .string()
    .refine((text) => parseDays(text) !== null, "Give days such as mon-fri or sat,sun.")
    .optional(),
  from: clock,
  to: clock,
  timezone: z.string().refine(isTimeZone, "Give an IANA time zone such as America/New_York.").default("UTC"),
  multiplier: nonNegativeDecimalInput,
});

export type PriceWindow = z.infer<typeof windowInput>;

const minimumInput = z.strictObject({
  incrementSeconds: z.number().positive().max(86_400).optional(),
  minimumSeconds: z.number().min(0).max(86_400).optional(),
});

/** How a service is charged: unit, rates, higher tiers, times of day, least charge. */
export const priceBookShape = {
  unit: z.enum(PRICE_UNITS),
  parts: partsInput,
  tiers: z
    .array(z.strictObject({ above: z.number().int().min(0), parts: partsInput }))
    .max(20)
    .nullish(),
  windows: z.array(windowInput).max(50).nullish(),
  minimum: minimumInput.nullish(),
};

const TOKEN_UNITS: ReadonlySet<string> = new Set(["per_1k_tokens", "per_1m_tokens"]);

/** Whether a unit counts tokens. */
export function isTokenUnit(unit: PriceUnit): boolean {
  return TOKEN_UNITS.has(unit);
}

const ONLY_UNITS: readonly PriceUnit[] = ["per_unit"];
const FITTING: Partial<Record<ServiceType, readonly PriceUnit[]>> = {
  token: ["per_1k_tokens", "per_1m_tokens", "per_unit"],
  voice: ["per_second", "per_minute", "per_unit"],
  sms: ["per_segment", "per_unit"],
  message: ["per_segment", "per_unit"],
};

/** The units that a service can be charged by. */
export function unitsOf(serviceType: ServiceType): readonly PriceUnit[] {
  return FITTING[serviceType] ?? ONLY_UNITS;
}

/** Whether a service is counted in what a unit charges; by any other unit a call would cost nothing. */
export function fitsUnit(serviceType: ServiceType, unit: PriceUnit): boolean {
  return unitsOf(serviceType).includes(unit);
}

/** Why a service cannot be charged by a unit, with the units that fit, or null. */
export function unitProblem(serviceType: ServiceType, unit: PriceUnit): string | null {
  if (fitsUnit(serviceType, unit)) return null;
  return `A price of ${serviceType} has the unit ${unitsOf(serviceType).join(" or ")}.`;
}

type Checked = { unit: PriceUnit; parts: PriceParts; tiers?: { parts: PriceParts }[] | null | undefined };

/** What is wrong with a book's parts for its unit, or null. */
export function bookProblem(book: Checked): string | null {
  const sets = [book.parts, ...(book.tiers ?? []).map((tier) => tier.parts)];
  for (const parts of sets) {
    const plain = parts.amount !== undefined || parts.carrierFee !== undefined;
    const tokens = Object.entries(parts).some(
      ([part, rate]) => rate !== undefined && part !== "amount" && part !== "carrierFee",
    );
    if (isTokenUnit(book.unit) && plain)
      return "A token price has the parts input, output and so on, not amount.";
    if (!isTokenUnit(book.unit) && tokens) return "Only a token price has token parts; name `amount`.";
    if (parts.carrierFee !== undefined && book.unit !== "per_segment")
      return "Only a price per segment has a carrierFee.";
  }
  if (!isTokenUnit(book.unit) && book.parts.amount === undefined) return "Name the part `amount`.";
  return null;
}

export const priceBookInput = z.strictObject(priceBookShape).superRefine((book, context) => {
  const problem = bookProblem(book);
  if (problem) context.addIssue({ code: "custom", path: ["parts"], message: problem });
});

export type PriceBook = z.infer<typeof priceBookInput>;
