import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { ACTIVE_STATUSES, type inboxList } from "#domain/inbox/conversation-input.ts";
import { searchCustomerIds } from "#server/customers/search-customers.ts";
import { getFlowVersion } from "#server/flows/run/flow-catalogue.ts";
import { memberNames } from "#server/people/member-names.ts";
import type { Actor } from "#server/trpc/context.ts";
import { withinReach } from "../conversations/conversation-view.ts";

type Row = Record<string, unknown>;
type Input = z.output<typeof inboxList>;

/** Customers of one search; more than this and the words are too common to find a conversation by. */
const MOST_FOUND = 500;

function statusesOf(view: string): readonly string[] {
  if (view === "snoozed" || view === "escalated") return [view];
  return view === "resolved" ? ["resolved", "closed"] : ACTIVE_STATUSES;
}

function viewCondition(tx: TenantTransaction, actor: Actor, view: string) {
  const me = actor.principal.kind === "user" ? actor.principal.userId : null;
  if (view === "mine") return tx.sql`v.assignee_id = ${me}`;
  if (view === "unassigned") return tx.sql`v.assignee_id is null and v.handler = 'agent'`;
  if (view === "bot") return tx.sql`v.handler = 'bot'`;
  if (!view.startsWith("channel:")) return tx.sql`true`;
  return tx.sql`v.channel_id in (select id from channels where tenant_id = ${tx.tenantId} and type = ${view.slice(8)})`;
}

/** One ordered index scan a status, merged: each reads no more than a page. */
function pageOf(tx: TenantTransaction, actor: Actor, input: Input, found: readonly string[] | null) {
  const after = decodeCursor(input.cursor, 2);
  let where = tx.sql`v.tenant_id = ${tx.tenantId} and ${viewCondition(tx, actor, input.view)} and ${withinReach(tx, actor)}`;
  if (found) where = tx.sql`${where} and v.customer_id = any(${[...found]}::uuid[])`;
  if (after)
    where = tx.sql`${where} and (v.last_message_at, v.id) < (${after[0] ?? ""}::timestamptz, ${after[1] ?? ""}::uuid)`;
  const scans = statusesOf(input.view).map(
    (status) => tx.sql`(select v.* from conversations v where ${where} and v.status = ${status}
      order by v.last_message_at desc, v.id desc limit ${input.limit + 1})`,
  );
  return scans.reduce((all, scan) => tx.sql`${all} union all ${scan}`);
}

function rowView(row: Row, names: ReadonlyMap<string, string>, stepName: string | null) {
  const text = (name: string) => (row[name] as string | null) ?? null;
  return {
    id: String(row.id),
    customerId: String(row.customer_id),
    customerName: String(row.customer_name),
    channelType: String(row.channel_type),
    lastMessagePreview: String(row.last_message_preview),
    lastMessageRole: String(row.last_message_role),
    lastMessageAt: String(row.last_message_at),
    status: String(row.status),
    priority: String(row.priority),
    handler: String(row.handler) as "bot" | "agent",
    assigneeId: text("assignee_id"),
    assigneeName: names.get(String(row.assignee_id)) ?? null,
    unreadCount: Number(row.unread_count),
    handoffReason: text("handoff_reason"),
    flowName: text("flow_name"),
    flowStepName: stepName,
  };
}

async function stepName(actor: Actor, row: Row): Promise<string | null> {
  if (!row.flow_version_id) return null;
  const { snapshot } = await getFlowVersion(actor.tenantId, String(row.flow_version_id));
  return snapshot.nodes.find((node) => node.key === row.current_node_key)?.name ?? null;
}

/** The conversations of one view of the inbox, the last spoken in first, with what the machine does in each. */
export async function listInbox(actor: Actor, input: Input) {
  const found = input.search ? await searchCustomerIds(actor.tenantId, input.search, null, MOST_FOUND) : null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
      select v.*, c.name as customer_name, h.type as channel_type, e.flow_version_id, e.current_node_key, f.name as flow_name
      from (${pageOf(tx, actor, input, found)}) v
      join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
      join channels h on h.tenant_id = v.tenant_id and h.id = v.channel_id
      left join flow_executions e on e.tenant_id = v.tenant_id and e.conversation_id = v.id and e.status in ('running', 'waiting')
      left join flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
      order by v.last_message_at desc, v.id desc limit ${input.limit + 1}`,
  );
  const [names, steps] = await Promise.all([
    memberNames(actor.tenantId),
    Promise.all(rows.map((row) => stepName(actor, row))),
  ]);
  const shown = rows.map((row, index) => ({ row, step: steps[index] ?? null }));
  return toPage(
    shown,
    input.limit,
    ({ row }) => [String(row.last_message_at), String(row.id)],
    ({ row, step }) => rowView(row, names, step),
  );
}
