import { TRPCClientError } from "@trpc/client";
import { ZodError } from "zod";

/** What a person should read of a failed call: the server's own sentence, or that it could not be reached. */
export function errorText(error: unknown): string {
  if (error instanceof TRPCClientError) {
    const app = (error.data as { app?: { message?: string } } | null | undefined)?.app;
    if (app?.message) return app.message;
    if (error.message && !/fetch/i.test(error.message)) return error.message;
  }
  if (error instanceof ZodError) {
    const issue = error.issues[0];
    return issue ? `${issue.path.join(".") || "The form"}: ${issue.message}` : "The form is not complete.";
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
