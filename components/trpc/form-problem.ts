import { TRPCClientError } from "@trpc/client";
import { ZodError, type z } from "zod";
import type { FormProblem } from "#components/ui/record-form.tsx";
import { errorText } from "./error-text.ts";

interface AppFault {
  message?: string;
  fields?: { path: string; message: string }[];
}

type Issue = ZodError["issues"][number];

/** The schema's word for what is wrong, as a sentence for people; a message of our own schemas stays as it is. */
function sentence(issue: Issue): string {
  if (issue.code === "too_small" && issue.origin === "string")
    return Number(issue.minimum) <= 1 ? "This cannot be empty." : `At least ${issue.minimum} characters.`;
  if (issue.code === "too_big" && issue.origin === "string") return `At most ${issue.maximum} characters.`;
  if (issue.code === "too_small" && issue.origin === "array") return "Give at least one.";
  if (issue.code === "too_small") return `At least ${issue.minimum}.`;
  if (issue.code === "too_big") return `At most ${issue.maximum}.`;
  if (issue.code === "invalid_type") return "This is missing, or of another kind than expected.";
  if (issue.code === "invalid_format" && issue.format === "email") return "This is no e-mail address.";
  if (issue.code === "invalid_value" || (issue.code === "invalid_union" && issue.message === "Invalid input"))
    return "Choose one of what is offered.";
  const { message } = issue;
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? "" : "."}`;
}

/** A refused form as its sentence and, where known, the fields it is about. */
export function formProblem(error: unknown): FormProblem {
  if (error instanceof ZodError)
    return {
      message: errorText(error),
      fields: error.issues.map((issue) => ({ path: issue.path.join("."), message: sentence(issue) })),
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

/** What a person should read of a refusal where no field can be marked: without the path of the field. */
export function plainProblem(error: unknown): string {
  const { message, fields } = formProblem(error);
  return fields[0]?.message ?? message;
}

/** Holds a form's values against the schema the server uses too; throws a ZodError that `formProblem` reads. */
export function valid<S extends z.ZodType>(schema: S, values: unknown): z.input<S> {
  schema.parse(values);
  return values as z.input<S>;
}
