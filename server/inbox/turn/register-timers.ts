import { newId } from "#domain/core/id.ts";
import { FLOW_WAIT } from "#server/flows/run/open-effect.ts";
import { registerTimerHandler } from "#server/runtime/timers.ts";
import { SNOOZE_TIMER, wakeConversation } from "../conversation-state.ts";
import { DELIVERY_RETRY } from "../deliver/settle-outbound.ts";

/** What the timers of conversations stand for: each becomes a queue row or an event in the transaction that fires it. */
export function registerConversationTimers(): void {
  registerTimerHandler(FLOW_WAIT, async (tx, timer) => {
    const { conversationId, ...payload } = timer.payload as { conversationId: string };
    await tx.sql`insert into conversation_inbox (tenant_id, id, conversation_id, kind, payload, provider_time)
      values (${tx.tenantId}, ${newId()}, ${conversationId}, 'timer', ${JSON.stringify(payload)}, now())`;
    await tx.sql`insert into outbox (id, tenant_id, name, payload) values (${newId()}, ${tx.tenantId}, 'conversations/turn.requested',
      ${JSON.stringify({ tenantId: tx.tenantId, conversationId })})`;
  });
  registerTimerHandler(SNOOZE_TIMER, async (tx, { subjectId, dueAt }) => {
    await wakeConversation(tx, { conversationId: subjectId, by: "time", dueAt });
  });
  registerTimerHandler(DELIVERY_RETRY, async (tx, timer) => {
    await tx.sql`insert into outbox (id, tenant_id, name, payload) values (${newId()}, ${tx.tenantId}, 'messages/delivery.due',
      ${JSON.stringify({ tenantId: tx.tenantId, channelMessageId: timer.subjectId })})`;
  });
}
