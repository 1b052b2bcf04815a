import { AppError, type ErrorKind } from "#domain/core/app-error.ts";
import { findApiKey } from "#server/auth/api-key.ts";
import { makeContext } from "#server/auth/make-context.ts";
import type { Context } from "#server/trpc/context.ts";
import { type PublicError, publicError } from "#server/trpc/errors.ts";
import { createCallerFactory, type FileResult } from "#server/trpc/procedures.ts";
import { appRouter } from "#server/trpc/router.ts";
import { IN_PROGRESS, runIdempotent } from "./idempotency.ts";
import { takeToken } from "./rate-limit.ts";
import { readInput } from "./read-input.ts";
import { matchRoute, type RestRoute } from "./routes.ts";

const STATUS: Record<ErrorKind | "internal", number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  limit_reached: 429,
  precondition: 412,
  unavailable: 503,
  internal: 500,
};

const createCaller = createCallerFactory(appRouter);
type Callable = (input: unknown) => Promise<unknown>;

/** RFC 9457 problem details. */
function problem(error: PublicError, requestId: string, headers: Record<string, string> = {}): Response {
  const status = typeof error.details?.status === "number" ? error.details.status : STATUS[error.kind];
  const body = {
    type: `urn:aurora:problem:${error.code}`,
    title: error.kind.replaceAll("_", " "),
    status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.fields ? { errors: error.fields } : {}),
  };
  const later = status === 429 || error.code === IN_PROGRESS;
  const extra: Record<string, string> = later ? { "retry-after": "1" } : {};
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", "x-request-id": requestId, ...extra, ...headers },
  });
}

function call(ctx: Context, procedure: string, input: unknown): Promise<unknown> {
  let target: unknown = createCaller(ctx);
  for (const part of procedure.split(".")) target = (target as Record<string, unknown>)[part];
  return (target as Callable)(input);
}

function answer(route: RestRoute, result: unknown, headers: Record<string, string>): Response {
  if (route.binding.file) {
    const file = result as FileResult;
    const all: Record<string, string> = { ...headers, "content-type": file.contentType };
    if (file.fileName) all["content-disposition"] = `attachment; filename="${file.fileName}"`;
    return new Response(file.body as BodyInit, { headers: all });
  }
  const status = route.binding.status ?? 200;
  return status === 204
    ? new Response(null, { status, headers })
    : Response.json(result, { status, headers });
}

function ownerOf(ctx: Context): string {
  return ctx.principal.kind === "user"
    ? ctx.principal.userId
    : ctx.principal.kind === "nobody"
      ? ""
      : ctx.principal.keyId;
}

async function limitHeaders(
  request: Request,
  ctx: Context,
): Promise<{ refused: boolean; headers: Record<string, string> }> {
  if (ctx.principal.kind !== "api_key") return { refused: false, headers: {} };
  const token = request.headers.get("authorization")?.slice(7) ?? "";
  const key = await findApiKey(token, ctx.ip);
  const taken = takeToken(ctx.principal.keyId, key?.kind === "tenant" ? key.ratePerSecond : 100);
  const headers = {
    "ratelimit-limit": String(taken.limit),
    "ratelimit-remaining": String(taken.remaining),
    "ratelimit-reset": "1",
  };
  return { refused: !taken.allowed, headers };
}

async function serve(
  request: Request,
  ctx: Context,
  route: RestRoute,
  path: string,
  headers: Record<string, string>,
) {
  const input = await readInput(request, route, path);
  const run = () => call(ctx, route.procedure, input.value);
  const key = request.headers.get("idempotency-key");
  if (request.method !== "POST" || !key || route.binding.file) return answer(route, await run(), headers);
  if (key.length > 255)
    throw new AppError(
      "invalid",
      "idempotency.key_too_long",
      "An Idempotency-Key has 255 characters at most.",
    );
  const fact = { ownerId: ownerOf(ctx), key, route: `${request.method} ${path}`, body: input.body };
  const stored = await runIdempotent(fact, async () => ({
    status: route.binding.status ?? 200,
    body: await run(),
  }));
  const marks = { ...headers, ...(stored.replayed ? { "idempotency-replayed": "true" } : {}) };
  return Response.json(stored.body, { status: stored.status, headers: marks });
}

/** Serves one REST request of the public (`tenant`) or the platform API from the tRPC procedures. */
export async function handleRestRequest(
  request: Request,
  audience: "tenant" | "platform",
  segments: string[],
): Promise<Response> {
  const path = `/${segments.map(encodeURIComponent).join("/")}`;
  // The session cookie opens the browser's own downloads; the tenant then stands in the query.
  const url = new URL(request.url);
  const slug = url.searchParams.get("tenant");
  const ctx = await makeContext(request, slug);
  if (slug !== null) url.searchParams.delete("tenant");
  const cleaned = slug === null ? request : new Request(url, request);
  const { route, allowed } = matchRoute(audience, request.method, path);
  try {
    if (!route) {
      if (allowed.length > 0) {
        const error: PublicError = {
          kind: "invalid",
          code: "route.method",
          message: `This address takes ${allowed.join(", ")}.`,
          details: { status: 405 },
        };
        return problem(error, ctx.requestId, { allow: allowed.join(", ") });
      }
      throw new AppError("not_found", "route.not_found", "There is no such address in the API.");
    }
    const { refused, headers } = await limitHeaders(request, ctx);
    if (refused) {
      const message = "This key made more requests in a second than it may; wait a second.";
      return problem({ kind: "limit_reached", code: "rate_limit", message }, ctx.requestId, {
        ...headers,
        "retry-after": "1",
      });
    }
    return await serve(cleaned, ctx, route, path, { ...headers, "x-request-id": ctx.requestId });
  } catch (error) {
    return problem(publicError(error, ctx.requestId), ctx.requestId);
  }
}
