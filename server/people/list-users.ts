import { withSystem } from "#db/system.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { Actor } from "#server/trpc/context.ts";

export type UserRow = Record<string, unknown>;

/** A member as the API shows it; `id` is the person's. */
export function userView(row: UserRow) {
  return {
    id: String(row.user_id),
    email: String(row.email),
    name: String(row.name),
    role: String(row.role),
    status: String(row.status),
    extraPermissions: row.extra_permissions as string[],
    lastSignInAt: (row.last_sign_in_at as string | null) ?? null,
    createdAt: String(row.created_at),
  };
}

/** One present member's row. Throws `not_found`. */
export async function readMember(tenantId: TenantId, userId: string): Promise<UserRow> {
  const rows = await withSystem(
    "read a member",
    (tx) => tx.sql<UserRow[]>`
      select m.*, u.email, u.name, u.last_sign_in_at from memberships m join users u on u.id = m.user_id
      where m.tenant_id = ${tenantId} and m.user_id = ${userId} and m.status <> 'removed'`,
  );
  if (!rows[0]) throw notFound("users");
  return rows[0];
}

/** The workspace's members. */
export async function listUsers(actor: Actor, input: { limit: number; cursor?: string | undefined }) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withSystem(
    "list members",
    (tx) => tx.sql<UserRow[]>`
      select m.*, u.email, u.name, u.last_sign_in_at from memberships m join users u on u.id = m.user_id
      where m.tenant_id = ${actor.tenantId} and m.status <> 'removed' and (${after}::uuid is null or m.id > ${after}::uuid)
      order by m.id limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], userView);
}

/** One member. Throws `not_found`. */
export async function getUser(actor: Actor, userId: string) {
  return userView(await readMember(actor.tenantId, userId));
}
