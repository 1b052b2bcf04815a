import { withTenant } from "#db/tenant.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import type { Actor } from "#server/trpc/context.ts";
import { customerView, readCustomer } from "./customer-view.ts";

/** Everything the workspace holds about one customer, in one answer; that it was read is itself in the audit log. */
export async function exportCustomer(actor: Actor, id: string) {
  return withTenant(actor.tenantId, async (tx) => {
    const { tenantId } = tx;
    const customer = customerView(await readCustomer(tx, id));
    const mine = tx.sql`(select v.id from conversations v where v.tenant_id = ${tenantId} and v.customer_id = ${id})`;
    const [identities, conversations, messages, notes, runs, usage] = await Promise.all([
      tx.sql`select id, channel_id as "channelId", address, scoped_user_id as "scopedUserId", display_name as "displayName",
        created_at as "createdAt" from customer_identities where tenant_id = ${tenantId} and customer_id = ${id} order by id`,
      tx.sql`select id, channel_id as "channelId", subject, status, handler, started_at as "startedAt", resolved_at as "resolvedAt",
        message_count as "messageCount", client_price::text as "clientPrice"
        from conversations where tenant_id = ${tenantId} and customer_id = ${id} order by id`,
      tx.sql`select id, conversation_id as "conversationId", role, format, content, payload, status, intent, sent_at as "sentAt"
        from messages where tenant_id = ${tenantId} and conversation_id in ${mine} order by conversation_id, position`,
      tx.sql`select id, conversation_id as "conversationId", author_label as "author", content, created_at as "createdAt"
        from conversation_notes where tenant_id = ${tenantId} and conversation_id in ${mine} order by id`,
      tx.sql`select id, flow_id as "flowId", conversation_id as "conversationId", status, variables, started_at as "startedAt"
        from flow_executions where tenant_id = ${tenantId} and conversation_id in ${mine} order by id`,
      tx.sql`select id, conversation_id as "conversationId", service_type as "type", provider, model, client_price::text as "clientPrice",
        occurred_at as "occurredAt" from usage_breakdown where tenant_id = ${tenantId} and conversation_id in ${mine} order by occurred_at, id`,
    ]);
    await recordAudit(tx, actor, { action: "export", subjectType: "customers", subjectId: id });
    return {
      exportedAt: new Date().toISOString(),
      customer,
      identities: [...identities],
      conversations: [...conversations],
      messages: [...messages],
      notes: [...notes],
      runs: [...runs],
      usage: [...usage],
    };
  });
}
