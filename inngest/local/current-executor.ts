import { forget, once } from "#server/runtime/process.ts";
import { type ExecutorOptions, LocalExecutor } from "./local-executor.ts";

const holder = () => once<{ executor: LocalExecutor | null }>("durable.executor", () => ({ executor: null }));

/** The running executor of this process, or null before the start. */
export function currentExecutor(): LocalExecutor | null {
  return holder().executor;
}

/** Starts the one executor of this process; a second call returns the first one. */
export async function startLocalExecutor(options: ExecutorOptions): Promise<LocalExecutor> {
  const held = holder();
  if (held.executor) return held.executor;
  held.executor = new LocalExecutor(options);
  try {
    await held.executor.start();
  } catch (error) {
    held.executor = null;
    throw error;
  }
  return held.executor;
}

/** Lets running calls finish for `graceMs`, gives the rest back, forgets the executor. */
export async function stopLocalExecutor(graceMs?: number): Promise<void> {
  await holder().executor?.stop(graceMs);
  forget("durable.executor");
}
