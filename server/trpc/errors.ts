import { TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import { AppError, type ErrorKind } from "#domain/core/app-error.ts";
import { logger } from "#server/runtime/logger.ts";

const TRPC_CODE = {
  invalid: "BAD_REQUEST",
  unauthenticated: "UNAUTHORIZED",
  forbidden: "FORBIDDEN",
  not_found: "NOT_FOUND",
  conflict: "CONFLICT",
  limit_reached: "TOO_MANY_REQUESTS",
  precondition: "PRECONDITION_FAILED",
  unavailable: "SERVICE_UNAVAILABLE",
} as const satisfies Record<ErrorKind, TRPCError["code"]>;

/** The part of an error that a caller may see. */
export type PublicError = {
  kind: ErrorKind | "internal";
  code: string;
  message: string;
  fields?: { path: string; message: string }[];
  details?: Record<string, unknown>;
};

function fromZod(error: ZodError): PublicError {
  const fields = error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const first = fields[0];
  const message = first ? `${first.path || "The input"}: ${first.message}` : "The input is not valid.";
  return { kind: "invalid", code: "input.invalid", message, fields };
}

const FROM_TRPC: Partial<Record<TRPCError["code"], [ErrorKind, string]>> = {
  NOT_FOUND: ["not_found", "route.not_found"],
  BAD_REQUEST: ["invalid", "input.invalid"],
  UNAUTHORIZED: ["unauthenticated", "auth.required"],
  METHOD_NOT_SUPPORTED: ["invalid", "route.method"],
};

/** Turns whatever a deed threw into what a caller may see; an unknown error becomes an id that the log explains. */
export function publicError(error: unknown, requestId: string): PublicError {
  const cause = error instanceof TRPCError && error.cause ? error.cause : error;
  if (cause instanceof AppError) {
    const { kind, code, message } = cause;
    const { fields, ...details } = cause.details ?? {};
    return {
      kind,
      code,
      message,
      ...(Array.isArray(fields) ? { fields: fields as NonNullable<PublicError["fields"]> } : {}),
      ...(Object.keys(details).length > 0 ? { details } : {}),
    };
  }
  if (cause instanceof ZodError) return fromZod(cause);
  if (error instanceof TRPCError) {
    const known = FROM_TRPC[error.code];
    if (known) return { kind: known[0], code: known[1], message: error.message };
  }
  logger.error({ requestId, err: cause }, "an unexpected error");
  return {
    kind: "internal",
    code: "internal",
    message: `Something failed on our side. The log names it by ${requestId}.`,
  };
}

/** An AppError as tRPC's own error, so that its HTTP status fits. */
export function toTrpcError(error: AppError): TRPCError {
  return new TRPCError({ code: TRPC_CODE[error.kind], message: error.message, cause: error });
}
