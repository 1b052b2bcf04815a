import type { Permission } from "#domain/access/permissions.ts";
import { roleAllows } from "#domain/access/roles.ts";
import { findSession } from "#server/auth/session.ts";
import type { Actor } from "#server/trpc/context.ts";

/** Whether the person behind a long request is still signed in and holds the right; at most five seconds old. */
export async function stillAllowed(actor: Actor, permission: Permission): Promise<boolean> {
  const { principal, tenantId } = actor;
  if (principal.kind !== "user") return true;
  const found = await findSession(principal.sessionId);
  if (!found.user) return false;
  const membership = found.memberships.find((row) => row.tenant_id === tenantId);
  return membership !== undefined && roleAllows(membership.role, membership.extra_permissions, permission);
}
