import { z } from "zod";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import {
  conversationCreate,
  conversationList,
  conversationPatch,
  conversationStatusInput,
  messageCreate,
} from "#domain/inbox/conversation-input.ts";
import { listUsage } from "#server/billing/list-usage.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import { listMessages } from "../messages/read-messages.ts";
import { receiveMessage } from "../messages/receive-message.ts";
import { sendMessage } from "../messages/send-message.ts";
import { assignConversation, handBackConversation, takeOverConversation } from "./assign-conversation.ts";
import { markConversationRead, setConversationStatus, updateConversation } from "./change-conversation.ts";
import { createConversation } from "./create-conversation.ts";
import { listTimeline } from "./list-timeline.ts";
import { addNote, listNotes } from "./notes.ts";
import { getConversation, listConversations } from "./read-conversations.ts";

const id = z.uuid();
const byId = z.strictObject({ id });
const pageOf = z.strictObject({ id, ...paging });
const view = "conversations.view";

export const conversationsRouter = router({
  list: tenantQuery(view, {
    route: "GET /conversations",
    summary: "List conversations by customer, channel or status",
  })
    .input(conversationList)
    .query(({ ctx, input }) => listConversations(ctx.actor, input)),
  get: tenantQuery(view, { route: "GET /conversations/{id}", summary: "Read a conversation" })
    .input(byId)
    .query(({ ctx, input }) => getConversation(ctx.actor, input.id)),
  create: tenantMutation("conversations.edit", {
    route: "POST /conversations",
    summary: "Open a conversation with a customer on a channel",
    status: 201,
    example: {
      customerId: "01930b6e-7a00-7000-8000-000000000001",
      channelId: "01930b6e-7a00-7000-8000-000000000002",
      subject: "Order 1001",
    },
  })
    .input(conversationCreate)
    .mutation(({ ctx, input }) => createConversation(ctx.actor, input)),
  update: tenantMutation("conversations.edit", {
    route: "PATCH /conversations/{id}",
    summary: "Change subject, priority and status",
    example: {
      subject: "Order 1001",
      priority: "high",
      status: "snoozed",
      snoozedUntil: "2099-01-31T09:00:00.000Z",
    },
  })
    .input(conversationPatch)
    .mutation(({ ctx, input: { id: conversationId, ...patch } }) =>
      updateConversation(ctx.actor, conversationId, patch),
    ),
  archive: tenantMutation("conversations.edit", {
    route: "DELETE /conversations/{id}",
    summary: "Put a conversation away",
  })
    .input(byId)
    .mutation(({ ctx, input }) => setConversationStatus(ctx.actor, input.id, { status: "archived" })),
  messages: tenantQuery(view, {
    route: "GET /conversations/{id}/messages",
    summary: "List a conversation's messages, the newest first",
  })
    .input(pageOf)
    .query(({ ctx, input }) => listMessages(ctx.actor, input)),
  send: tenantMutation("conversations.reply", {
    route: "POST /conversations/{id}/messages",
    summary: "Answer as an agent, or bring what a customer said on an API channel",
    status: 201,
    example: { content: "Hello, how can I help?", clientId: "reply-1" },
  })
    .input(messageCreate.extend({ id }))
    .mutation(({ ctx, input: { id: conversationId, ...message } }) =>
      message.role === "customer"
        ? receiveMessage(ctx.actor, conversationId, message)
        : sendMessage(ctx.actor, conversationId, message),
    ),
  assign: tenantMutation("conversations.assign", {
    route: "POST /conversations/{id}/assign",
    summary: "Give a conversation to a member, or with null to nobody",
    example: { userId: null },
  })
    .input(z.strictObject({ id, userId: id.nullable() }))
    .mutation(({ ctx, input }) => assignConversation(ctx.actor, input.id, input.userId)),
  takeOver: tenantMutation("conversations.assign", {
    route: "POST /conversations/{id}/take-over",
    summary: "Take a conversation out of the bot's hands",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => takeOverConversation(ctx.actor, input.id)),
  handBack: tenantMutation("conversations.assign", {
    route: "POST /conversations/{id}/hand-back",
    summary: "Give a conversation back to the bot",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => handBackConversation(ctx.actor, input.id)),
  setStatus: tenantMutation("conversations.resolve", {
    route: "POST /conversations/{id}/status",
    summary: "Resolve, reopen, snooze until a moment, close",
    example: { status: "resolved" },
  })
    .input(conversationStatusInput)
    .mutation(({ ctx, input: { id: conversationId, ...to } }) =>
      setConversationStatus(ctx.actor, conversationId, to),
    ),
  notes: tenantQuery(view, {
    route: "GET /conversations/{id}/notes",
    summary: "List notes; customers never see them",
  })
    .input(pageOf)
    .query(({ ctx, input }) => listNotes(ctx.actor, input)),
  addNote: tenantMutation("conversations.reply", {
    route: "POST /conversations/{id}/notes",
    summary: "Add a note for colleagues",
    status: 201,
    example: { content: "Prefers to be called in the afternoon." },
  })
    .input(z.strictObject({ id, content: text(10_000) }))
    .mutation(({ ctx, input }) => addNote(ctx.actor, input.id, input.content)),
  timeline: tenantQuery(view, {
    route: "GET /conversations/{id}/timeline",
    summary: "What happened to a conversation",
  })
    .input(pageOf)
    .query(({ ctx, input }) => listTimeline(ctx.actor, input)),
  usage: tenantQuery("billing.view", {
    route: "GET /conversations/{id}/usage",
    summary: "List a conversation's usage records",
  })
    .input(pageOf)
    .query(async ({ ctx, input: { id: conversationId, ...page } }) => {
      await getConversation(ctx.actor, conversationId);
      return listUsage(ctx.actor, { ...page, conversationId });
    }),
  markRead: tenantMutation(view, {
    route: "POST /conversations/{id}/read",
    summary: "Set the unread counter to zero",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => markConversationRead(ctx.actor, input.id)),
});
