import { logger } from "#server/runtime/logger.ts";
import { type OutboxEvent, startRelay, stopRelay } from "#server/runtime/outbox.ts";
import { startTimers, stopTimers } from "#server/runtime/timers.ts";
import { inngest, usesInngestServer } from "./client.ts";
import { functions } from "./functions.ts";
import { Caller } from "./local/caller.ts";
import { startLocalExecutor, stopLocalExecutor } from "./local/current-executor.ts";
import { Router } from "./local/function-rules.ts";

/**
 * Begins all background work of this process: functions (by the embedded executor, or handed to the Inngest server
 * named by INNGEST_BASE_URL), the outbox relay, the timers. Once per process, after the migrations.
 */
export async function startDurableWork(): Promise<void> {
  if (usesInngestServer()) {
    const router = new Router(await new Caller(inngest, functions).sync());
    await startRelay({
      knows: (name) => router.knows(name),
      send: async (events: OutboxEvent[]) => {
        await inngest.send(events);
      },
    });
    logger.info({ functions: functions.length }, "functions are run by the Inngest server");
  } else {
    const executor = await startLocalExecutor({ client: inngest, functions });
    await startRelay({
      knows: (name) => executor.knows(name),
      deliver: (sql, events) => executor.deliver(sql, events),
    });
    logger.info({ functions: functions.length }, "functions are run by the embedded executor");
  }
  startTimers();
}

/** Stops taking work, finishes what runs, hands the rest back. */
export async function stopDurableWork(graceMs?: number): Promise<void> {
  await stopTimers();
  await stopRelay();
  await stopLocalExecutor(graceMs);
}
