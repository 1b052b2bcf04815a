import { initTRPC, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import type { Permission } from "#domain/access/permissions.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { Actor, Context } from "./context.ts";
import { publicError, toTrpcError } from "./errors.ts";

/** How a procedure shows in the REST API; the same procedure serves both. */
export type RestBinding = {
  /** `"POST /customers/{id}/merge"`, relative to /api/v1 or /api/platform/v1. */
  route: `${"GET" | "POST" | "PATCH" | "DELETE"} /${string}`;
  summary: string;
  /** Success status; 200 unless said. */
  status?: 200 | 201 | 202 | 204;
  /** Required for every route with a body: shown in the OpenAPI document and sent by the route test. */
  example?: Record<string, unknown>;
  /** The result is `{ contentType, fileName?, body }` and goes out as it is. */
  file?: true;
};

export type Audience = "tenant" | "platform" | "person" | "public";
export type ProcedureMeta = { audience: Audience; permission?: Permission; rest?: RestBinding };

/** What a procedure with `file: true` returns. */
export type FileResult = { contentType: string; fileName?: string; body: string | Uint8Array };

const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
    errorFormatter: ({ shape, error, ctx }) => ({
      ...shape,
      data: { ...shape.data, stack: undefined, app: publicError(error, ctx?.requestId ?? "unknown") },
    }),
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

const mapErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok) {
    const cause = result.error.cause;
    if (cause instanceof AppError) throw toTrpcError(cause);
    if (cause instanceof ZodError)
      throw new TRPCError({ code: "BAD_REQUEST", cause, message: "The input is not valid." });
  }
  return result;
});

const base = t.procedure.use(mapErrors);

function actorOf(ctx: Context, permission: Permission): Actor {
  if (ctx.principal.kind === "nobody") {
    throw toTrpcError(
      new AppError("unauthenticated", "auth.required", "Sign in, or send an API key as Bearer token."),
    );
  }
  if (!ctx.tenant)
    throw toTrpcError(new AppError("not_found", "tenants.not_found", "There is no such workspace."));
  if (!ctx.tenant.allows(permission)) {
    const message = `This needs the permission ${permission}.`;
    throw toTrpcError(new AppError("forbidden", "auth.permission_missing", message, { permission }));
  }
  const { id: tenantId, role, allows } = ctx.tenant;
  const { principal, requestId, ip, userAgent } = ctx;
  return { tenantId, principal, role, allows, requestId, ip, userAgent };
}

function tenantProcedure(permission: Permission, rest?: RestBinding, whileSuspended = false) {
  const meta: ProcedureMeta = { audience: "tenant", permission, ...(rest ? { rest } : {}) };
  return base.meta(meta).use(({ ctx, next, type }) => {
    const actor = actorOf(ctx, permission);
    if (type === "mutation" && ctx.tenant?.suspended && !whileSuspended) {
      const message = "This workspace is suspended: everything can be read and nothing changed.";
      throw toTrpcError(new AppError("precondition", "tenants.suspended", message));
    }
    return next({ ctx: { ...ctx, actor } });
  });
}

/** A read inside one tenant. The permission is a required argument, so none can be forgotten. */
export const tenantQuery = (permission: Permission, rest?: RestBinding) => tenantProcedure(permission, rest);

/** A change inside one tenant. Ends in `.mutation()`; the name says so to the reader and to the route test. */
export const tenantMutation = (permission: Permission, rest?: RestBinding) =>
  tenantProcedure(permission, rest);

/** A change that stays open to a suspended workspace, because it is the way out: paying. */
export const tenantPayment = (permission: Permission, rest?: RestBinding) =>
  tenantProcedure(permission, rest, true);

function requireStaff(ctx: Context): void {
  const { principal } = ctx;
  if (principal.kind === "platform_key" || (principal.kind === "user" && principal.staff)) return;
  if (principal.kind === "nobody") {
    throw toTrpcError(
      new AppError("unauthenticated", "auth.required", "Sign in as staff, or send an operator key."),
    );
  }
  throw toTrpcError(new AppError("forbidden", "auth.staff_only", "Only platform staff may do this."));
}

function platformProcedure(rest?: RestBinding) {
  const meta: ProcedureMeta = { audience: "platform", ...(rest ? { rest } : {}) };
  return base.meta(meta).use(({ ctx, next }) => {
    requireStaff(ctx);
    return next({ ctx });
  });
}

/** A read of the platform's staff or of an operator key. */
export const platformQuery = (rest?: RestBinding) => platformProcedure(rest);
/** A change by the platform's staff or by an operator key. */
export const platformMutation = (rest?: RestBinding) => platformProcedure(rest);

/** For a signed-in person, whatever their tenants: their own profile, sign-ins, workspaces. */
export const personProcedure = base.meta({ audience: "person" }).use(({ ctx, next }) => {
  if (ctx.principal.kind !== "user") {
    throw toTrpcError(new AppError("unauthenticated", "auth.required", "Sign in first."));
  }
  return next({ ctx: { ...ctx, person: ctx.principal } });
});

/** For anybody: only what the sign-in page needs. */
export const publicProcedure = base.meta({ audience: "public" });
