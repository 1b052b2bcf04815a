import { aiProvidersRouter } from "#server/ai/router.ts";
import { meRouter, sessionsRouter } from "#server/auth/router.ts";
import { channelsRouter } from "#server/channels/router.ts";
import { connectorsRouter } from "#server/connectors/router.ts";
import { flowExecutionsRouter, flowsRouter } from "#server/flows/router.ts";
import { intentsRouter } from "#server/intents/router.ts";
import { templatesRouter } from "#server/templates/router.ts";
import { router } from "./procedures.ts";

/** Every procedure of the house. A feature adds its router here and nowhere else. */
export const appRouter = router({
  aiProviders: aiProvidersRouter,
  channels: channelsRouter,
  connectors: connectorsRouter,
  flowExecutions: flowExecutionsRouter,
  flows: flowsRouter,
  intents: intentsRouter,
  me: meRouter,
  sessions: sessionsRouter,
  templates: templatesRouter,
});

export type AppRouter = typeof appRouter;
