import { Inngest } from "inngest";
import { env } from "#server/runtime/env.ts";
import { logger } from "#server/runtime/logger.ts";
import { once } from "#server/runtime/process.ts";
import { currentExecutor } from "./local/current-executor.ts";

/** Whether a real Inngest server runs the functions; otherwise the embedded executor does. */
export function usesInngestServer(): boolean {
  return env().INNGEST_BASE_URL !== undefined;
}

function makeClient(): Inngest {
  const { INNGEST_BASE_URL, INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY } = env();
  const shared = { id: "aurora", logger: logger.child({ part: "inngest" }), aiMetadata: false };
  if (INNGEST_BASE_URL) {
    return new Inngest({
      ...shared,
      baseUrl: INNGEST_BASE_URL,
      ...(INNGEST_EVENT_KEY ? { eventKey: INNGEST_EVENT_KEY } : {}),
      ...(INNGEST_SIGNING_KEY ? { signingKey: INNGEST_SIGNING_KEY } : { isDev: true }),
    });
  }
  // What the SDK would ask Inngest's servers (events, checkpoints, signals) is answered in this process.
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    const executor = currentExecutor();
    if (!executor) throw new Error("The embedded executor has not been started.");
    return executor.fetch(input, init);
  };
  const client = new Inngest({ ...shared, isDev: true, baseUrl: "http://executor.local", fetch });
  // Only a server would read them, and the SDK copies the process's environment each time it makes them.
  return Object.defineProperty(client, "headers", { value: {} });
}

/** The one Inngest client of this process. Its functions live in `inngest/functions`. */
export const inngest: Inngest = once("inngest", makeClient);
