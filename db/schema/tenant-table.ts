import { type BuildColumns, sql } from "drizzle-orm";
import {
  type PgColumnBuilderBase,
  type PgTableExtraConfigValue,
  pgTable,
  primaryKey,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

/** timestamptz read and written as ISO 8601 text. */
export const time = (name: string) => timestamp(name, { withTimezone: true, mode: "string" });

/** When the row was made, by the database's clock (real time, not a tenant's). */
export const createdAt = () => time("created_at").notNull().default(sql`now()`);
export const updatedAt = () => time("updated_at").notNull().default(sql`now()`);

const scope = () => ({ tenantId: uuid("tenant_id").notNull(), id: uuid("id").notNull() });

type Scoped<C> = ReturnType<typeof scope> & C;

/**
 * A table whose rows belong to a tenant: `tenant_id` and `id` with the primary key (tenant_id, id). Every table with
 * a `tenant_id` that may not be null gets forced row security after each migration (db/row-security.sql).
 */
export function tenantTable<N extends string, C extends Record<string, PgColumnBuilderBase>>(
  name: N,
  columns: C,
  extra: (table: BuildColumns<N, Scoped<C>, "pg">) => PgTableExtraConfigValue[] = () => [],
) {
  return pgTable(name, { ...scope(), ...columns } as Scoped<C>, (table) => {
    const built = table as unknown as BuildColumns<N, ReturnType<typeof scope>, "pg">;
    return [
      primaryKey({ columns: [built.tenantId, built.id] }),
      ...extra(table as unknown as BuildColumns<N, Scoped<C>, "pg">),
    ];
  });
}
