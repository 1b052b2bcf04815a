import type { TenantTransaction } from "#db/tenant.ts";
import { seesOnlyOwnWork } from "#domain/access/roles.ts";
import { notFound } from "#domain/core/app-error.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import type { Actor } from "#server/trpc/context.ts";

export type ConversationRow = Record<string, unknown>;

/** The condition that keeps operators to their own and unassigned conversations; `v` is the conversation. */
export function withinReach(tx: TenantTransaction, actor: Actor) {
  const { principal } = actor;
  return seesOnlyOwnWork(actor.role) && principal.kind === "user"
    ? tx.sql`(v.assignee_id is null or v.assignee_id = ${principal.userId})`
    : tx.sql`true`;
}

/** A conversation as the API shows it. What the platform pays shows only to those who may see costs. */
export function conversationView(row: ConversationRow, actor: Actor) {
  const costs = actor.allows("billing.cost");
  const text = (name: string) => (row[name] as string | null | undefined) ?? null;
  const exact = (name: string) => formatAmount(amountFromDatabase(String(row[name])));
  return {
    id: String(row.id),
    customerId: String(row.customer_id),
    customerName: text("customer_name"),
    channelId: String(row.channel_id),
    channelType: text("channel_type"),
    subject: text("subject"),
    status: String(row.status),
    snoozedUntil: row.status === "snoozed" ? text("snoozed_until") : null,
    handler: String(row.handler) as "bot" | "agent",
    assigneeId: text("assignee_id"),
    priority: String(row.priority),
    handoffReason: text("handoff_reason"),
    sessionKey: String(row.session_key),
    messageCount: Number(row.message_count),
    unreadCount: Number(row.unread_count),
    tokensUsed: Number(row.tokens_used),
    voiceMinutes: Number(row.voice_minutes),
    providerCost: costs ? exact("provider_cost") : null,
    clientPrice: exact("client_price"),
    profit: costs ? exact("profit") : null,
    currency: text("currency") ?? "USD",
    lastMessagePreview: String(row.last_message_preview),
    lastMessageAt: String(row.last_message_at),
    lastInboundAt: text("last_inbound_at"),
    startedAt: String(row.started_at),
    resolvedAt: text("resolved_at"),
    closedBy: text("closed_by"),
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

/** The columns and joins that the view needs, as `select … from conversations v …`. */
export const selectConversations = (tx: TenantTransaction) => tx.sql`
  select v.*, c.name as customer_name, h.type as channel_type, t.currency
  from conversations v
  join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
  join channels h on h.tenant_id = v.tenant_id and h.id = v.channel_id
  join tenants t on t.id = v.tenant_id`;

/** One conversation within the actor's reach. Throws `not_found`. */
export async function readConversation(
  tx: TenantTransaction,
  actor: Actor,
  id: string,
): Promise<ConversationRow> {
  const rows = await tx.sql<ConversationRow[]>`${selectConversations(tx)}
    where v.tenant_id = ${tx.tenantId} and v.id = ${id} and ${withinReach(tx, actor)}`;
  if (!rows[0]) throw notFound("conversations");
  return rows[0];
}

/** Locks a conversation for a change and returns what it was. Throws `not_found`. */
export async function lockConversation(
  tx: TenantTransaction,
  actor: Actor,
  id: string,
): Promise<ConversationRow> {
  const rows = await tx.sql<ConversationRow[]>`select v.* from conversations v
    where v.tenant_id = ${tx.tenantId} and v.id = ${id} and ${withinReach(tx, actor)} for update`;
  if (!rows[0]) throw notFound("conversations");
  return rows[0];
}
