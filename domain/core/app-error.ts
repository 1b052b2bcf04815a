/** The closed list of what can go wrong; each kind maps to one HTTP status and one tRPC code. */
export type ErrorKind =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "limit_reached"
  | "precondition"
  | "unavailable";

/**
 * An error that a caller may see: `code` is stable (`billing.quota_exceeded`), `message` says what to do. `fields` in the
 * details, a list of `{ path, message }`, names the input's fields as a schema would.
 */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(kind: ErrorKind, code: string, message: string, details?: Record<string, unknown>) {
    super(message);
    this.name = "AppError";
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

/** The not-found error of a noun; another tenant's row and a missing row look the same. */
export function notFound(noun: string): AppError {
  return new AppError("not_found", `${noun}.not_found`, `There is no such ${noun.replaceAll("_", " ")}.`);
}

/** Kinds that a job must not retry, because trying again cannot help. */
export const FINAL_KINDS: ReadonlySet<ErrorKind> = new Set([
  "invalid",
  "not_found",
  "precondition",
  "forbidden",
]);
