import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { publicProcedure, router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import { listDemoDoors } from "./doors.ts";
import { getDemoPhone, sayOnDemoPhone } from "./phone.ts";
import { getDemoTrace } from "./trace/get-trace.ts";

const view = "conversations.view";

/** The demo's cockpit; each of these is `not_found` (the doors: none) while demo mode is off. */
export const demoRouter = router({
  doors: publicProcedure.query(() => listDemoDoors()),
  phone: tenantQuery(view).query(({ ctx }) => getDemoPhone(ctx.actor)),
  send: tenantMutation("conversations.reply")
    .input(z.strictObject({ text: text(4096) }))
    .mutation(({ ctx, input }) => sayOnDemoPhone(ctx.actor, input)),
  press: tenantMutation("conversations.reply")
    .input(z.strictObject({ messageId: text(200), buttonId: text(200), title: text(200) }))
    .mutation(({ ctx, input: { buttonId, title } }) => sayOnDemoPhone(ctx.actor, { text: title, buttonId })),
  trace: tenantQuery(view)
    .input(z.strictObject({ messageId: z.uuid().optional() }).optional())
    .query(({ ctx, input }) => getDemoTrace(ctx.actor, input?.messageId ?? null)),
});
