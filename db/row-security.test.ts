import { describe, expect, it } from "vitest";
import { newId } from "#domain/core/id.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { sqlPool } from "./client.ts";
import { systemReasons, withSystem } from "./system.ts";
import { withTenant } from "./tenant.ts";
import { useTestDatabase } from "./testing/database.ts";

useTestDatabase();

/** Tables that belong to the whole installation; each is reached through withSystem, or shared read-only. */
const UNSCOPED = new Set([
  "tenants",
  "users",
  "sessions",
  "platform_keys",
  "encryption_keys",
  "system_events",
  "platform_settings",
  "idempotency_keys",
  "mail_messages",
  "channel_directory",
  "platform_ai_providers",
  "schema_migrations",
  "plans",
  "provider_prices",
  "pricing_rules",
  "pricing_history",
  "outbox",
  "outbox_counters",
  "timers",
  "pricing_state",
  "reconciliations",
  "exchange_rates",
  "invoice_runs",
  "invoice_run_results",
  "price_imports",
  "price_proposals",
  "payment_gateways",
  "payment_events",
]);

async function makeTenant(): Promise<ReturnType<typeof tenantIdFrom>> {
  const id = newId();
  await withSystem(
    "test tenant",
    (tx) =>
      tx.sql`insert into tenants (id, name, slug, billing_email) values (${id}, 'T', ${id}, 'a@b.test')`,
  );
  return tenantIdFrom(id);
}

describe("row security", () => {
  it("is forced, with policies, on every table outside the named list", async () => {
    const rows = await withSystem(
      "read the catalogue",
      (tx) => tx.sql`
      select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
        (select count(*) from pg_policy p where p.polrelid = c.oid) as policies
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p')`,
    );
    const scoped = rows.filter(
      (row) => !UNSCOPED.has(String(row.name)) && !String(row.name).startsWith("durable_"),
    );
    expect(scoped.length).toBeGreaterThan(25);
    expect(scoped.filter((row) => !row.forced || Number(row.policies) < 3).map((row) => row.name)).toEqual(
      [],
    );
  });

  it("shows a tenant its own rows and nobody else's, and refuses to write for another", async () => {
    const [a, b] = [await makeTenant(), await makeTenant()];
    const mine = newId();
    await withTenant(
      a,
      (tx) => tx.sql`insert into customers (tenant_id, id, name) values (${a}, ${mine}, 'Ann')`,
    );
    expect(await withTenant(a, (tx) => tx.sql`select id from customers`)).toHaveLength(1);
    expect(await withTenant(b, (tx) => tx.sql`select id from customers`)).toHaveLength(0);
    await expect(
      withTenant(
        b,
        (tx) => tx.sql`insert into customers (tenant_id, id, name) values (${a}, ${newId()}, 'X')`,
      ),
    ).rejects.toThrow(/row-level security/);
    expect(
      await withTenant(b, (tx) => tx.sql`update customers set name = 'X' where id = ${mine}`),
    ).toHaveLength(0);
  });

  it("gives no row to the application's account where a query forgets the tenant", async () => {
    const a = await makeTenant();
    await withTenant(
      a,
      (tx) => tx.sql`insert into customers (tenant_id, id, name) values (${a}, ${newId()}, 'Ann')`,
    );
    const rows = await sqlPool().begin(async (sql) => {
      await sql`set local role aurora_app`;
      return sql`select id from customers`;
    });
    expect(rows).toHaveLength(0);
  });

  it("counts why each system transaction was opened, and takes none without a reason", async () => {
    await withSystem("a counted reason", (tx) => tx.sql`select 1`);
    expect(systemReasons().get("a counted reason")).toBe(1);
    await expect(withSystem("", (tx) => tx.sql`select 1`)).rejects.toThrow(/reason/);
  });

  it("keeps the setting inside its transaction over a pool of two connections", async () => {
    const tenants = await Promise.all(Array.from({ length: 20 }, makeTenant));
    for (const id of tenants) {
      await withTenant(
        id,
        (tx) => tx.sql`insert into customers (tenant_id, id, name) values (${id}, ${newId()}, 'C')`,
      );
    }
    const seen = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const id = tenants[index % tenants.length] as (typeof tenants)[number];
        const work = withTenant(id, async (tx) => {
          const rows = await tx.sql`select tenant_id from customers`;
          if (index % 7 === 0) throw new Error("aborted on purpose");
          return rows.every((row) => row.tenant_id === id) && rows.length === 1;
        });
        return work.catch((error: Error) => error.message === "aborted on purpose");
      }),
    );
    expect(seen.filter((fine) => !fine)).toEqual([]);
  });
});
