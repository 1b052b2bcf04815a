import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { instantInput } from "#domain/core/time-input.ts";
import { currencyInput } from "#domain/money/money-input.ts";
import { bookProblem, type PriceBook, priceBookShape, unitProblem } from "./price-book.ts";
import { SERVICE_TYPES, type ServiceType } from "./service-type.ts";

export const providerPriceInput = z
  .strictObject({
    provider: text(100),
    model: text(200),
    serviceType: z.enum(SERVICE_TYPES),
    currency: currencyInput,
    validFrom: instantInput,
    validTo: instantInput.nullish(),
    reason: text(500, 0).nullish(),
    ...priceBookShape,
  })
  .superRefine((price, context) => {
    const problem = bookProblem(price);
    if (problem) context.addIssue({ code: "custom", path: ["parts"], message: problem });
    const unfit = unitProblem(price.serviceType, price.unit);
    if (unfit) context.addIssue({ code: "custom", path: ["unit"], message: unfit });
    if (price.validTo && price.validTo <= price.validFrom) {
      context.addIssue({ code: "custom", path: ["validTo"], message: "Must be after validFrom." });
    }
  });

/** What a provider charges the platform from an instant on. */
export type ProviderPrice = PriceBook & {
  id: string;
  provider: string;
  model: string;
  serviceType: ServiceType;
  currency: string;
  validFrom: string;
  validTo: string | null;
};

/** Whether an instant lies in [from, to); null is open on that side. Compared as epoch ms. */
export function isInForce(
  span: { validFrom: string | null; validTo: string | null },
  occurredAtMs: number,
): boolean {
  if (span.validFrom !== null && Date.parse(span.validFrom) > occurredAtMs) return false;
  return span.validTo === null || Date.parse(span.validTo) > occurredAtMs;
}

type Wanted = { serviceType: ServiceType; provider: string; model: string };

/** The model name of a price that holds for every model of its provider without a price of its own. */
export const ANY_MODEL = "*";

/**
 * The price version that holds at an instant: the model's own before the provider's general one, and of those in
 * force the one that began last; null is unpriced.
 */
export function selectProviderPrice<P extends ProviderPrice>(
  prices: readonly P[],
  wanted: Wanted,
  occurredAtMs: number,
): P | null {
  let chosen: P | null = null;
  for (const price of prices) {
    if (price.provider !== wanted.provider || price.serviceType !== wanted.serviceType) continue;
    if (price.model !== wanted.model && price.model !== ANY_MODEL) continue;
    if (!isInForce(price, occurredAtMs)) continue;
    const own = price.model !== ANY_MODEL;
    const chosenOwn = chosen !== null && chosen.model !== ANY_MODEL;
    const later = chosen === null || Date.parse(price.validFrom) > Date.parse(chosen.validFrom);
    if (own === chosenOwn ? later : own || chosen === null) chosen = price;
  }
  return chosen;
}
