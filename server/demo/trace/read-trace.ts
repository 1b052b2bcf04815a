import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { getFlowVersion, type LiveVersion } from "#server/flows/run/flow-catalogue.ts";

export type TraceRow = Record<string, unknown>;

/** Every row that one customer message left behind, from the webhook to the ledger. */
export type TraceFacts = {
  message: TraceRow;
  journal: TraceRow | null;
  calls: TraceRow[];
  apiCalls: TraceRow[];
  replies: TraceRow[];
  steps: TraceRow[];
  records: TraceRow[];
  run: TraceRow | null;
  version: LiveVersion | null;
};

/** Real milliseconds out of a UUIDv7: when its row was first thought of, whatever the tenant's clock says. */
export function idTime(id: unknown): number {
  return Number.parseInt(String(id).replaceAll("-", "").slice(0, 12), 16);
}

async function findMessage(
  tx: TenantTransaction,
  messageId: string | null,
  phone: string,
): Promise<TraceRow> {
  const rows = await tx.sql<TraceRow[]>`
    select m.*, v.lease_owner, v.status as conversation_status, c.name as customer_name, t.currency,
      (select min(n.position) from messages n where n.tenant_id = m.tenant_id and n.conversation_id = m.conversation_id
        and n.role = 'customer' and n.position > m.position) as next_position,
      (select id from messages n where n.tenant_id = m.tenant_id and n.conversation_id = m.conversation_id
        and n.role = 'customer' and n.position > m.position order by n.position limit 1) as next_id
    from messages m
    join conversations v on v.tenant_id = m.tenant_id and v.id = m.conversation_id
    join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
    join tenants t on t.id = m.tenant_id
    where m.tenant_id = ${tx.tenantId} and m.role = 'customer' and m.id = coalesce(${messageId}::uuid, (
      select x.id from messages x where x.tenant_id = ${tx.tenantId} and x.role = 'customer' and x.conversation_id in (
        select w.id from conversations w join customers k on k.tenant_id = w.tenant_id and k.id = w.customer_id
        where w.tenant_id = ${tx.tenantId} and k.phone = ${phone} order by w.last_message_at desc limit 3)
      order by x.id desc limit 1))`;
  if (!rows[0]) throw notFound("messages");
  return rows[0];
}

function readRun(tx: TenantTransaction, message: TraceRow): Promise<TraceRow[]> {
  return tx.sql<TraceRow[]>`
    select e.*, f.name as flow_name from flow_executions e join flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
    where e.tenant_id = ${tx.tenantId} and e.conversation_id = ${String(message.conversation_id)} and (
      e.trigger_message_id = ${String(message.id)} or exists (select from waitpoints w where w.tenant_id = e.tenant_id
        and w.execution_id = e.id and w.resolved_by ->> 'messageId' = ${String(message.id)}))
    order by e.id desc limit 1`;
}

function readLeft(tx: TenantTransaction, message: TraceRow) {
  const { tenantId } = tx;
  const [id, conversation] = [String(message.id), String(message.conversation_id)];
  const next = message.next_position as number | null;
  return Promise.all([
    tx.sql<
      TraceRow[]
    >`select j.id, j.received_at, j.processed_at, j.deliveries, j.status from channel_messages cm
      join webhook_journal j on j.tenant_id = cm.tenant_id and j.id = cm.journal_id
      where cm.tenant_id = ${tenantId} and cm.message_id = ${id}`,
    tx.sql<TraceRow[]>`
      select r.id, r.task, r.node_key, r.model, r.status, r.output, r.confidence, r.duration_ms, r.created_at,
        u.client_price, u.covered_quantity, u.billable_price
      from ai_responses r
      left join usage_breakdown u on u.tenant_id = r.tenant_id and u.conversation_id = r.conversation_id
        and u.key_hash = substr(encode(sha256(convert_to(r.attempt_key, 'UTF8')), 'hex'), 1, 32)::uuid
      where r.tenant_id = ${tenantId} and r.conversation_id = ${conversation} and r.message_id = ${id} order by r.id`,
    tx.sql<TraceRow[]>`
      select m.id, m.position, m.content, m.node_key, a.started_at, a.ended_at, a.outcome, cm.status, cm.read_at
      from messages m
      join channel_messages cm on cm.tenant_id = m.tenant_id and cm.message_id = m.id
      left join delivery_attempts a on a.tenant_id = cm.tenant_id and a.channel_message_id = cm.id
      where m.tenant_id = ${tenantId} and m.conversation_id = ${conversation} and m.role = 'assistant'
        and m.position > ${Number(message.position)} and (${next}::int is null or m.position < ${next}::int)
      order by m.position, a.number`,
    tx.sql<TraceRow[]>`select client_price, input_quantity, output_quantity from usage_breakdown
      where tenant_id = ${tenantId} and conversation_id = ${conversation} and message_id = ${id}`,
    readRun(tx, message),
  ]);
}

/** Reads what a message caused. Without an id, the last message of the customer with this phone. Throws `not_found`. */
export async function readTrace(
  tenantId: TenantId,
  messageId: string | null,
  phone: string,
): Promise<TraceFacts> {
  const facts = await withTenant(tenantId, async (tx) => {
    const message = await findMessage(tx, messageId, phone);
    const [journal, calls, replies, records, runs] = await readLeft(tx, message);
    const run = runs[0] ?? null;
    const executionId = (run?.id as string | undefined) ?? null;
    const [steps, apiCalls] = await Promise.all([
      tx.sql<
        TraceRow[]
      >`select * from flow_execution_steps where tenant_id = ${tenantId} and execution_id = ${executionId}
        order by sequence`,
      tx.sql<TraceRow[]>`
        select l.id, l.node_key, l.method, l.status, l.status_code, l.duration_ms, c.name as connector_name from connector_logs l
        join connectors c on c.tenant_id = l.tenant_id and c.id = l.connector_id
        where l.tenant_id = ${tenantId} and l.flow_execution_id = ${executionId} order by l.id`,
    ]);
    return { message, journal: journal[0] ?? null, calls, apiCalls, replies, steps, records, run };
  });
  const version = facts.run ? await getFlowVersion(tenantId, String(facts.run.flow_version_id)) : null;
  return { ...facts, version };
}
