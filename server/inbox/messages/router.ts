import { z } from "zod";
import { paging } from "#domain/core/paging.ts";
import { messageCreate } from "#domain/inbox/conversation-input.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import { getMessage, listAllMessages, listDeliveries, listMessageUsage } from "./read-messages.ts";
import { sendMessage } from "./send-message.ts";

const byId = z.strictObject({ id: z.uuid() });
const pageOf = z.strictObject({ id: z.uuid(), ...paging });
const view = "conversations.view";

export const messagesRouter = router({
  list: tenantQuery(view, { route: "GET /messages", summary: "List messages, the newest first" })
    .input(z.strictObject({ ...paging, conversationId: z.uuid().optional() }))
    .query(({ ctx, input }) => listAllMessages(ctx.actor, input)),
  get: tenantQuery(view, { route: "GET /messages/{id}", summary: "Read a message" })
    .input(byId)
    .query(({ ctx, input }) => getMessage(ctx.actor, input.id)),
  usage: tenantQuery("billing.view", {
    route: "GET /messages/{id}/usage",
    summary: "List the usage records of a message",
  })
    .input(pageOf)
    .query(({ ctx, input }) => listMessageUsage(ctx.actor, input)),
  deliveries: tenantQuery(view, {
    route: "GET /messages/{id}/deliveries",
    summary: "How a message travelled: attempts, states, errors",
  })
    .input(pageOf)
    .query(({ ctx, input }) => listDeliveries(ctx.actor, input)),
  send: tenantMutation("conversations.reply")
    .input(messageCreate.omit({ role: true }).extend({ conversationId: z.uuid() }))
    .mutation(({ ctx, input: { conversationId, ...message } }) =>
      sendMessage(ctx.actor, conversationId, { ...message, role: "agent" }),
    ),
});
