import postgres from "postgres";
import { forget, once } from "#server/runtime/process.ts";
import { corkedSocket, isOneServer } from "./corked-socket.ts";

export type Sql = postgres.Sql<Record<string, unknown>>;
export type ReservedSql = postgres.ReservedSql<Record<string, unknown>>;

// The driver takes a `socket` that its types do not name.
type Settings = NonNullable<Parameters<typeof postgres>[1]> & { socket?: typeof corkedSocket };

const isoTime = (text: string) => new Date(text).toISOString();
const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/**
 * A postgres.js pool whose values are what the rest of the house expects: timestamptz as ISO 8601 UTC, date as
 * `YYYY-MM-DD`, numeric as text, int8 as number, JSON parsed. A text given for a JSON parameter is taken as JSON.
 */
export function createPool(
  url: string,
  options: { max?: number; applicationName?: string; session?: boolean } = {},
): Sql {
  const settings: Settings = {
    max: options.max ?? 12,
    idle_timeout: 0,
    // A session's connection holds locks: it is never recycled, and needs no array types.
    fetch_types: !options.session,
    ...(options.session ? { max_lifetime: null } : {}),
    ...(isOneServer(url) ? { socket: corkedSocket } : {}),
    connect_timeout: 10,
    onnotice: () => undefined,
    connection: { application_name: options.applicationName ?? "aurora", TimeZone: "UTC" },
    types: {
      date: {
        to: 1184,
        from: [1184],
        serialize: (value: unknown) => (value instanceof Date ? value.toISOString() : String(value)),
        parse: isoTime,
      },
      day: { to: 1082, from: [1082], serialize: String, parse: (text: string) => text },
      json: { to: 3802, from: [114, 3802], serialize: asText, parse: JSON.parse },
      int8: { to: 20, from: [20], serialize: String, parse: Number },
    },
  };
  return postgres(url, settings) as unknown as Sql;
}

/** The connection address: `DATABASE_URL`, or what the embedded server wrote into the environment at start. */
export function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set: start Aurora with `npm start`, or set it.");
  return url;
}

/** The one pool of this process. Only db/tenant.ts, db/system.ts and inngest/local may use it. */
export function sqlPool(): Sql {
  return once("pool", () => createPool(databaseUrl()));
}

/**
 * Connections for what must not wait behind everything else: webhooks are written down while hundreds of turns queue
 * for the pool. They are written in groups, so two are enough.
 */
export function doorPool(): Sql {
  return once("pool.door", () => createPool(databaseUrl(), { max: 2, applicationName: "aurora-door" }));
}

/** Forgets a pool that lost a connection: whoever asks from now on gets a new one. */
export function replacePool(pool: Sql): void {
  if (sqlPool() === pool) forget("pool");
  if (doorPool() === pool) forget("pool.door");
}

/** Ends the pools after running statements are done (shutdown, tests). */
export async function closePool(): Promise<void> {
  const pools = [sqlPool(), doorPool()];
  forget("pool");
  forget("pool.door");
  await Promise.all(pools.map((pool) => pool.end({ timeout: 5 })));
}
