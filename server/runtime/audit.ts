import type { TenantTransaction } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";

type Who = {
  principal: { kind: string; userId?: string; keyId?: string };
  ip: string | null;
  userAgent: string | null;
};

export type AuditEntry = {
  action: string;
  subjectType: string;
  subjectId?: string;
  before?: unknown;
  after?: unknown;
};

const asJson = (value: unknown) => (value === undefined ? null : JSON.stringify(value));

/** Appends who did what to the audit log, in the deed's own transaction. Never pass secrets in before/after. */
export async function recordAudit(tx: TenantTransaction, who: Who, entry: AuditEntry): Promise<void> {
  const { principal } = who;
  await tx.sql`insert into audit_log
    (tenant_id, id, actor_type, actor_id, action, subject_type, subject_id, before, after, ip, user_agent, occurred_at)
    values (${tx.tenantId}, ${newId()}, ${principal.kind}, ${principal.userId ?? principal.keyId ?? null},
      ${entry.action}, ${entry.subjectType}, ${entry.subjectId ?? null}, ${asJson(entry.before)}, ${asJson(entry.after)},
      ${who.ip}, ${who.userAgent}, now())`;
}
