import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";
import type { Actor } from "#server/trpc/context.ts";
import { readCustomer } from "./customer-view.ts";

const ERASED = "[erased]";

/** Takes a person's words and addresses out of every row that holds them; rows, times and amounts stay. */
async function eraseRows(tx: TenantTransaction, customerId: string): Promise<void> {
  const { tenantId } = tx;
  const talks = tx.sql`(select v.id from conversations v where v.tenant_id = ${tenantId} and v.customer_id = ${customerId})`;
  const said = tx.sql`(select m.id from messages m where m.tenant_id = ${tenantId} and m.conversation_id in ${talks})`;
  // The journal before the channel messages, which lead to it.
  await tx.sql`update webhook_journal set body = ''::bytea, headers = '{}' where tenant_id = ${tenantId} and id in (
    select cm.journal_id from channel_messages cm where cm.tenant_id = ${tenantId} and cm.message_id in ${said} and cm.journal_id is not null)`;
  await tx.sql`update channel_messages set raw = null, recipient = null where tenant_id = ${tenantId} and message_id in ${said}`;
  await tx.sql`delete from message_reactions where tenant_id = ${tenantId} and message_id in ${said}`;
  await tx.sql`update messages set content = ${ERASED}, payload = null where tenant_id = ${tenantId} and conversation_id in ${talks}`;
  await tx.sql`update conversation_notes set content = ${ERASED} where tenant_id = ${tenantId} and conversation_id in ${talks}`;
  await tx.sql`update ai_responses set output = null, error = null where tenant_id = ${tenantId} and conversation_id in ${talks}`;
  await tx.sql`update connector_logs set request = '{}', response = null, url = split_part(url, '?', 1)
    where tenant_id = ${tenantId} and conversation_id in ${talks}`;
  const runs = tx.sql`(select e.id from flow_executions e where e.tenant_id = ${tenantId} and e.conversation_id in ${talks})`;
  await tx.sql`update flow_execution_steps set input = '{}', output = null, variables_set = null
    where tenant_id = ${tenantId} and execution_id in ${runs}`;
  await tx.sql`update waitpoints set status = 'cancelled', resolved_at = now() where tenant_id = ${tenantId} and execution_id in ${runs}
    and status = 'waiting'`;
  await tx.sql`update flow_executions set variables = '{}', state = '{}',
      completed_at = case when status in ('running', 'waiting') then now() else completed_at end,
      outcome = case when status in ('running', 'waiting') then 'erased' else outcome end,
      status = case when status in ('running', 'waiting') then 'cancelled' else status end
    where tenant_id = ${tenantId} and conversation_id in ${talks}`;
  await tx.sql`update conversation_inbox set handled_at = now() where tenant_id = ${tenantId} and conversation_id in ${talks}
    and handled_at is null`;
  // Without an identity an ended conversation is reached by nobody, and the address is free for whoever has it later.
  await tx.sql`update conversations set last_message_preview = '', subject = null, identity_id = null, updated_at = now(),
      status = case when status in ('resolved', 'closed', 'archived') then status else 'closed' end,
      resolved_at = coalesce(resolved_at, now()), closed_by = coalesce(closed_by, 'erasure')
    where tenant_id = ${tenantId} and customer_id = ${customerId}`;
  await tx.sql`delete from customer_identities where tenant_id = ${tenantId} and customer_id = ${customerId}`;
}

/**
 * Erases a person: name, addresses, words, raw payloads, journalled requests, what runs and connectors remember. The
 * rows stay without them, and every usage record and amount stays as it was. It cannot be undone. Throws `not_found`.
 */
export async function eraseCustomer(actor: Actor, id: string) {
  const { tenantId } = actor;
  await withTenant(tenantId, async (tx) => {
    await readCustomer(tx, id, true);
    await eraseRows(tx, id);
    await tx.sql`update customers set name = ${ERASED}, email = null, phone = null, external_id = null, language = null, tags = '{}',
        custom_fields = '{}', status = 'erased', archived_at = now(), updated_at = now()
      where tenant_id = ${tenantId} and (id = ${id} or merged_into_id = ${id})`;
    await recordAudit(tx, actor, { action: "erase", subjectType: "customers", subjectId: id });
    await appendOutbox(tx, [{ tenantId, name: "customer.erased", payload: { customerId: id } }]);
  });
  wakeRelay();
  return { id, erased: true as const };
}
