import { z } from "zod";
import { divideCeiling, parseDecimal, type Ratio } from "#domain/core/decimal.ts";
import type { ServiceType } from "./service-type.ts";
import { countSegments } from "./sms-segments.ts";

const MAX_QUANTITY = 1e15;

/** A quantity: a JSON number from 0 to 10^15 with at most 6 decimals. */
export const quantityInput = z
  .number()
  .min(0)
  .max(MAX_QUANTITY)
  .refine((value) => Number.isInteger(value) || parseDecimal(value).d <= 1_000_000n, "At most 6 decimals.");

const wholeQuantity = quantityInput.refine(Number.isInteger, "Give a whole number.");

/** The amounts of one call. Each part counts only itself: `input` is neither cached nor written to the cache. */
export const quantitiesInput = z.strictObject({
  input: wholeQuantity.optional(),
  cachedInput: wholeQuantity.optional(),
  cacheWrite: wholeQuantity.optional(),
  cacheWrite1h: wholeQuantity.optional(),
  output: wholeQuantity.optional(),
  reasoning: wholeQuantity.optional(),
  seconds: quantityInput.optional(),
  characters: wholeQuantity.optional(),
  encoding: z.enum(["GSM-7", "UCS-2"]).optional(),
  segments: wholeQuantity.optional(),
  units: quantityInput.optional(),
});

export type Quantities = z.infer<typeof quantitiesInput>;

export const TOKEN_PARTS = [
  "input",
  "cachedInput",
  "cacheWrite",
  "cacheWrite1h",
  "output",
  "reasoning",
] as const;

/** A call's quantities as a record shows them; `input` counts all input, cached included. */
export type RecordedQuantities = { input: number; cached: number; output: number; total: number };

const COUNTED: Partial<Record<ServiceType, readonly (keyof Quantities)[]>> = {
  token: [...TOKEN_PARTS, "units"],
  voice: ["seconds", "units"],
  sms: ["segments", "characters", "units"],
  message: ["segments", "characters", "units"],
};

/** What keeps quantities from being those of a service, with the keys that count for it, or null. */
export function quantitiesProblem(serviceType: ServiceType, q: Quantities): string | null {
  const counted = COUNTED[serviceType] ?? ["units"];
  const given = Object.entries(q).filter(([key, value]) => value !== undefined && key !== "encoding");
  const foreign = given.filter(([key]) => !counted.includes(key as keyof Quantities));
  if (given.length > 0 && foreign.length === 0) return null;
  return `For ${serviceType} give ${counted.join(" or ")}.`;
}

/** Tokens of the prompt, cached ones and those written to the cache included; the tier thresholds look at this. */
export function promptTokens(q: Quantities): number {
  return (q.input ?? 0) + (q.cachedInput ?? 0) + (q.cacheWrite ?? 0) + (q.cacheWrite1h ?? 0);
}

/** Text-message segments: as given, else counted from characters and encoding, else the plain units. */
export function segmentsOf(q: Quantities): number {
  if (q.segments !== undefined) return q.segments;
  if (q.characters !== undefined) return countSegments(q.characters, q.encoding ?? "GSM-7");
  return q.units ?? 0;
}

/** The number a non-token service is counted in: seconds, segments or units. */
export function measuredUnits(serviceType: ServiceType, q: Quantities): number {
  if (serviceType === "sms") return segmentsOf(q);
  return q.seconds ?? q.units ?? q.segments ?? q.characters ?? 0;
}

/** The figures a usage record shows for a call. */
export function recordedQuantities(serviceType: ServiceType, q: Quantities): RecordedQuantities {
  if (serviceType !== "token") {
    const input = measuredUnits(serviceType, q);
    return { input, cached: 0, output: 0, total: input };
  }
  const input = promptTokens(q) + (q.units ?? 0);
  const output = (q.output ?? 0) + (q.reasoning ?? 0);
  return { input, cached: q.cachedInput ?? 0, output, total: input + output };
}

/**
 * A record's quantities again, as a call gave them: tokens by part, anything else in its unit. What was only estimated is
 * no quantity, and fees beside the unit are none either.
 */
export function storedQuantities(
  serviceType: ServiceType,
  inputQuantity: number,
  parts: readonly { part: string; quantity: number }[],
): Quantities {
  if (serviceType !== "token")
    return serviceType === "voice" ? { seconds: inputQuantity } : { units: inputQuantity };
  const known = parts.filter(({ part }) => part !== "estimate");
  return Object.fromEntries(known.map(({ part, quantity }) => [part, quantity]));
}

/** Seconds that are charged: started increments, at least the minimum; nothing stays nothing. */
export function chargedSeconds(
  seconds: Ratio,
  minimum: { incrementSeconds?: number | undefined; minimumSeconds?: number | undefined } | null | undefined,
): Ratio {
  if (!minimum || seconds.n <= 0n) return seconds;
  let charged = seconds;
  const least = parseDecimal(minimum.minimumSeconds ?? 0);
  if (charged.n * least.d < least.n * charged.d) charged = least;
  const increment = parseDecimal(minimum.incrementSeconds ?? 0);
  if (increment.n <= 0n) return charged;
  const steps = divideCeiling(charged.n * increment.d, charged.d * increment.n);
  return { n: steps * increment.n, d: increment.d };
}
