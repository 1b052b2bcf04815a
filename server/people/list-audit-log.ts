import { withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import type { Actor } from "#server/trpc/context.ts";
import { memberNames } from "./member-names.ts";

type Input = {
  limit: number;
  cursor?: string | undefined;
  subjectType?: string | undefined;
  subjectId?: string | undefined;
  action?: string | undefined;
};

/** Who did what in the workspace, the newest first. */
export async function listAuditLog(actor: Actor, input: Input) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const { subjectType, subjectId, action } = input;
  const [rows, names] = await Promise.all([
    withTenant(actor.tenantId, (tx) => {
      let where = tx.sql`tenant_id = ${tx.tenantId}`;
      if (subjectType) where = tx.sql`${where} and subject_type = ${subjectType}`;
      if (subjectId) where = tx.sql`${where} and subject_id = ${subjectId}`;
      if (action) where = tx.sql`${where} and action = ${action}`;
      if (after) where = tx.sql`${where} and id < ${after}::uuid`;
      return tx.sql`select * from audit_log where ${where} order by id desc limit ${input.limit + 1}`;
    }),
    memberNames(actor.tenantId),
  ]);
  return toPage(
    rows,
    input.limit,
    (row) => [String(row.id)],
    (row) => entryView(row, names),
  );
}

/** One entry of the audit log. Throws `not_found`. */
export async function getAuditEntry(actor: Actor, id: string) {
  const [rows, names] = await Promise.all([
    withTenant(
      actor.tenantId,
      (tx) => tx.sql`select * from audit_log where tenant_id = ${tx.tenantId} and id = ${id}`,
    ),
    memberNames(actor.tenantId),
  ]);
  if (!rows[0]) throw notFound("audit_log");
  return entryView(rows[0], names);
}

function entryView(row: Record<string, unknown>, names: ReadonlyMap<string, string>) {
  return {
    id: String(row.id),
    actorType: String(row.actor_type),
    actorId: (row.actor_id as string | null) ?? null,
    actorName: names.get(String(row.actor_id)) ?? null,
    action: String(row.action),
    subjectType: String(row.subject_type),
    subjectId: (row.subject_id as string | null) ?? null,
    before: row.before ?? null,
    after: row.after ?? null,
    ip: (row.ip as string | null) ?? null,
    userAgent: (row.user_agent as string | null) ?? null,
    occurredAt: String(row.occurred_at),
  };
}
