import { withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import { getFlowVersion } from "#server/flows/run/flow-catalogue.ts";
import { memberNames } from "#server/people/member-names.ts";
import type { Actor } from "#server/trpc/context.ts";
import { conversationView, withinReach } from "../conversations/conversation-view.ts";

type Row = Record<string, unknown>;

async function runOf(actor: Actor, row: Row) {
  if (!row.execution_id) return null;
  const version = await getFlowVersion(actor.tenantId, String(row.flow_version_id));
  return {
    executionId: String(row.execution_id),
    flowId: version.flowId,
    flowName: String(row.flow_name),
    version: version.version,
    stepName: version.snapshot.nodes.find((node) => node.key === row.current_node_key)?.name ?? null,
    status: String(row.run_status),
  };
}

/** The head of an open thread: the conversation, who it is with, the run that answers now, the calls so far. */
export async function getThread(actor: Actor, conversationId: string) {
  const [rows, names] = await Promise.all([
    withTenant(
      actor.tenantId,
      (tx) => tx.sql<Row[]>`
        select v.*, c.name as customer_name, c.phone, c.email, h.type as channel_type, h.name as channel_name, i.address, t.currency,
          (select count(*)::int from ai_responses r where r.tenant_id = v.tenant_id and r.conversation_id = v.id) as call_count,
          e.id as execution_id, e.flow_version_id, e.current_node_key, e.status as run_status, f.name as flow_name
        from conversations v
        join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
        join channels h on h.tenant_id = v.tenant_id and h.id = v.channel_id
        join tenants t on t.id = v.tenant_id
        left join customer_identities i on i.tenant_id = v.tenant_id and i.id = v.identity_id
        left join flow_executions e on e.tenant_id = v.tenant_id and e.conversation_id = v.id and e.status in ('running', 'waiting')
        left join flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
        where v.tenant_id = ${tx.tenantId} and v.id = ${conversationId} and ${withinReach(tx, actor)}`,
    ),
    memberNames(actor.tenantId),
  ]);
  const row = rows[0];
  if (!row) throw notFound("conversations");
  return {
    ...conversationView(row, actor),
    customerName: String(row.customer_name),
    channelType: String(row.channel_type),
    channelName: String(row.channel_name),
    address: (row.phone ?? row.email ?? row.address ?? null) as string | null,
    assigneeName: names.get(String(row.assignee_id)) ?? null,
    run: await runOf(actor, row),
    callCount: Number(row.call_count),
  };
}
