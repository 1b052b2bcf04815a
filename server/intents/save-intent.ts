import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import type { intentCreate, intentPatch } from "#domain/ai/intent-input.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { aiCatalogueChanged, getAiCatalogue } from "#server/ai/ai-catalogue.ts";
import { classifierOf } from "#server/providers/ai/offline.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import type { Actor } from "#server/trpc/context.ts";

type Row = Record<string, unknown>;

function view(row: Row) {
  const matches = Number(row.match_count);
  const mean = matches === 0 ? null : Number(row.confidence_sum) / matches;
  return {
    id: String(row.id),
    name: String(row.name),
    description: String(row.description),
    examples: row.examples as string[],
    threshold: Number(row.threshold),
    active: Boolean(row.active),
    matchCount: matches,
    meanConfidence: mean === null ? null : Math.round(mean * 100_000) / 100_000,
    lastMatchedAt: (row.last_matched_at as string | null) ?? null,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

function onDuplicate(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new AppError("conflict", "intents.name_taken", "name: there is an intent of this name already.");
  }
  throw error;
}

/** A tenant's intents by name. */
export async function listIntents(actor: Actor, input: { limit: number; cursor?: string | undefined }) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    select * from intents where tenant_id = ${actor.tenantId} and archived_at is null and (${after}::text is null or name > ${after})
    order by name limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.name)], view);
}

/** One intent. Throws `not_found`. */
export async function getIntent(actor: Actor, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    select * from intents where tenant_id = ${actor.tenantId} and id = ${id} and archived_at is null`,
  );
  if (!rows[0]) throw notFound("intents");
  return view(rows[0]);
}

/** Adds an intent; its examples are known from the next message on. */
export async function createIntent(actor: Actor, input: z.output<typeof intentCreate>) {
  const { tenantId } = actor;
  const row = await withTenant(tenantId, async (tx) => {
    const rows = await tx.sql<
      Row[]
    >`insert into intents (tenant_id, id, name, description, examples, threshold, active)
      values (${tenantId}, ${newId()}, ${input.name}, ${input.description}, ${input.examples}, ${input.threshold}, ${input.active}) returning *`;
    await recordAudit(tx, actor, {
      action: "create",
      subjectType: "intents",
      subjectId: String(rows[0]?.id),
      after: { name: input.name },
    });
    return rows[0] as Row;
  }).catch(onDuplicate);
  aiCatalogueChanged(tenantId);
  return view(row);
}

/** Changes what is named of an intent. */
export async function updateIntent(actor: Actor, id: string, change: z.output<typeof intentPatch>) {
  const { tenantId } = actor;
  const before = await getIntent(actor, id);
  const next = { ...before, ...change };
  const row = await withTenant(tenantId, async (tx) => {
    const rows = await tx.sql<
      Row[]
    >`update intents set name = ${next.name}, description = ${next.description}, examples = ${next.examples},
      threshold = ${next.threshold}, active = ${next.active}, updated_at = now()
      where tenant_id = ${tenantId} and id = ${id} and archived_at is null returning *`;
    await recordAudit(tx, actor, {
      action: "update",
      subjectType: "intents",
      subjectId: id,
      after: { changed: Object.keys(change) },
    });
    return rows[0];
  }).catch(onDuplicate);
  if (!row) throw notFound("intents");
  aiCatalogueChanged(tenantId);
  return view(row);
}

/** Takes an intent out of service. */
export async function archiveIntent(actor: Actor, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
    update intents set archived_at = now(), active = false where tenant_id = ${actor.tenantId} and id = ${id} and archived_at is null returning *`,
  );
  if (!rows[0]) throw notFound("intents");
  aiCatalogueChanged(actor.tenantId);
  return view(rows[0]);
}

/** Tries a sentence on the offline classifier, without a model and without cost. */
export async function classifyText(actor: Actor, words: string) {
  aiCatalogueChanged(actor.tenantId);
  const { intents } = await getAiCatalogue(actor.tenantId);
  const { scores } = classifierOf(intents).classify(words);
  const best = scores[0];
  const known = intents.find((intent) => intent.name === best?.name);
  const taken = best && known && best.confidence >= known.threshold ? best.name : null;
  return { intent: taken, confidence: best?.confidence ?? 0, scores };
}
