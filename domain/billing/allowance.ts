import { z } from "zod";
import { divideHalfUp } from "#domain/core/decimal.ts";
import { type Amount, parseAmount } from "#domain/money/amount.ts";
import { nonNegativeDecimalInput } from "#domain/money/money-input.ts";
import { quantityInput } from "./quantities.ts";
import type { ServiceType } from "./service-type.ts";

/** Units a plan covers each month, by kind; `credit` is money in the plan's currency for what they do not cover. */
export const includedInput = z.strictObject({
  tokens: quantityInput.optional(),
  voiceMinutes: quantityInput.optional(),
  sms: quantityInput.optional(),
  emails: quantityInput.optional(),
  apiCalls: quantityInput.optional(),
  messages: quantityInput.optional(),
  credit: nonNegativeDecimalInput.optional(),
});

export type Included = z.infer<typeof includedInput>;
export type AllowanceKind = Exclude<keyof Included, "credit">;

const KIND_OF: Partial<Record<ServiceType, AllowanceKind>> = {
  token: "tokens",
  voice: "voiceMinutes",
  sms: "sms",
  email: "emails",
  api_call: "apiCalls",
  message: "messages",
};

/** Which allowance a service type draws on, or null. */
export function allowanceKind(serviceType: ServiceType): AllowanceKind | null {
  return KIND_OF[serviceType] ?? null;
}

/** The included units of a kind as a scaled quantity in the unit usage is recorded in (voice: seconds). */
export function includedQuantity(included: Included, kind: AllowanceKind): Amount {
  const units = parseAmount(included[kind] ?? 0);
  return kind === "voiceMinutes" ? units * 60n : units;
}

/** How much of a call what is left of an allowance covers, and the price of the rest (half-up at 12 decimals). */
export function coverUsage(
  quantity: Amount,
  price: Amount,
  left: Amount,
): { covered: Amount; billablePrice: Amount } {
  const covered = left <= 0n || quantity <= 0n ? 0n : quantity < left ? quantity : left;
  if (covered === 0n) return { covered, billablePrice: price };
  return { covered, billablePrice: divideHalfUp(price * (quantity - covered), quantity) };
}

/** What is left of the money credit takes of a price; nothing of a price below 0. */
export function drawCredit(price: Amount, left: Amount): Amount {
  if (left <= 0n || price <= 0n) return 0n;
  return price < left ? price : left;
}
