import { parse as parseCookies } from "node:querystring";
import { decode } from "next-auth/jwt";
import type { Permission } from "#domain/access/permissions.ts";
import { roleAllows } from "#domain/access/roles.ts";
import { newId } from "#domain/core/id.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { env } from "#server/runtime/env.ts";
import type { Context, TenantAccess } from "#server/trpc/context.ts";
import { findApiKey } from "./api-key.ts";
import { findSession, type MembershipRow } from "./session.ts";

type RequestFacts = { headers: Headers; method: string };
const NOBODY = { kind: "nobody" } as const;

function clientIp(headers: Headers): string | null {
  return headers.get("x-forwarded-for")?.split(",")[0]?.trim() || null;
}

async function sessionIdOf(headers: Headers): Promise<string | null> {
  const cookies = parseCookies(headers.get("cookie") ?? "", "; ", "=");
  const token = cookies["__Secure-next-auth.session-token"] ?? cookies["next-auth.session-token"];
  const secret = env().AUTH_SECRET;
  if (typeof token !== "string" || !secret) return null;
  const decoded = await decode({ token, secret }).catch(() => null);
  return typeof decoded?.sid === "string" ? decoded.sid : null;
}

/** A browser's change from another site is nobody's, whatever cookie came along. */
function fromElsewhere({ headers, method }: RequestFacts): boolean {
  const origin = headers.get("origin");
  if (method === "GET" || method === "HEAD" || !origin) return false;
  return origin !== new URL(env().appUrl).origin && URL.parse(origin)?.host !== headers.get("host");
}

function accessOf(membership: MembershipRow): TenantAccess {
  const { role, extra_permissions: extra } = membership;
  return {
    id: tenantIdFrom(membership.tenant_id),
    slug: membership.slug,
    role,
    suspended: membership.tenant_status === "suspended",
    allows: (permission: Permission) => roleAllows(role, extra, permission),
  };
}

/**
 * Who asks and in which tenant: from the Bearer key, else from the session cookie with `tenantSlug` (the workspace in
 * the page's address, sent as `x-aurora-tenant`). Nothing of it is taken from the request's own claims.
 */
export async function makeContext(request: RequestFacts, tenantSlug: string | null): Promise<Context> {
  const { headers } = request;
  const facts = {
    requestId: headers.get("x-request-id")?.slice(0, 64) || newId(),
    ip: clientIp(headers),
    userAgent: headers.get("user-agent")?.slice(0, 400) ?? null,
  };
  const bearer = /^Bearer (\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (bearer) {
    const key = await findApiKey(bearer, facts.ip);
    if (!key) return { principal: NOBODY, tenant: null, ...facts };
    if (key.kind === "platform") {
      return { principal: { kind: "platform_key", keyId: key.id, name: key.name }, tenant: null, ...facts };
    }
    const scopes = new Set(key.scopes);
    const tenant: TenantAccess = {
      id: tenantIdFrom(key.tenantId),
      slug: key.slug,
      role: "api_key",
      suspended: key.suspended,
      allows: (permission) => scopes.has(permission) || scopes.has("*"),
    };
    return { principal: { kind: "api_key", keyId: key.id, name: key.name }, tenant, ...facts };
  }
  const sessionId = fromElsewhere(request) ? null : await sessionIdOf(headers);
  const found = sessionId ? await findSession(sessionId) : { user: null };
  if (!found.user) return { principal: NOBODY, tenant: null, ...facts };
  const { user, memberships } = found;
  const membership = tenantSlug ? memberships.find((row) => row.slug === tenantSlug) : undefined;
  return { principal: { kind: "user", ...user }, tenant: membership ? accessOf(membership) : null, ...facts };
}
