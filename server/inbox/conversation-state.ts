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
