import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { ALL_PERMISSIONS } from "#domain/access/permissions.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { makeApiKey } from "#server/auth/api-key.ts";

export type NewTenant = {
  name: string;
  slug: string;
  sandbox: boolean;
  currency: string;
  timezone: string;
  billingEmail: string;
  status?: string;
  website?: string | null;
  taxRatePercent?: string;
};

function onTaken(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new AppError("conflict", "tenants.slug_taken", "slug: this name is taken. Choose another.");
  }
  throw error;
}

/** Makes a tenant; its slug is unique in the whole house. */
export async function createTenant(input: NewTenant): Promise<TenantId> {
  const id = newId();
  await withSystem(
    "create tenant",
    (tx) => tx.sql`
    insert into tenants (id, name, slug, status, timezone, currency, billing_email, sandbox, website, tax_rate_percent, trial_ends_at)
    values (${id}, ${input.name}, ${input.slug}, ${input.status ?? "trial"}, ${input.timezone}, ${input.currency}, ${input.billingEmail},
      ${input.sandbox}, ${input.website ?? null}, ${input.taxRatePercent ?? "0"}, now() + interval '30 days')`,
  ).catch(onTaken);
  return tenantIdFrom(id);
}

/** Makes a key that may do what an owner may; the key is in the answer once and never again. */
export async function createOwnerKey(tenantId: TenantId, name: string, sandbox: boolean): Promise<string> {
  const { key, hash, tail } = makeApiKey(sandbox ? "sk_test_" : "sk_live_");
  await withSystem(
    "create owner key",
    (tx) => tx.sql`
    insert into api_keys (tenant_id, id, name, key_hash, prefix, tail, scopes)
    values (${tenantId}, ${newId()}, ${name}, ${hash}, ${key.slice(0, 8)}, ${tail}, ${[...ALL_PERMISSIONS]})`,
  );
  return key;
}

type Person = { email: string; name: string; passwordHash: string | null };

/** The id of the person with an address; made where the address is new. */
export async function ensurePerson(tx: Transaction, person: Person): Promise<string> {
  await tx.sql`insert into users (id, email, name, password_hash) values (${newId()}, ${person.email}, ${person.name}, ${person.passwordHash})
    on conflict (lower(email)) do nothing`;
  const rows = await tx.sql`select id from users where lower(email) = lower(${person.email})`;
  return String(rows[0]?.id);
}

/** Adds a person to a tenant in a role; the person is made where the address is new. */
export async function addMember(tenantId: TenantId, person: Person & { role: string }): Promise<string> {
  return withSystem("add member", async (tx) => {
    const userId = await ensurePerson(tx, person);
    await tx.sql`insert into memberships (tenant_id, id, user_id, role) values (${tenantId}, ${newId()}, ${userId}, ${person.role})
      on conflict (tenant_id, user_id) do nothing`;
    return userId;
  });
}
