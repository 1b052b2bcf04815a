import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { ALL_PERMISSIONS, type Permission } from "#domain/access/permissions.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import type { apiKeyCreate } from "#domain/people/member-input.ts";
import { apiKeysChanged, makeApiKey } from "#server/auth/api-key.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import type { Actor } from "#server/trpc/context.ts";

type Row = Record<string, unknown>;

function statusOf(row: Row): "active" | "revoked" | "expired" {
  if (row.revoked_at !== null) return "revoked";
  return row.expires_at !== null && Date.parse(String(row.expires_at)) <= Date.now() ? "expired" : "active";
}

function view(row: Row) {
  return {
    id: String(row.id),
    name: String(row.name),
    prefix: `${row.prefix}…${row.tail}`,
    status: statusOf(row),
    scopes: row.scopes as string[],
    ipAllowList: row.allowed_ips as string[],
    rateLimitPerSecond: Number(row.rate_limit_per_second),
    requestCount: Number(row.request_count),
    lastUsedAt: (row.last_used_at as string | null) ?? null,
    expiresAt: (row.expires_at as string | null) ?? null,
    revokedAt: (row.revoked_at as string | null) ?? null,
    createdAt: String(row.created_at),
  };
}

/** The workspace's keys, revoked ones included, newest first; never the keys themselves. */
export async function listApiKeys(actor: Actor, input: { limit: number; cursor?: string | undefined }) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`select * from api_keys where tenant_id = ${tx.tenantId}
      and (${after}::uuid is null or id < ${after}::uuid) order by id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], view);
}

/** One key. Throws `not_found`. */
export async function getApiKey(actor: Actor, id: string) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`select * from api_keys where tenant_id = ${tx.tenantId} and id = ${id}`,
  );
  if (!rows[0]) throw notFound("api_keys");
  return view(rows[0]);
}

/** Makes a key; the answer's `key` is shown this once. It may do no more than who makes it. Throws `forbidden`. */
export async function createApiKey(actor: Actor, input: z.output<typeof apiKeyCreate>) {
  const { tenantId } = actor;
  const scopes = input.scopes ?? ALL_PERMISSIONS.filter((permission) => actor.allows(permission));
  const above = scopes.find((scope) => !actor.allows(scope as Permission));
  if (above) {
    throw new AppError("forbidden", "api_keys.scope_above_own", `scopes: you do not hold ${above} yourself.`);
  }
  const row = await withTenant(tenantId, async (tx) => {
    const [tenant] = await tx.sql`select sandbox from tenants where id = ${tenantId}`;
    const made = makeApiKey(tenant?.sandbox ? "sk_test_" : "sk_live_");
    const rows = await tx.sql<Row[]>`
      insert into api_keys (tenant_id, id, name, key_hash, prefix, tail, scopes, allowed_ips, rate_limit_per_second, expires_at)
      values (${tenantId}, ${newId()}, ${input.name}, ${made.hash}, ${made.key.slice(0, 8)}, ${made.tail}, ${scopes},
        ${input.ipAllowList}, ${input.rateLimitPerSecond}, ${input.expiresAt}) returning *`;
    const id = String(rows[0]?.id);
    await recordAudit(tx, actor, {
      action: "create",
      subjectType: "api_keys",
      subjectId: id,
      after: { name: input.name, scopes },
    });
    return { ...(rows[0] as Row), key: made.key };
  });
  return { ...view(row), key: row.key };
}

/** Revokes a key: refused from the next request on here, elsewhere within five seconds. Again changes nothing. */
export async function revokeApiKey(actor: Actor, id: string) {
  const rows = await withTenant(actor.tenantId, async (tx) => {
    const revoked = await tx.sql<Row[]>`update api_keys set revoked_at = coalesce(revoked_at, now())
      where tenant_id = ${tx.tenantId} and id = ${id} returning *`;
    if (revoked.length > 0)
      await recordAudit(tx, actor, { action: "revoke", subjectType: "api_keys", subjectId: id });
    return revoked;
  });
  if (!rows[0]) throw notFound("api_keys");
  apiKeysChanged();
  return view(rows[0]);
}
