import { withTenant } from "#db/tenant.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";

type Variable = { name: string };
export type FilledTemplate = {
  text: string;
  language: string;
  /** How WhatsApp is to send it; null where it has no approved template of this kind. */
  whatsapp: { name: string; language: string; parameters: string[]; category: string } | null;
};

/** Fills a text's `{{name}}` marks; throws `invalid` naming the first variable that has no value. */
export function fillMarks(text: string, variables: Record<string, string>): string {
  return text.replace(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined || value === "") {
      throw new AppError(
        "invalid",
        "templates.variable_missing",
        `The template's variable ${name} has no value.`,
      );
    }
    return value;
  });
}

/**
 * A template's text in a customer's language (the default's where there is no such variant) with every variable
 * filled. Nothing with a hole is ever sent. Throws `not_found` or `invalid`.
 */
export async function fillTemplate(
  tenantId: TenantId,
  input: { templateId: string; language: string | null; variables: Record<string, string> },
): Promise<FilledTemplate> {
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`
    select default_language, category, variants, variables, whatsapp_name, whatsapp_status from message_templates
    where tenant_id = ${tenantId} and id::text = ${input.templateId} and archived_at is null`,
  );
  const row = rows[0];
  if (!row) throw notFound("templates");
  const variants = row.variants as Record<string, string>;
  const fallback = String(row.default_language);
  const wanted = input.language ?? fallback;
  const language =
    [wanted, wanted.split("-")[0] ?? wanted, fallback].find((code) => Object.hasOwn(variants, code)) ??
    fallback;
  const text = variants[language];
  if (text === undefined)
    throw new AppError(
      "invalid",
      "templates.no_variant",
      "The template has no text in its default language.",
    );
  const declared = row.variables as Variable[];
  const approved = row.whatsapp_status === "approved" && row.whatsapp_name !== null;
  const whatsapp = approved
    ? {
        name: String(row.whatsapp_name),
        category: String(row.category),
        language,
        parameters: declared.map(({ name }) => input.variables[name] ?? ""),
      }
    : null;
  return { text: fillMarks(text, input.variables), language, whatsapp };
}
