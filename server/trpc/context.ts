import type { Permission } from "#domain/access/permissions.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";

/** Who asks: a signed-in person, a tenant's API key, an operator key, or nobody. */
export type Principal =
  | { kind: "user"; userId: string; sessionId: string; name: string; email: string; staff: boolean }
  | { kind: "api_key"; keyId: string; name: string }
  | { kind: "platform_key"; keyId: string; name: string }
  | { kind: "nobody" };

/** The tenant a request acts in, with what the principal may do there. Only the auth room makes one. */
export type TenantAccess = {
  id: TenantId;
  slug: string;
  role: string;
  /** A suspended workspace can be read and not changed. */
  suspended: boolean;
  allows: (permission: Permission) => boolean;
};

export type Context = {
  principal: Principal;
  tenant: TenantAccess | null;
  requestId: string;
  ip: string | null;
  userAgent: string | null;
};

/** What a deed of a tenant gets: who, where, and the request for logs and the audit trail. */
export type Actor = {
  tenantId: TenantId;
  principal: Principal;
  role: string;
  allows: (permission: Permission) => boolean;
  requestId: string;
  ip: string | null;
  userAgent: string | null;
};

/** A short word for who acted, as the audit log and `publishedBy` columns keep it. */
export function actorLabel(principal: Principal): string {
  switch (principal.kind) {
    case "user":
      return `user:${principal.userId}`;
    case "nobody":
      return "nobody";
    default:
      return `${principal.kind}:${principal.keyId}`;
  }
}
