import { z } from "zod";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { dayInput, instantInput } from "#domain/core/time-input.ts";
import { type Quantities, quantitiesInput, quantitiesProblem, quantityInput } from "./quantities.ts";
import { RECORD_TYPES, SERVICE_TYPES, type ServiceType } from "./service-type.ts";

/** A month as `YYYY-MM`. */
export const monthInput = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "Give a month such as 2025-01.");

const reportedInput = z.strictObject({
  idempotencyKey: text(200),
  type: z.enum(SERVICE_TYPES),
  provider: text(100).optional(),
  model: text(200).optional(),
  quantity: quantityInput,
  occurredAt: instantInput,
  conversationId: z.uuid().nullish(),
});

/** Usage that a program reports itself: text messages, e-mails, API calls… `voice` is counted in seconds. */
export const usageReportInput = z.strictObject({ records: z.array(reportedInput).min(1).max(1000) });

export type ReportedUsage = z.infer<typeof reportedInput>;

/** The quantities of reported usage: voice in seconds, everything else in units. */
export function reportedQuantities(type: ServiceType, quantity: number): Quantities {
  return type === "voice" ? { seconds: quantity } : { units: quantity };
}

const usageFilter = {
  day: dayInput.optional(),
  conversationId: z.uuid().optional(),
  messageId: z.uuid().optional(),
  type: z.enum(RECORD_TYPES).optional(),
  provider: text(100).optional(),
  model: text(200).optional(),
};

export const usageListInput = z.strictObject({ ...paging, ...usageFilter });
export const usageExportInput = z.strictObject({
  ...usageFilter,
  from: dayInput.optional(),
  to: dayInput.optional(),
});
export const usageDailyInput = z.strictObject({
  ...paging,
  from: dayInput.optional(),
  to: dayInput.optional(),
  day: dayInput.optional(),
  type: usageFilter.type,
  provider: usageFilter.provider,
  model: usageFilter.model,
});

/** One usage fact to be priced without being stored. */
export const pricePreviewInput = z
  .strictObject({
    tenantId: z.uuid(),
    serviceType: z.enum(SERVICE_TYPES),
    provider: text(100),
    model: text(200),
    occurredAt: instantInput.optional(),
    status: z.enum(["succeeded", "failed", "aborted"]).default("succeeded"),
    ownKey: z.boolean().optional(),
    quantities: quantitiesInput.optional(),
    usage: z.record(z.string(), z.json()).optional(),
  })
  .refine((input) => (input.quantities === undefined) !== (input.usage === undefined), {
    path: ["quantities"],
    message: "Give either quantities or the provider's own usage object.",
  })
  .superRefine(({ serviceType, quantities }, context) => {
    const problem = quantities && quantitiesProblem(serviceType, quantities);
    if (problem) context.addIssue({ code: "custom", path: ["quantities"], message: problem });
  });

export type PricePreview = z.infer<typeof pricePreviewInput>;
