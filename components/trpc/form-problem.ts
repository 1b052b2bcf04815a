import { TRPCClientError } from "@trpc/client";
import { ZodError, type z } from "zod";
import type { FormProblem } from "#components/ui/record-form.tsx";
import { errorText } from "./error-text.ts";

interface AppFault {
  message?: string;
  fields?: { path: string; message: string }[];
}

/** A refused form as its sentence and, where known, the fields it is about. */
export function formProblem(error: unknown): FormProblem {
  if (error instanceof ZodError)
    return {
      message: errorText(error),
      fields: error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })),
    };
  const message = errorText(error);
  if (error instanceof TRPCClientError) {
    const app = (error.data as { app?: AppFault } | null | undefined)?.app;
    if (app?.fields && app.fields.length > 0) return { message, fields: app.fields };
  }
  // A deed's own refusal names its field first: "name: there is a flow of this name already."
  const named = /^([A-Za-z][\w.]*): (.+)$/s.exec(message);
  return named?.[1] && named[2]
    ? { message, fields: [{ path: named[1], message: named[2] }] }
    : { message, fields: [] };
}

/** Holds a form's values against the schema the server uses too; throws a ZodError that `formProblem` reads. */
export function valid<S extends z.ZodType>(schema: S, values: unknown): z.input<S> {
  schema.parse(values);
  return values as z.input<S>;
}
