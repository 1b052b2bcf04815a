import { z } from "zod";
import { multiplyRatio, parseDecimal } from "#domain/core/decimal.ts";
import { text } from "#domain/core/text.ts";
import { type Amount, parseAmount, ratioFromAmount } from "#domain/money/amount.ts";
import { nonNegativeDecimalInput } from "#domain/money/money-input.ts";
import { PERIODS } from "./period.ts";
import { SERVICE_TYPES, type ServiceType } from "./service-type.ts";

const QUOTA_ACTIONS = ["pause", "notify", "throttle", "fallback_model"] as const;
type QuotaAction = (typeof QUOTA_ACTIONS)[number];

export const USAGE_COUNTS = ["recorded", "billable"] as const;

const emails = z.array(z.email()).max(50);

const shape = {
  name: text(200),
  /** One service type, or `all`. */
  type: z.enum(["all", ...SERVICE_TYPES]),
  measure: z.enum(["money", "quantity"]),
  period: z.enum(PERIODS),
  limit: nonNegativeDecimalInput,
  warnPercent: nonNegativeDecimalInput.refine(
    (text) => Number(text) > 0 && Number(text) <= 100,
    "Above 0, at most 100.",
  ),
  onExceed: z.enum(QUOTA_ACTIONS),
  fallbackModel: text(200).nullish(),
  pauseMessage: text(2000, 0).nullish(),
  notifyEmails: emails,
  counts: z.enum(USAGE_COUNTS),
  enabled: z.boolean(),
};

export const quotaInput = z
  .strictObject({
    ...shape,
    type: shape.type.default("all"),
    measure: shape.measure.default("money"),
    period: shape.period.default("monthly"),
    warnPercent: shape.warnPercent.default("80"),
    onExceed: shape.onExceed.default("pause"),
    notifyEmails: emails.default([]),
    counts: shape.counts.default("recorded"),
    enabled: z.boolean().default(true),
  })
  .refine((quota) => quota.onExceed !== "fallback_model" || !!quota.fallbackModel, {
    path: ["fallbackModel"],
    message: "Name the model to fall back to.",
  });

export const quotaPatchInput = z.strictObject(shape).partial();

/** A quota's rule and its running state; `limit`, `used` and `reserved` are money or a quantity, scaled alike. */
export type QuotaState = {
  id: string;
  serviceType: ServiceType | null;
  /** `requests`: calls that did not fail. */
  measure: "money" | "quantity" | "requests";
  limit: Amount;
  warnPercent: string;
  onExceed: QuotaAction;
  fallbackModel: string | null;
  counts: "recorded" | "billable";
  used: Amount;
  reserved: Amount;
  warned: boolean;
  /** A call was refused or the limit reached; it holds until there is room for what was refused. */
  exceeded: boolean;
  /** What the refused call would have taken; null where the limit itself was reached. */
  refused: Amount | null;
};

/** What a call is expected to use: price in the tenant's currency, and units. */
export type UsageEstimate = { amount: Amount; quantity: Amount };

export type QuotaAdvice = {
  action: Exclude<QuotaAction, "pause">;
  quotaId: string;
  fallbackModel: string | null;
};

export type Admission =
  | { admitted: true; quotaIds: string[]; advice: QuotaAdvice | null }
  | { admitted: false; quotaId: string };

/** Whether a quota counts usage of a service type. */
export function quotaCovers(quota: QuotaState, serviceType: ServiceType): boolean {
  return quota.serviceType === null || quota.serviceType === serviceType;
}

function shareOf(quota: QuotaState, estimate: UsageEstimate): Amount {
  if (quota.measure === "requests") return ONE;
  return quota.measure === "money" ? estimate.amount : estimate.quantity;
}

const ONE = parseAmount("1");

/** Whether a call fits: it may fill the quota to the brim; nothing, not even a free call, enters a full one. */
function fits(quota: Pick<QuotaState, "limit" | "used" | "reserved">, share: Amount): boolean {
  const taken = quota.used + quota.reserved;
  return share === 0n ? taken < quota.limit : taken + share <= quota.limit;
}

/**
 * Whether an exceeded quota has room again for what it refused: only calls in flight were in the way, and they took
 * less than was set aside for them. A smaller call that would fit is no room.
 */
export function hasRoomAgain(quota: Pick<QuotaState, "limit" | "used" | "reserved" | "refused">): boolean {
  return quota.refused !== null && fits(quota, quota.refused);
}

/**
 * Decides one call against all quotas of a tenant and books its estimate into `reserved` of each that counts it.
 * A `pause` quota without room refuses, and goes on refusing while it is exceeded, also what is small enough to
 * fit: a paused service is paused. The other actions admit with advice.
 */
export function admitCall(
  quotas: QuotaState[],
  serviceType: ServiceType,
  estimate: UsageEstimate,
): Admission {
  const counting = quotas.filter((quota) => quotaCovers(quota, serviceType));
  for (const quota of counting) if (quota.exceeded && hasRoomAgain(quota)) lift(quota);
  const full = counting.filter((quota) => quota.exceeded || !fits(quota, shareOf(quota, estimate)));
  for (const quota of full) {
    if (quota.exceeded) continue;
    quota.exceeded = true;
    quota.refused = quota.used < quota.limit ? shareOf(quota, estimate) : null;
  }
  const pausing = full.find((quota) => quota.onExceed === "pause");
  if (pausing) return { admitted: false, quotaId: pausing.id };
  for (const quota of counting) quota.reserved += shareOf(quota, estimate);
  const advising = full.find((quota) => quota.onExceed === "fallback_model") ?? full[0];
  const advice =
    advising && advising.onExceed !== "pause"
      ? { action: advising.onExceed, quotaId: advising.id, fallbackModel: advising.fallbackModel }
      : null;
  return { admitted: true, quotaIds: counting.map((quota) => quota.id), advice };
}

function lift(quota: QuotaState): void {
  quota.exceeded = false;
  quota.refused = null;
}

/** Gives a reservation's estimate back to the quotas it was booked into. */
export function releaseEstimate(
  quotas: QuotaState[],
  quotaIds: readonly string[],
  estimate: UsageEstimate,
): void {
  for (const quota of quotas) {
    if (!quotaIds.includes(quota.id)) continue;
    const left = quota.reserved - shareOf(quota, estimate);
    quota.reserved = left < 0n ? 0n : left;
  }
}

export type CountedUsage = {
  serviceType: ServiceType;
  clientPrice: Amount;
  billablePrice: Amount;
  quantity: Amount;
  /** A failed call is no request that counts. */
  failed?: boolean;
};

/** Counts a committed record in full, above the limit too. Says whether the warning mark or the limit was reached. */
export function countUsage(quota: QuotaState, usage: CountedUsage): { warned: boolean; exceeded: boolean } {
  const price = quota.counts === "billable" ? usage.billablePrice : usage.clientPrice;
  if (quota.measure === "requests") quota.used += usage.failed ? 0n : ONE;
  else quota.used += quota.measure === "money" ? price : usage.quantity;
  const warned = !quota.warned && reaches(quota.used, quota.limit, quota.warnPercent);
  const exceeded = !quota.exceeded && quota.used >= quota.limit && quota.used > 0n;
  if (warned) quota.warned = true;
  if (exceeded) quota.exceeded = true;
  // Nothing in flight stands in the way any more: only a new period, a higher limit or payment brings room.
  if (quota.used >= quota.limit) quota.refused = null;
  return { warned, exceeded };
}

/** Whether `value` is at least `percent` per cent of `whole`. */
export function reaches(value: Amount, whole: Amount, percent: string): boolean {
  const mark = multiplyRatio(ratioFromAmount(whole), parseDecimal(percent));
  const reached = ratioFromAmount(value * 100n);
  return reached.n * mark.d >= mark.n * reached.d;
}
