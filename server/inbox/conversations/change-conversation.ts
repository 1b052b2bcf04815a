import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { ConversationPatch, ConversationStatus, StatusMove } from "#domain/inbox/conversation-input.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { clock } from "#server/runtime/clock.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { cancelTimer, scheduleTimer } from "#server/runtime/timers.ts";
import { type Actor, actorLabel } from "#server/trpc/context.ts";
import { SNOOZE_TIMER, tellConversation } from "../conversation-state.ts";
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

const OVER: readonly ConversationStatus[] = ["resolved", "closed", "archived"];
const isOver = (status: unknown) => OVER.includes(status as ConversationStatus);

/** Ending keeps who did it and when, and ends a run that waited; snoozing plans the waking; reopening gives it back. */
async function move(
  tx: TenantTransaction,
  actor: Actor,
  before: ConversationRow,
  now: string,
  to: StatusMove,
): Promise<void> {
  const { status } = to;
  const conversationId = String(before.id);
  const until = status === "snoozed" && to.snoozedUntil ? new Date(to.snoozedUntil).toISOString() : null;
  if (until !== null && until <= now) {
    throw new AppError("invalid", "conversations.snooze_past", "snoozedUntil: must be in the future.");
  }
  if (before.status === status && until === null) return;
  const ends = isOver(status);
  const by = actorLabel(actor.principal);
  if (ends && !isOver(before.status)) await endWaitingRun(tx, conversationId, "closed", now);
  await tx.sql`update conversations set status = ${status}, snoozed_until = ${until}, updated_at = now(),
      resolved_at = case when ${ends} then coalesce(resolved_at, ${now}::timestamptz) end,
      closed_by = case when ${ends} then coalesce(closed_by, ${by}) end
    where tenant_id = ${tx.tenantId} and id = ${conversationId}`;
  const timer = { kind: SNOOZE_TIMER, subjectId: conversationId };
  if (until !== null) await scheduleTimer(tx, { ...timer, dueAt: until, replace: true });
  else if (before.status === "snoozed") await cancelTimer(tx, timer);
}

const eventOf = (status: ConversationStatus | undefined) => {
  if (status === undefined) return "conversation.updated";
  return status === "resolved" ? "conversation.resolved" : "conversation.status_changed";
};

/** Changes subject, priority and status; what is not named stays. A status needs the right to resolve. */
export async function updateConversation(actor: Actor, id: string, patch: ConversationPatch) {
  const { status, snoozedUntil } = patch;
  if (status !== undefined && !actor.allows("conversations.resolve")) {
    const message = "Your role may not change a conversation's status.";
    throw new AppError("forbidden", "auth.permission_missing", message);
  }
  return changeConversation(
    actor,
    id,
    { action: "update", after: { changed: Object.keys(patch) }, event: eventOf(status) },
    async (tx, before, now) => {
      const subject = patch.subject === undefined ? (before.subject as string | null) : patch.subject;
      const priority = patch.priority ?? String(before.priority);
      await tx.sql`update conversations set subject = ${subject}, priority = ${priority}, updated_at = now()
        where tenant_id = ${tx.tenantId} and id = ${id}`;
      if (status !== undefined) await move(tx, actor, before, now, { status, snoozedUntil });
    },
  );
}

/**
 * Moves a conversation to a status. Throws `conflict` where the customer has a newer open conversation, `invalid` for
 * a snooze into the past.
 */
export function setConversationStatus(actor: Actor, id: string, to: StatusMove) {
  const { status, snoozedUntil } = to;
  const after = snoozedUntil === undefined ? { status } : { status, snoozedUntil };
  return changeConversation(
    actor,
    id,
    { action: status === "archived" ? "archive" : "set_status", after, event: eventOf(status) },
    (tx, before, now) => move(tx, actor, before, now, to),
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
