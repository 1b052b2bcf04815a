import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { TAX_MODES } from "./invoice.ts";

const percent = z.string().regex(/^(100|\d{1,2}(\.\d{1,4})?)$/, "a percentage such as 10 or 8.25");

/** What a workspace says about its own bills. */
export const billingProfilePatch = z.strictObject({
  billingEmail: z.email().max(320).optional(),
  billingAddress: text(1000).nullish(),
  taxId: text(50).nullish(),
});

/** What staff agree with a workspace; it counts from the next invoice on. */
export const billingTermsPatch = z.strictObject({
  id: z.uuid(),
  taxRatePercent: percent.optional(),
  taxMode: z.enum(TAX_MODES).optional(),
  discountPercent: percent.optional(),
});
