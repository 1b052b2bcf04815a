import { z } from "zod";
import { router, tenantQuery } from "#server/trpc/procedures.ts";
import { streamEvents } from "./stream-events.ts";

const number = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const liveRouter = router({
  /** The inbox's stream; the browser's own `lastEventId` resumes it after a break. */
  events: tenantQuery("conversations.view")
    .input(z.strictObject({ since: number.optional(), lastEventId: number.optional() }).optional())
    .subscription(({ ctx, input, signal }) =>
      streamEvents(ctx.actor, input?.lastEventId ?? input?.since, signal),
    ),
});
