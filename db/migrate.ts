import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { createPool, type Sql } from "./client.ts";

const here = import.meta.dirname;
const LOCK = 7_205_316;

async function readSql(name: string): Promise<string> {
  return readFile(path.join(here, name), "utf8");
}

async function migrationFiles(): Promise<{ name: string; text: string }[]> {
  const folder = path.join(here, "migrations");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(names.map(async (name) => ({ name, text: await readSql(`migrations/${name}`) })));
}

/** A hash over everything that shapes the schema; names the template database of the tests. */
export async function schemaHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const { name, text } of await migrationFiles()) hash.update(name).update(text);
  hash.update(await readSql("roles.sql")).update(await readSql("row-security.sql"));
  return hash.digest("hex").slice(0, 12);
}

async function applyOne(sql: Sql, file: { name: string; text: string }): Promise<void> {
  const statements = file.text.split("--> statement-breakpoint").map((part) => part.trim());
  await sql.unsafe(
    [
      "begin",
      "set local role aurora_owner",
      ...statements.filter((part) => part.length > 0).map((part) => part.replace(/;\s*$/, "")),
      `insert into schema_migrations(name) values ('${file.name}')`,
      "commit",
    ].join(";\n"),
  );
}

/**
 * Brings a database to the newest schema: roles, the named migrations not applied yet (each in a transaction of its
 * own, as `aurora_owner`), then row security over every table. Returns how many were applied. Safe to run by two
 * instances at once: an advisory lock lets one work. `signIn` is the role the application signs in with, where it
 * is not the migrating one.
 */
export async function migrate(url: string, signIn?: string): Promise<number> {
  const sql = createPool(url, { max: 1, applicationName: "aurora-migrate" });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    if (signIn) await sql`select set_config('aurora.sign_in', ${signIn}, false)`;
    await sql.unsafe(await readSql("roles.sql"));
    await sql.unsafe(
      "set role aurora_owner; create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now()); reset role",
    );
    await sql.unsafe("set role aurora_owner");
    const done = new Set((await sql`select name from schema_migrations`).map((row) => String(row.name)));
    await sql.unsafe("reset role");
    let applied = 0;
    for (const file of await migrationFiles()) {
      if (done.has(file.name)) continue;
      await applyOne(sql, file).catch(async (error: unknown) => {
        await sql.unsafe("rollback").catch(() => undefined);
        throw new Error(
          `Migration ${file.name} failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
      applied += 1;
    }
    await sql.unsafe(`begin; set local role aurora_owner; ${await readSql("row-security.sql")}; commit`);
    return applied;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
