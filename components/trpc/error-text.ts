import { TRPCClientError } from "@trpc/client";

/** What a person should read of a failed call: the server's own sentence, or that it could not be reached. */
export function errorText(error: unknown): string {
  if (error instanceof TRPCClientError) {
    const app = (error.data as { app?: { message?: string } } | null | undefined)?.app;
    if (app?.message) return app.message;
    if (error.message && !/fetch/i.test(error.message)) return error.message;
  }
  return "Aurora did not answer. What you see may be old.";
}

/** Runs a change and answers null, or what the person should read. */
export async function attempt(deed: () => Promise<unknown>): Promise<string | null> {
  try {
    await deed();
    return null;
  } catch (error) {
    return errorText(error);
  }
}
