import { z } from "zod";
import { type Amount, parseAmount } from "#domain/money/amount.ts";
import { type BillingCycle, cyclePeriod } from "./billing-cycle.ts";
import { dayStart, localDay } from "./time-zone.ts";

const interval = z.enum(["month", "year"]);
export type PlanInterval = z.infer<typeof interval>;

const when = z.enum(["now", "period_end"]);

export const subscriptionChangeInput = z.strictObject({
  planId: z.uuid(),
  interval: interval.optional().describe("The plan's own unless given."),
  at: when
    .default("now")
    .describe("A change now is billed by days; the day of change belongs to the new plan."),
});

export const subscriptionPatchInput = z.strictObject({ autoRenew: z.boolean() });

export const subscriptionCancelInput = z.strictObject({ at: when.default("period_end") });

export const planChangePreviewInput = subscriptionChangeInput.omit({ at: true });

/** What decides when a subscription's periods begin and end. */
export type Standing = {
  interval: PlanInterval;
  intervalCount: number;
  anchorDay: string;
  startedAt: string;
  trialEndsAt: string | null;
  status: string;
};

/** A subscription's cycle in whole months. */
export function cycleOf(standing: Pick<Standing, "interval" | "intervalCount" | "anchorDay">): BillingCycle {
  const months = (standing.interval === "year" ? 12 : 1) * standing.intervalCount;
  return { anchorDay: standing.anchorDay, months };
}

/** The running period as half-open instants: the trial while it lasts, else the cycle's. */
export function runningPeriod(
  standing: Standing,
  zone: string,
  nowMs: number,
): { start: string; end: string } {
  if (standing.status === "trialing" && standing.trialEndsAt !== null)
    return { start: standing.startedAt, end: standing.trialEndsAt };
  const { firstDay, endDay } = cyclePeriod(cycleOf(standing), localDay(zone, nowMs));
  const at = (day: string) => new Date(dayStart(zone, day)).toISOString();
  return { start: at(firstDay), end: at(endDay) };
}

/** What a period of a plan costs; a plan without a yearly price costs twelve months a year. */
export function planFee(
  plan: { monthlyPrice: string; yearlyPrice: string | null; intervalCount: number },
  chosen: PlanInterval,
): Amount {
  const monthly = parseAmount(plan.monthlyPrice);
  const yearly = plan.yearlyPrice === null ? monthly * 12n : parseAmount(plan.yearlyPrice);
  return (chosen === "year" ? yearly : monthly) * BigInt(plan.intervalCount);
}
