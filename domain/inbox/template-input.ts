import { z } from "zod";
import { text } from "#domain/core/text.ts";

const variable = z.strictObject({
  name: z.string().regex(/^[A-Za-z_]\w{0,63}$/, "letters, digits and _ only"),
  type: z.enum(["string", "number", "date", "money"]).default("string"),
  sample: text(200, 0).default(""),
});

const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/, "a language code such as en or pt-BR");

const shape = {
  name: text(120),
  category: z.enum(["utility", "marketing", "authentication"]),
  defaultLanguage: language,
  variants: z.record(language, text(1024)),
  variables: z.array(variable).max(20),
  whatsappName: text(512).nullable(),
  whatsappStatus: z.enum(["none", "pending", "approved", "rejected"]),
};

export const templateCreate = z.strictObject({
  ...shape,
  category: shape.category.default("utility"),
  defaultLanguage: shape.defaultLanguage.default("en"),
  variables: shape.variables.default([]),
  whatsappName: shape.whatsappName.default(null),
  whatsappStatus: shape.whatsappStatus.default("none"),
});
export const templatePatch = z.strictObject(shape).partial();

/** Marks in any variant that no declared variable fills, and a default language without a text. */
export function templateProblems(template: {
  defaultLanguage: string;
  variants: Record<string, string>;
  variables: { name: string }[];
}): string[] {
  const declared = new Set(template.variables.map((one) => one.name));
  const problems = Object.entries(template.variants).flatMap(([code, content]) =>
    [...content.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)].flatMap((mark) =>
      declared.has(mark[1] ?? "") ? [] : [`variants.${code}: the variable ${mark[1]} is not declared.`],
    ),
  );
  return Object.hasOwn(template.variants, template.defaultLanguage)
    ? problems
    : [`variants: there is no text in the default language ${template.defaultLanguage}.`, ...problems];
}
