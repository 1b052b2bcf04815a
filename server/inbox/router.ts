import { z } from "zod";
import { inboxList } from "#domain/inbox/conversation-input.ts";
import { router, tenantQuery } from "#server/trpc/procedures.ts";
import { explainMessage } from "./board/explain-message.ts";
import { getThread } from "./board/get-thread.ts";
import { getInboxCounts } from "./board/inbox-counts.ts";
import { listInbox } from "./board/list-inbox.ts";

const view = "conversations.view";

/** What the inbox's screen reads; programs use the conversations themselves. */
export const inboxRouter = router({
  counts: tenantQuery(view).query(({ ctx }) => getInboxCounts(ctx.actor)),
  list: tenantQuery(view)
    .input(inboxList)
    .query(({ ctx, input }) => listInbox(ctx.actor, input)),
  thread: tenantQuery(view)
    .input(z.strictObject({ conversationId: z.uuid() }))
    .query(({ ctx, input }) => getThread(ctx.actor, input.conversationId)),
  why: tenantQuery(view)
    .input(z.strictObject({ messageId: z.uuid() }))
    .query(({ ctx, input }) => explainMessage(ctx.actor, input.messageId)),
});
