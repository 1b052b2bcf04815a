import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { nonNegativeDecimalInput } from "#domain/money/money-input.ts";
import { TAX_MODES } from "./invoice.ts";

const percent = z.string().regex(/^(100|\d{1,2}(\.\d{1,4})?)$/, "a percentage such as 10 or 8.25");

/** What AI may come to in a month at most, in the tenant's currency; null for no budget. */
export const aiMonthlyBudget = nonNegativeDecimalInput;

/** What a workspace says about its own bills. */
export const billingProfilePatch = z.strictObject({
  billingEmail: z.email().max(320).optional(),
  billingAddress: text(1000).nullish(),
  taxId: text(50).nullish(),
  aiMonthlyBudget: aiMonthlyBudget.nullish(),
});

/** What staff agree with a workspace; it counts from the next invoice on. */
export const billingTermsPatch = z.strictObject({
  id: z.uuid(),
  taxRatePercent: percent.optional(),
  taxMode: z.enum(TAX_MODES).optional(),
  discountPercent: percent.optional(),
});
