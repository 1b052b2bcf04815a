import { z } from "zod";
import { compareRatio, parseDecimal } from "#domain/core/decimal.ts";
import { text } from "#domain/core/text.ts";
import type { Amount } from "#domain/money/amount.ts";
import { decimalInput, positiveDecimalInput } from "#domain/money/money-input.ts";
import { PERIODS } from "./period.ts";
import { reaches, USAGE_COUNTS } from "./quota.ts";
import { SERVICE_TYPES, type ServiceType } from "./service-type.ts";

const mark = decimalInput.refine(
  (text) => Number(text) > 0 && Number(text) <= 1000,
  "Above 0, at most 1000 per cent.",
);

const shape = {
  name: text(200),
  type: z.enum(["all", ...SERVICE_TYPES]),
  period: z.enum(PERIODS),
  budget: positiveDecimalInput,
  marks: z
    .array(mark)
    .min(1)
    .max(20)
    .transform((marks) => [...new Set(marks)].sort((a, b) => compareRatio(parseDecimal(a), parseDecimal(b)))),
  emails: z.array(z.email()).max(50),
  emailEnabled: z.boolean(),
  counts: z.enum(USAGE_COUNTS),
  enabled: z.boolean(),
};

export const costAlertInput = z.strictObject({
  ...shape,
  type: shape.type.default("all"),
  period: shape.period.default("monthly"),
  marks: shape.marks.default(["50", "80", "90", "100"]),
  emails: shape.emails.default([]),
  emailEnabled: z.boolean().default(true),
  counts: shape.counts.default("recorded"),
  enabled: z.boolean().default(true),
});

export const costAlertPatchInput = z.strictObject(shape).partial();

/** An alert's budget and marks (ascending per cents) with what was spent and the highest mark passed. */
export type AlertState = {
  id: string;
  serviceType: ServiceType | null;
  budget: Amount;
  marks: string[];
  counts: "recorded" | "billable";
  spent: Amount;
  passedMark: string;
};

/** The highest mark that an amount reaches, "0" when none. */
export function highestMark(marks: readonly string[], budget: Amount, spent: Amount): string {
  return marks.filter((mark) => reaches(spent, budget, mark)).at(-1) ?? "0";
}

/**
 * Counts one record's price and returns the marks it crossed, ascending. A mark is crossed once a period: those up
 * to `passedMark` never come again until the state is armed anew.
 */
export function countSpend(alert: AlertState, price: Amount): string[] {
  alert.spent += price;
  const passed = parseDecimal(alert.passedMark);
  const crossed = alert.marks.filter(
    (mark) => compareRatio(parseDecimal(mark), passed) > 0 && reaches(alert.spent, alert.budget, mark),
  );
  alert.passedMark = crossed.at(-1) ?? alert.passedMark;
  return crossed;
}
