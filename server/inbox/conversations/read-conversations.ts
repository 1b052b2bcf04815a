import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import type { conversationList } from "#domain/inbox/conversation-input.ts";
import type { Actor } from "#server/trpc/context.ts";
import {
  type ConversationRow,
  conversationView,
  readConversation,
  selectConversations,
  withinReach,
} from "./conversation-view.ts";

/** Conversations, the newest first, by customer, channel or status. */
export async function listConversations(actor: Actor, input: z.output<typeof conversationList>) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const { customerId, channelId, status } = input;
  const rows = await withTenant(actor.tenantId, (tx) => {
    let where = tx.sql`v.tenant_id = ${tx.tenantId} and ${withinReach(tx, actor)}`;
    if (customerId) where = tx.sql`${where} and v.customer_id = ${customerId}`;
    if (channelId) where = tx.sql`${where} and v.channel_id = ${channelId}`;
    where = status ? tx.sql`${where} and v.status = ${status}` : tx.sql`${where} and v.status <> 'archived'`;
    if (after) where = tx.sql`${where} and v.id < ${after}::uuid`;
    return tx.sql<ConversationRow[]>`${selectConversations(tx)} where ${where}
      order by v.id desc limit ${input.limit + 1}`;
  });
  return toPage(
    rows,
    input.limit,
    (row) => [String(row.id)],
    (row) => conversationView(row, actor),
  );
}

/** One conversation. Throws `not_found`, also for an operator's colleague's conversation. */
export async function getConversation(actor: Actor, id: string) {
  const row = await withTenant(actor.tenantId, (tx) => readConversation(tx, actor, id));
  return conversationView(row, actor);
}
