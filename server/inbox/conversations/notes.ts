import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import type { Actor } from "#server/trpc/context.ts";
import { tellConversation } from "../conversation-state.ts";
import { readConversation } from "./conversation-view.ts";

type Row = Record<string, unknown>;

function view(row: Row) {
  return {
    id: String(row.id),
    conversationId: String(row.conversation_id),
    authorUserId: (row.author_user_id as string | null) ?? null,
    authorName: String(row.author_label),
    content: String(row.content),
    createdAt: String(row.created_at),
  };
}

/** Notes of a conversation, the newest first; customers never see them. */
export async function listNotes(
  actor: Actor,
  input: { id: string; limit: number; cursor?: string | undefined },
) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(actor.tenantId, async (tx) => {
    await readConversation(tx, actor, input.id);
    return tx.sql<
      Row[]
    >`select * from conversation_notes where tenant_id = ${tx.tenantId} and conversation_id = ${input.id}
      and (${after}::uuid is null or id < ${after}::uuid) order by id desc limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, (row) => [String(row.id)], view);
}

/** Adds a note for colleagues. */
export async function addNote(actor: Actor, id: string, content: string) {
  const { principal } = actor;
  const row = await withTenant(actor.tenantId, async (tx) => {
    await readConversation(tx, actor, id);
    const rows = await tx.sql<
      Row[]
    >`insert into conversation_notes (tenant_id, id, conversation_id, author_user_id, author_label, content)
      values (${tx.tenantId}, ${newId()}, ${id}, ${principal.kind === "user" ? principal.userId : null},
        ${principal.kind === "nobody" ? "Nobody" : principal.name}, ${content}) returning *`;
    await tellConversation(tx, "conversation.noted", id);
    return rows[0] as Row;
  });
  wakeRelay();
  return view(row);
}
