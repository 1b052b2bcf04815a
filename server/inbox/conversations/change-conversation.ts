import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { ConversationStatus, conversationPatch } from "#domain/inbox/conversation-input.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { clock } from "#server/runtime/clock.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { type Actor, actorLabel } from "#server/trpc/context.ts";
import { tellConversation } from "../conversation-state.ts";
import {
  type ConversationRow,
  conversationView,
  lockConversation,
  readConversation,
} from "./conversation-view.ts";
import { endWaitingRun } from "./end-waiting-run.ts";

type Change = (tx: TenantTransaction, before: ConversationRow, now: string) => Promise<unknown>;

function onSecondOpen(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    const message = "This customer has a newer open conversation on this channel. Go on there.";
    throw new AppError("conflict", "conversations.already_open", message);
  }
  throw error;
}

/**
 * Changes a conversation under its row lock, writes the audit log and tells everybody who watches, in one
 * transaction; returns it as it then is.
 */
export async function changeConversation(
  actor: Actor,
  id: string,
  entry: { action: string; after?: unknown; event?: string },
  change: Change,
) {
  const { tenantId } = actor;
  const now = (await clock.now(tenantId)).toISOString();
  const row = await withTenant(tenantId, async (tx) => {
    const before = await lockConversation(tx, actor, id);
    await change(tx, before, now);
    await Promise.all([
      tellConversation(tx, entry.event ?? "conversation.updated", id),
      recordAudit(tx, actor, {
        action: entry.action,
        subjectType: "conversations",
        subjectId: id,
        before: { status: before.status, handler: before.handler, assigneeId: before.assignee_id },
        after: entry.after,
      }),
    ]);
    // Within reach it was when the change began; an assignment may have moved it out of an operator's.
    return readConversation(tx, { ...actor, role: "owner" }, id);
  }).catch(onSecondOpen);
  wakeRelay();
  return conversationView(row, actor);
}

/** Changes subject and priority; what is not named stays. */
export function updateConversation(actor: Actor, id: string, patch: z.output<typeof conversationPatch>) {
  return changeConversation(
    actor,
    id,
    { action: "update", after: { changed: Object.keys(patch) } },
    (tx, before) => {
      const subject = patch.subject === undefined ? (before.subject as string | null) : patch.subject;
      const priority = patch.priority ?? String(before.priority);
      return tx.sql`update conversations set subject = ${subject}, priority = ${priority}, updated_at = now()
      where tenant_id = ${tx.tenantId} and id = ${id}`;
    },
  );
}

const OVER: readonly ConversationStatus[] = ["resolved", "closed", "archived"];
const isOver = (status: unknown) => OVER.includes(status as ConversationStatus);

/**
 * Moves a conversation to a status. Ending it keeps who did it and when, and ends a run that waited; reopening gives
 * it back. Throws `conflict` where the customer has a newer open conversation.
 */
export function setConversationStatus(actor: Actor, id: string, status: ConversationStatus) {
  const event = status === "resolved" ? "conversation.resolved" : "conversation.status_changed";
  return changeConversation(
    actor,
    id,
    { action: status === "archived" ? "archive" : "set_status", after: { status }, event },
    async (tx, before, now) => {
      if (before.status === status) return;
      const ends = isOver(status);
      const by = actorLabel(actor.principal);
      if (ends && !isOver(before.status)) await endWaitingRun(tx, id, "closed", now);
      await tx.sql`update conversations set status = ${status}, updated_at = now(),
          resolved_at = case when ${ends} then coalesce(resolved_at, ${now}::timestamptz) end,
          closed_by = case when ${ends} then coalesce(closed_by, ${by}) end
        where tenant_id = ${tx.tenantId} and id = ${id}`;
    },
  );
}

/** Sets the unread counter to zero for everybody who watches; tells them only where it was not. */
export async function markConversationRead(actor: Actor, id: string): Promise<{ unreadCount: 0 }> {
  await withTenant(actor.tenantId, async (tx) => {
    await readConversation(tx, actor, id);
    const read = await tx.sql`update conversations set unread_count = 0
      where tenant_id = ${tx.tenantId} and id = ${id} and unread_count > 0 returning id`;
    if (read.length > 0) await tellConversation(tx, "conversation.read", id);
  });
  wakeRelay();
  return { unreadCount: 0 };
}
