import { createPool, type Sql } from "../client.ts";

/** The database as an administrator sees it: kills connections in the middle of a transaction, and sees every row. */
export type Strikes = Awaited<ReturnType<typeof armStrikes>>;

const KILL = `
  create sequence strike_count;
  create table strike_plan (at bigint not null);
  insert into strike_plan values (0);
  create function strike() returns trigger language plpgsql security definer set search_path = public as $$
  begin
    if nextval('strike_count') = (select at from strike_plan) then
      perform pg_terminate_backend(pg_backend_pid());
      perform pg_sleep(10);
    end if;
    return null;
  end $$;
  do $$
  declare name text;
  begin
    for name in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'strike_plan'
    loop
      execute format('create trigger zz_strike before insert or update or delete on %I for each statement execute function strike()', name);
    end loop;
  end $$`;

async function hashes(sql: Sql, ignored: readonly string[]): Promise<Record<string, string>> {
  const tables = await sql`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'strike_plan'
      and c.relname <> all(${[...ignored]}::text[]) order by 1`;
  const one = (name: string) =>
    `select '${name}' as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as hash from ${name} t`;
  const rows = await sql.unsafe(tables.map((row) => one(String(row.name))).join(" union all "));
  return Object.fromEntries(rows.map((row) => [String(row.name), String(row.hash)]));
}

/**
 * Arms every table of this test's database: the connection that sends the n-th writing statement is killed by the
 * server in the middle of its transaction, as if its process had died there.
 */
export async function armStrikes() {
  const sql = createPool(process.env.DATABASE_DIRECT_URL ?? "", { max: 1 });
  await sql.unsafe(KILL).simple();
  const plan = (at: number) =>
    sql.unsafe(`select setval('strike_count', 1, false); update strike_plan set at = ${at}`);
  /** How many writing statements the work sent. */
  const written = async () => {
    const [row] = await sql`select case when is_called then last_value else 0 end as n from strike_count`;
    return Number(row?.n);
  };
  const snapshot = (...ignored: string[]) => hashes(sql, ignored);

  /**
   * Does the work killed at its first write (or the one named), then killed at its second and so on, until it comes through. Whenever it
   * was killed within its first transaction, nothing may have changed. Returns how often it was killed.
   */
  async function killEverywhere(
    work: () => Promise<unknown>,
    check: (n: number) => Promise<void>,
    first = 1,
  ): Promise<number> {
    for (let n = first; n < first + 200; n += 1) {
      await plan(n);
      const error = await work().then(
        () => null,
        (problem: unknown) => problem,
      );
      const reached = (await written()) >= n;
      await plan(0);
      if (!reached) {
        if (error) throw error;
        return n - first;
      }
      await check(n);
    }
    throw new Error("The work writes without an end.");
  }

  return { snapshot, killEverywhere, close: () => sql.end() };
}
