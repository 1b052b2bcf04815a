import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { type ReservedSql, type Sql, sqlPool } from "./client.ts";
import { holdConnection } from "./hold-connection.ts";

/** One open transaction: `sql` for hand-written statements, `db` for Drizzle, both on the same connection. */
export type Transaction = {
  readonly sql: Sql;
  readonly db: PostgresJsDatabase;
};

function openTransaction(reserved: ReservedSql): Transaction {
  let database: PostgresJsDatabase | undefined;
  return {
    sql: reserved as unknown as Sql,
    get db() {
      // Drizzle overwrites its client's parsers; a throw-away options object keeps the pool's own.
      const client = Object.assign(reserved, { options: { parsers: {}, serializers: {} } });
      database ??= drizzle(client as unknown as postgres.Sql);
      return database;
    },
  };
}

/**
 * Runs `work` in a transaction that begins with `preamble` (begin, role, setting) sent as one simple query and
 * pipelined with the first statement. Commits, or rolls back when `work` throws or a statement failed unseen.
 */
export async function runTransaction<T>(preamble: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const held = await holdConnection(sqlPool);
  try {
    const begun = held.begin(preamble);
    let result: T;
    try {
      result = await work(openTransaction(held.sql));
      await begun;
    } catch (error) {
      await held.rollback(error);
      throw error;
    }
    const ended = await held.sql.unsafe("commit").simple();
    if (ended.command !== "COMMIT")
      throw new Error("The transaction was rolled back: a statement in it had failed.");
    return result;
  } finally {
    held.release();
  }
}

/** Resolves when everything that can go on without waiting has gone on: every statement has then been sent. */
const allSent = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** The statements that a transaction ends with, sent and not waited for. */
export type Sent<T extends readonly unknown[]> = { readonly [K in keyof T]: T[K] | Promise<T[K]> };

/**
 * Runs a transaction whose last statements and commit travel together and are answered together. `work` returns the
 * promises of statements that it has not waited for; where it reads nothing before, all is one round trip.
 */
export async function runPipelined<T extends readonly unknown[]>(
  preamble: string,
  work: (tx: Transaction) => Sent<T> | Promise<Sent<T>>,
  pool: () => Sql = sqlPool,
): Promise<T> {
  const held = await holdConnection(pool);
  try {
    held.begin(preamble);
    let sent: Promise<T>;
    try {
      sent = Promise.all(await work(openTransaction(held.sql))) as unknown as Promise<T>;
      sent.catch(() => undefined);
    } catch (error) {
      await held.rollback(error);
      throw error;
    }
    await allSent();
    const ending = held.sql.unsafe("commit").simple().execute();
    // A failed statement is the reason; the refused commit only its echo.
    const [ended, results] = await Promise.all([ending, sent]).catch(async (error: unknown) => {
      await ending.catch(() => undefined);
      throw error;
    });
    if (ended.command !== "COMMIT")
      throw new Error("The transaction was rolled back: a statement in it had failed.");
    return results;
  } finally {
    held.release();
  }
}
