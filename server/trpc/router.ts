import { meRouter, sessionsRouter } from "#server/auth/router.ts";
import { router } from "./procedures.ts";

/** Every procedure of the house. A feature adds its router here and nowhere else. */
export const appRouter = router({
  me: meRouter,
  sessions: sessionsRouter,
});

export type AppRouter = typeof appRouter;
