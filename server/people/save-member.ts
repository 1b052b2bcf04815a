import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { ROLE_PERMISSIONS, type SystemRole } from "#domain/access/roles.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { memberCreate } from "#domain/people/member-input.ts";
import { hashPassword } from "#server/auth/password.ts";
import { endSessionsOf } from "#server/auth/session.ts";
import { requirePlanRoom } from "#server/billing/plan-limits.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { ensurePerson } from "#server/tenants/create-tenant.ts";
import type { Actor } from "#server/trpc/context.ts";
import { getUser, readMember, userView } from "./list-users.ts";
import { memberNamesChanged } from "./member-names.ts";

/** Nobody gives, takes or changes a role that may do what they themselves may not. */
function requireRank(actor: Actor, role: string): void {
  const missing = [...(ROLE_PERMISSIONS[role as SystemRole] ?? [])].find((right) => !actor.allows(right));
  if (missing === undefined) return;
  const message = `role: ${role} may do more than you (${missing}). Ask somebody who holds that role.`;
  throw new AppError("forbidden", "users.role_above_own", message);
}

/** Refuses to leave a workspace without an owner; the owners' rows are locked, so that two cannot leave at once. */
async function requireAnotherOwner(tx: TenantTransaction, userId: string): Promise<void> {
  const owners = await tx.sql`select user_id from memberships
    where tenant_id = ${tx.tenantId} and role = 'owner' and status = 'active' for update`;
  if (owners.some((row) => row.user_id !== userId)) return;
  throw new AppError(
    "conflict",
    "users.last_owner",
    "A workspace needs an owner. Make somebody else one first.",
  );
}

async function requireNewcomer(tenantId: TenantId, email: string): Promise<void> {
  const rows = await withSystem(
    "look for a member",
    (tx) => tx.sql`select m.id from memberships m join users u on u.id = m.user_id
      where m.tenant_id = ${tenantId} and lower(u.email) = lower(${email}) and m.status <> 'removed'`,
  );
  if (rows.length > 0)
    throw new AppError("conflict", "users.already_member", "email: this person is a member already.");
}

/** Adds a person to the workspace. Throws `conflict` where they are a member already. */
export async function createUser(actor: Actor, input: z.output<typeof memberCreate>) {
  const { tenantId } = actor;
  requireRank(actor, input.role);
  await requireNewcomer(tenantId, input.email);
  await withTenant(tenantId, (tx) => requirePlanRoom(tx, "seats"));
  const passwordHash = input.password ? await hashPassword(input.password) : null;
  const userId = await withSystem("add member", (tx) => ensurePerson(tx, { ...input, passwordHash }));
  await withTenant(tenantId, async (tx) => {
    // Looked at again where the seat is taken: those who come at once are let in one after the other.
    await requirePlanRoom(tx, "seats");
    // Somebody who was removed comes back in the role they are given now.
    await tx.sql`insert into memberships as m (tenant_id, id, user_id, role) values (${tenantId}, ${newId()}, ${userId}, ${input.role})
      on conflict (tenant_id, user_id) do update set status = 'active', role = excluded.role, updated_at = now()`;
    const after = { email: input.email, role: input.role };
    await recordAudit(tx, actor, { action: "create", subjectType: "users", subjectId: userId, after });
  });
  memberNamesChanged(tenantId);
  return getUser(actor, userId);
}

/** Changes a member's role; every sign-in of theirs ends at once. */
export async function changeRole(actor: Actor, userId: string, role: SystemRole) {
  const { tenantId } = actor;
  const before = await readMember(tenantId, userId);
  if (before.role === role) return userView(before);
  requireRank(actor, String(before.role));
  requireRank(actor, role);
  await withTenant(tenantId, async (tx) => {
    if (before.role === "owner") await requireAnotherOwner(tx, userId);
    await tx.sql`update memberships set role = ${role}, updated_at = now() where tenant_id = ${tenantId} and user_id = ${userId}`;
    await recordAudit(tx, actor, {
      action: "change_role",
      subjectType: "users",
      subjectId: userId,
      before: { role: before.role },
      after: { role },
    });
  });
  await endSessionsOf(userId);
  return getUser(actor, userId);
}

/** Takes a person out of the workspace: sign-ins end at once, their open conversations are nobody's. */
export async function removeUser(actor: Actor, userId: string) {
  const { tenantId } = actor;
  const before = await readMember(tenantId, userId);
  requireRank(actor, String(before.role));
  await withTenant(tenantId, async (tx) => {
    if (before.role === "owner") await requireAnotherOwner(tx, userId);
    await tx.sql`update memberships set status = 'removed', updated_at = now() where tenant_id = ${tenantId} and user_id = ${userId}`;
    await tx.sql`update conversations set assignee_id = null, updated_at = now() where tenant_id = ${tenantId} and assignee_id = ${userId}
      and status in ('open', 'pending', 'escalated')`;
    await recordAudit(tx, actor, { action: "remove", subjectType: "users", subjectId: userId });
  });
  await endSessionsOf(userId);
  memberNamesChanged(tenantId);
  wakeRelay();
  return { ...userView(before), status: "removed" };
}
