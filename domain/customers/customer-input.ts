import { z } from "zod";
import { paging } from "#domain/core/paging.ts";
import { jsonValue, text } from "#domain/core/text.ts";
import { looksLikePhone } from "./looks-like-phone.ts";

const shape = {
  name: text(300),
  email: text(320).nullable().optional(),
  phone: text(40)
    .refine(looksLikePhone, "a phone number such as +12025550142")
    .nullable()
    .optional()
    .describe("Kept as E.164 where it can be read as a phone number."),
  externalId: text(200).nullable().optional().describe("The customer's id in your own system."),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/, "a language code such as en or pt-BR")
    .nullable()
    .optional(),
  tags: z.array(text(80)).max(50).optional(),
  customFields: z.record(z.string().min(1).max(80), jsonValue).optional(),
  status: z.enum(["active", "blocked"]).optional(),
};

export const customerCreate = z.strictObject(shape);
export const customerPatch = z.strictObject({ ...shape, name: shape.name.optional() });
export const customerList = z.strictObject({
  ...paging,
  search: text(200).optional().describe("Part of the name, the e-mail address or the phone number."),
});
export const customerMerge = z.strictObject({
  id: z.uuid().describe("The customer that stays."),
  fromCustomerId: z.uuid().describe("The customer whose conversations and addresses move."),
});
export type CustomerPatch = z.output<typeof customerPatch>;
