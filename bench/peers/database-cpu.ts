import { readdirSync, readFileSync } from "node:fs";
import { createPool } from "#db/client.ts";

const TICKS = 100;

function fieldsOf(pid: string): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

const own = (fields: string[]) => Number(fields[11]) + Number(fields[12]);
const reaped = (fields: string[]) => Number(fields[13]) + Number(fields[14]);

/** CPU seconds that the PostgreSQL server on this machine has used so far: living backends and ended ones. */
export async function databaseCpu(url: string): Promise<() => number> {
  const sql = createPool(url, { max: 1 });
  const [row] = await sql`select pg_backend_pid() as pid`;
  const postmaster = fieldsOf(String(row?.pid))?.[1] ?? "";
  await sql.end();
  return () => {
    const main = fieldsOf(postmaster);
    if (!main) return Number.NaN;
    const children = readdirSync("/proc").filter(
      (pid) => /^\d+$/.test(pid) && fieldsOf(pid)?.[1] === postmaster,
    );
    const ticks = children.reduce((sum, pid) => {
      const fields = fieldsOf(pid);
      return fields ? sum + own(fields) : sum;
    }, own(main) + reaped(main));
    return ticks / TICKS;
  };
}
