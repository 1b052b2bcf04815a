import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { type templateCreate, type templatePatch, templateProblems } from "#domain/inbox/template-input.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import type { Actor } from "#server/trpc/context.ts";

type Row = Record<string, unknown>;

function view(row: Row) {
  return {
    id: String(row.id),
    name: String(row.name),
    category: String(row.category) as z.output<typeof templateCreate>["category"],
    defaultLanguage: String(row.default_language),
    variants: row.variants as Record<string, string>,
    variables: row.variables as z.output<typeof templateCreate>["variables"],
    whatsappName: (row.whatsapp_name as string | null) ?? null,
    whatsappStatus: String(row.whatsapp_status) as z.output<typeof templateCreate>["whatsappStatus"],
    usageCount: Number(row.usage_count),
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

function onDuplicate(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new AppError("conflict", "templates.name_taken", "name: there is a template of this name already.");
  }
  throw error;
}

function requireSound(template: Parameters<typeof templateProblems>[0]): void {
  const [problem] = templateProblems(template);
  if (problem) throw new AppError("invalid", "templates.invalid", problem);
}

/** A tenant's templates, newest first. */
export async function listTemplates(actor: Actor, input: { limit: number; cursor?: string | undefined }) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    select * from message_templates where tenant_id = ${actor.tenantId} and archived_at is null and (${after}::uuid is null or id < ${after}::uuid)
    order by id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], view);
}

/** One template. Throws `not_found`. */
export async function getTemplate(actor: Actor, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    select * from message_templates where tenant_id = ${actor.tenantId} and id = ${id} and archived_at is null`,
  );
  if (!rows[0]) throw notFound("templates");
  return view(rows[0]);
}

/** Adds a template. Every mark in every language must be a declared variable. */
export async function createTemplate(actor: Actor, input: z.output<typeof templateCreate>) {
  requireSound(input);
  const { tenantId } = actor;
  const row = await withTenant(tenantId, async (tx) => {
    const rows = await tx.sql<Row[]>`
      insert into message_templates (tenant_id, id, name, category, default_language, variants, variables, whatsapp_name, whatsapp_status)
      values (${tenantId}, ${newId()}, ${input.name}, ${input.category}, ${input.defaultLanguage}, ${JSON.stringify(input.variants)},
        ${JSON.stringify(input.variables)}, ${input.whatsappName}, ${input.whatsappStatus}) returning *`;
    await recordAudit(tx, actor, {
      action: "create",
      subjectType: "templates",
      subjectId: String(rows[0]?.id),
      after: { name: input.name },
    });
    return rows[0] as Row;
  }).catch(onDuplicate);
  return view(row);
}

/** Changes what is named of a template. */
export async function updateTemplate(actor: Actor, id: string, change: z.output<typeof templatePatch>) {
  const next = { ...(await getTemplate(actor, id)), ...change };
  requireSound(next);
  const { tenantId } = actor;
  const rows = await withTenant(tenantId, async (tx) => {
    await recordAudit(tx, actor, {
      action: "update",
      subjectType: "templates",
      subjectId: id,
      after: { changed: Object.keys(change) },
    });
    return tx.sql<Row[]>`
      update message_templates set name = ${next.name}, category = ${next.category}, default_language = ${next.defaultLanguage},
        variants = ${JSON.stringify(next.variants)}, variables = ${JSON.stringify(next.variables)}, whatsapp_name = ${next.whatsappName},
        whatsapp_status = ${next.whatsappStatus}, updated_at = now() where tenant_id = ${tenantId} and id = ${id} returning *`;
  }).catch(onDuplicate);
  return view(rows[0] as Row);
}

/** Takes a template out of service. */
export async function archiveTemplate(actor: Actor, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    update message_templates set archived_at = now() where tenant_id = ${actor.tenantId} and id = ${id} and archived_at is null returning *`,
  );
  if (!rows[0]) throw notFound("templates");
  return view(rows[0]);
}
