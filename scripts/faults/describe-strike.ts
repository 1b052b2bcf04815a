import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";

/** What is known of the conversation that a kill struck: ids from the wire, or the customer's phone or marker. */
export type StrikeTrace = { ids: string[]; phone: string | null };

type Row = Record<string, unknown>;

async function conversationOf(tenantId: TenantId, { ids, phone }: StrikeTrace): Promise<string | null> {
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`
    select v.id from conversations v join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
    where v.id = any(${ids}::uuid[]) or c.phone = ${phone === null ? null : `+${phone}`}
    union all select conversation_id from flow_executions where id = any(${ids}::uuid[])
    union all select conversation_id from ai_responses where id = any(${ids}::uuid[])
    union all select m.conversation_id from channel_messages cm join messages m on m.tenant_id = cm.tenant_id and m.id = cm.message_id
      where cm.id = any(${ids}::uuid[]) or m.id = any(${ids}::uuid[]) limit 1`,
  );
  return (rows[0]?.id as string | undefined) ?? null;
}

async function journalOf(tenantId: TenantId, ids: string[]): Promise<string> {
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`
    select status, deliveries, convert_from(body, 'UTF8') like '%"statuses"%' as is_status from webhook_journal
    where id = any(${ids}::uuid[]) limit 1`,
  );
  const [row] = rows;
  if (!row) return "";
  return `webhook of a ${row.is_status ? "status" : "message"} journalled (${row.status}, ${row.deliveries} delivery)`;
}

const shown = (row: Row) =>
  [
    row.run ? `run ${row.run} at ${row.node ?? "–"}` : "no run yet",
    `calls ${row.pending} pending ${row.unmetered} without record ${row.records} recorded`,
    `messages ${row.sending} sending ${row.sent} sent`,
    `${row.queued} in queue`,
    row.lease ? "leased" : "free",
  ].join(", ");

/** Reads the struck conversation's rows right after the kill and says in words where it stands. */
export async function describeStrike(tenantId: TenantId, trace: StrikeTrace): Promise<string> {
  const journal = await journalOf(tenantId, trace.ids);
  const id = await conversationOf(tenantId, trace);
  if (!id) return journal || "no conversation of its own";
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql<Row[]>`
    select v.lease_owner is not null as lease, c.phone,
      (select status from flow_executions e where e.conversation_id = v.id order by e.id desc limit 1) as run,
      (select current_node_key from flow_executions e where e.conversation_id = v.id order by e.id desc limit 1) as node,
      (select count(*) from ai_responses a where a.conversation_id = v.id and status = 'pending') as pending,
      (select count(*) from ai_responses a where a.conversation_id = v.id and status <> 'pending' and not exists (
        select from usage_keys k where k.tenant_id = a.tenant_id and k.key = a.attempt_key)) as unmetered,
      (select count(*) from usage_breakdown u where u.conversation_id = v.id) as records,
      (select count(*) from messages m where m.conversation_id = v.id and role = 'assistant' and status = 'sending') as sending,
      (select count(*) from messages m where m.conversation_id = v.id and role = 'assistant' and status <> 'sending') as sent,
      (select count(*) from conversation_inbox q where q.conversation_id = v.id and handled_at is null) as queued
    from conversations v join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id where v.id = ${id}`,
  );
  const row = rows[0];
  return [`${row?.phone}`, journal, row ? shown(row) : ""].filter((part) => part !== "").join(": ");
}
