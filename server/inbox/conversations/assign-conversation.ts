import { AppError } from "#domain/core/app-error.ts";
import type { Actor } from "#server/trpc/context.ts";
import { changeConversation } from "./change-conversation.ts";
import { endWaitingRun } from "./end-waiting-run.ts";

const EVENT = "conversation.assigned";

/** Gives a conversation to a member, or to nobody; the bot keeps quiet where a person has it. */
export function assignConversation(actor: Actor, id: string, userId: string | null) {
  return changeConversation(
    actor,
    id,
    { action: "assign", after: { assigneeId: userId }, event: EVENT },
    async (tx, _before, now) => {
      if (userId) {
        const members =
          await tx.sql`select id from memberships where tenant_id = ${tx.tenantId} and user_id = ${userId} and status = 'active'`;
        if (members.length === 0) {
          throw new AppError("not_found", "users.not_found", "There is no such member in this workspace.");
        }
        await endWaitingRun(tx, id, "taken_over", now);
      }
      await tx.sql`update conversations set assignee_id = ${userId}, updated_at = now(),
        handler = case when ${userId !== null} then 'agent' else handler end
      where tenant_id = ${tx.tenantId} and id = ${id}`;
    },
  );
}

/** Takes a conversation out of the bot's hands: mine from now on, and a run that waited for an answer ends. */
export function takeOverConversation(actor: Actor, id: string) {
  const { principal } = actor;
  const userId = principal.kind === "user" ? principal.userId : null;
  return changeConversation(
    actor,
    id,
    { action: "take_over", after: { assigneeId: userId, handler: "agent" }, event: EVENT },
    async (tx, _before, now) => {
      await endWaitingRun(tx, id, "taken_over", now);
      await tx.sql`update conversations set handler = 'agent', assignee_id = ${userId}, updated_at = now(),
          status = case when status = 'escalated' then 'open' else status end
        where tenant_id = ${tx.tenantId} and id = ${id}`;
    },
  );
}

/** Gives a conversation back to the bot: the next message is answered by it. */
export function handBackConversation(actor: Actor, id: string) {
  return changeConversation(
    actor,
    id,
    { action: "hand_back", after: { handler: "bot" }, event: EVENT },
    (
      tx,
    ) => tx.sql`update conversations set handler = 'bot', assignee_id = null, handoff_reason = null, updated_at = now(),
        status = case when status = 'escalated' then 'open' else status end
      where tenant_id = ${tx.tenantId} and id = ${id}`,
  );
}
