import { type ReservedSql, replacePool, type Sql } from "./client.ts";

/** A connection that one transaction has for itself. */
export type Held = {
  readonly sql: ReservedSql;
  /** Sends the transaction's first statement; its failure is also the failure of what follows. */
  begin(preamble: string): Promise<unknown>;
  /** Takes back what was done, because of an error. */
  rollback(reason: unknown): Promise<void>;
  release(): void;
};

// The driver's own query, and its connection as it hands it to a query's `onexecute`.
type DriverQuery = { handler?: (query: DriverQuery) => void; reject: (error: unknown) => void };
type DriverConnection = {
  onclose: ((error: unknown) => void) | null;
  connect: (next: { reject: (error: unknown) => void }) => void;
};
type State = { lost: { error: unknown } | null; sent: DriverQuery[] };

/** Whether an error says that the connection itself is gone; one of the socket carries the statement it struck. */
function isGone(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return false;
  if (code.startsWith("CONNECTION_") || code.startsWith("57P0")) return true;
  return /^E[A-Z]{3,}$/.test(code) && "query" in (error as object);
}

/** How many transactions use a pool, and who is told when it lost a connection. */
type Use = { holders: number; retired: boolean; waiting: Set<() => void> };
const uses = new WeakMap<Sql, Use>();

function usageOf(pool: Sql): Use {
  let use = uses.get(pool);
  if (!use) {
    use = { holders: 0, retired: false, waiting: new Set() };
    uses.set(pool, use);
  }
  return use;
}

function endUnused(pool: Sql, use: Use): void {
  if (use.retired && use.holders === 0) pool.end({ timeout: 5 }).catch(() => undefined);
}

/** A pool with a dead connection takes nobody in any more; it ends when its last transaction has. */
function retire(pool: Sql, use: Use): void {
  if (use.retired) return;
  use.retired = true;
  replacePool(pool);
  for (const turnAway of use.waiting) turnAway();
}

/** A connection of the pool of the moment; who waits at one that is retired meanwhile asks the next. */
async function reserve(current: () => Sql): Promise<{ reserved: ReservedSql; pool: Sql; use: Use }> {
  for (;;) {
    const pool = current();
    const use = usageOf(pool);
    let turnAway = () => {};
    const away = new Promise<null>((resolve) => {
      turnAway = () => resolve(null);
    });
    use.waiting.add(turnAway);
    const asked = pool.reserve() as Promise<ReservedSql>;
    const reserved = await Promise.race([asked, away]).finally(() => use.waiting.delete(turnAway));
    if (reserved) {
      use.holders += 1;
      return { reserved, pool, use };
    }
    asked.then((late) => late.release()).catch(() => undefined);
  }
}

/** The statements of a connection that died are refused: the driver would write them to a socket that is no more. */
function guarded(reserved: ReservedSql, state: State): ReservedSql {
  const guard = (made: unknown) => {
    const query = made as DriverQuery;
    const { handler } = query;
    if (!handler) return made;
    query.handler = (sent) => {
      if (state.lost) return sent.reject(state.lost.error);
      state.sent.push(sent);
      handler(sent);
    };
    return made;
  };
  const { unsafe } = reserved;
  const guardedUnsafe = (...given: Parameters<typeof unsafe>) => guard(unsafe(...given));
  return new Proxy(reserved, {
    apply: (target, self, given) => guard(Reflect.apply(target, self, given)),
    get: (target, name) => (name === "unsafe" ? guardedUnsafe : Reflect.get(target, name)),
  });
}

/**
 * Takes a connection for one transaction from the pool that `current` names. When the server or the network ends it
 * midway, every statement of the transaction fails and nobody waits for ever. The driver would open such a connection
 * again with remains of what it was about, so it is never used again: its pool is replaced.
 */
export async function holdConnection(current: () => Sql): Promise<Held> {
  const { reserved, pool, use } = await reserve(current);
  const state: State = { lost: null, sent: [] };
  const sql = guarded(reserved, state);
  let connection: DriverConnection | null = null;
  const onexecute = (own: DriverConnection) => {
    connection = own;
    own.onclose = (error) => {
      state.lost ??= { error };
      own.connect = (next) => next.reject(error);
      // Some still wait in the driver for their turn on this connection; for those answered it means nothing.
      for (const query of state.sent) query.reject(error);
      retire(pool, use);
    };
    return true;
  };
  const note = (error: unknown) => {
    if (isGone(error)) state.lost ??= { error };
  };
  return {
    sql,
    begin(preamble) {
      const options = { simple: true, onexecute } as Parameters<typeof reserved.unsafe>[2];
      const begun = sql.unsafe(preamble, [], options).execute();
      begun.catch(note);
      return begun;
    },
    async rollback(reason) {
      note(reason);
      if (!state.lost) await sql.unsafe("rollback").simple().catch(note);
    },
    release() {
      if (!state.lost) {
        if (connection) connection.onclose = null;
        reserved.release();
      }
      use.holders -= 1;
      endUnused(pool, use);
    },
  };
}
