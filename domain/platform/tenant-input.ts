import { z } from "zod";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { INSTANT_WANTED } from "#domain/core/time-input.ts";
import { currencyInput, nonNegativeDecimalInput } from "#domain/money/money-input.ts";

const timezone = text(60).refine(
  (zone) => {
    try {
      new Intl.DateTimeFormat("en", { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  },
  { error: "is not a time zone such as America/New_York" },
);

export const tenantCreate = z.strictObject({
  name: text(200),
  slug: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "small letters, digits and hyphens, as in an address"),
  sandbox: z.boolean().default(false).describe("A sandbox tenant's clock can be set."),
  currency: currencyInput.default("USD"),
  timezone: timezone.default("UTC"),
  planId: z.uuid().nullable().optional(),
  website: text(300).nullable().optional(),
  taxRatePercent: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,4})?$/, "a percentage such as 10 or 8.25")
    .optional(),
  owner: z.strictObject({
    email: z.email().max(320),
    name: text(200),
    password: text(200, 10).optional(),
  }),
});

/** What staff may change about a tenant. */
export const tenantPatch = z.strictObject({
  id: z.uuid(),
  aiMonthlyBudget: nonNegativeDecimalInput
    .nullish()
    .describe("What AI may come to in a month at most, in the tenant's currency; null for no budget."),
});

export const tenantList = z.strictObject({
  ...paging,
  status: z.enum(["trial", "active", "suspended", "cancelled"]).optional(),
  search: text(200).optional().describe("Part of the name or the slug."),
});

export const testClock = z.strictObject({
  id: z.uuid(),
  now: z.iso
    .datetime({ offset: true, error: INSTANT_WANTED })
    .describe("What the tenant's clock shows from now on; everything then due happens."),
});
