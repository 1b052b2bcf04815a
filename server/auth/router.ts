import { z } from "zod";
import { personProcedure, router } from "#server/trpc/procedures.ts";
import { endSession, findSession, listSessions } from "./session.ts";

/** The signed-in person's own sign-ins. */
export const sessionsRouter = router({
  list: personProcedure.query(async ({ ctx }) => {
    const rows = await listSessions(ctx.person.userId);
    return {
      data: rows.map((row) => ({ ...row, current: row.id === ctx.person.sessionId })),
      nextCursor: null,
    };
  }),
  end: personProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .mutation(({ ctx, input }) => endSession(ctx.person.userId, input.id)),
});

/** Who I am and which workspaces I may open. */
export const meRouter = router({
  get: personProcedure.query(async ({ ctx }) => {
    const found = await findSession(ctx.person.sessionId);
    const memberships = found.user ? found.memberships : [];
    const { userId, name, email, staff } = ctx.person;
    return {
      id: userId,
      name,
      email,
      staff,
      workspaces: memberships.map((row) => ({ slug: row.slug, name: row.name, role: row.role })),
    };
  }),
});
