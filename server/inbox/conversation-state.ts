import type { TenantTransaction } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";

/** Tells live streams, webhooks and whoever else listens that something happened to a conversation. */
export function tellConversation(
  tx: TenantTransaction,
  name: string,
  conversationId: string,
): Promise<unknown> {
  const payload = JSON.stringify({ tenantId: tx.tenantId, conversationId });
  return tx.sql`insert into outbox (id, tenant_id, name, payload) values (${newId()}, ${tx.tenantId}, ${name}, ${payload})`;
}

/** Resolves a conversation; who did it and when stay readable. Again changes nothing. */
export function resolveConversation(
  tx: TenantTransaction,
  input: { conversationId: string; by: string; now: string },
): Promise<unknown> {
  return Promise.all([
    tx.sql`update conversations set status = 'resolved', resolved_at = ${input.now}, closed_by = ${input.by}, updated_at = now()
      where tenant_id = ${tx.tenantId} and id = ${input.conversationId} and status not in ('resolved', 'closed', 'archived')`,
    tellConversation(tx, "conversation.resolved", input.conversationId),
  ]);
}

/** Gives a conversation to people: escalated, out of the bot's hands, with the reason on top of the thread. */
export function handOffConversation(
  tx: TenantTransaction,
  input: { conversationId: string; reason: string; now: string },
): Promise<unknown> {
  return Promise.all([
    tx.sql`update conversations set status = 'escalated', handler = 'agent', handoff_reason = ${input.reason}, updated_at = now()
      where tenant_id = ${tx.tenantId} and id = ${input.conversationId} and status not in ('closed', 'archived')`,
    tellConversation(tx, "conversation.escalated", input.conversationId),
  ]);
}

/** The kind of timer a snoozed conversation has. */
export const SNOOZE_TIMER = "conversation.wake";

/**
 * Opens a snoozed conversation again, because its time has come or its customer wrote; tells who watches and writes the
 * audit log. One that is not snoozed, or by now until later than `dueAt`, stays as it is. One statement.
 */
export function wakeConversation(
  tx: TenantTransaction,
  input: { conversationId: string; by: "time" | "customer"; dueAt: string | null },
): Promise<unknown> {
  const { tenantId } = tx;
  const { conversationId, by, dueAt } = input;
  const live = JSON.stringify({ tenantId, conversationId });
  return tx.sql`
    with woken as (
      update conversations set status = 'open', snoozed_until = null, updated_at = now()
      where tenant_id = ${tenantId} and id = ${conversationId} and status = 'snoozed'
        and (${dueAt}::timestamptz is null or snoozed_until is null or snoozed_until <= ${dueAt}::timestamptz)
      returning id
    ), told as (
      insert into outbox (id, tenant_id, name, payload)
      select ${newId()}, ${tenantId}, 'conversation.status_changed', ${live} from woken
    )
    insert into audit_log (tenant_id, id, actor_type, action, subject_type, subject_id, before, after, occurred_at)
    select ${tenantId}, ${newId()}, ${by === "time" ? "system" : "customer"}, 'wake', 'conversations', id::text,
      ${JSON.stringify({ status: "snoozed" })}, ${JSON.stringify({ status: "open", by })}, now() from woken`.execute();
}
