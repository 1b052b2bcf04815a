/** Next calls this once when the server starts: background work begins in the same process. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs" || process.env.NEXT_PHASE === "phase-production-build") return;
  const { startBackgroundWork } = await import("./inngest/start-background-work.ts");
  await startBackgroundWork();
}
