import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { type ReservedSql, type Sql, sqlPool } from "./client.ts";

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
  const reserved = (await sqlPool().reserve()) as ReservedSql;
  try {
    const begun = reserved.unsafe(preamble).simple().execute();
    begun.catch(() => undefined);
    let result: T;
    try {
      result = await work(openTransaction(reserved));
      await begun;
    } catch (error) {
      await reserved
        .unsafe("rollback")
        .simple()
        .catch(() => undefined);
      throw error;
    }
    const ended = await reserved.unsafe("commit").simple();
    if (ended.command !== "COMMIT")
      throw new Error("The transaction was rolled back: a statement in it had failed.");
    return result;
  } finally {
    reserved.release();
  }
}
