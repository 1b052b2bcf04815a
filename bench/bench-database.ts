import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { closePool, createPool } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded/start-embedded.ts";
import { migrate } from "#db/migrate.ts";

const dataDir = () => path.resolve(process.env.AURORA_DATA_DIR ?? ".data");

/**
 * A fresh, migrated database for one bench row on a durable embedded server of the benches' own, set as
 * `DATABASE_URL` of this process. Returns what ends it.
 */
export async function openBenchDatabase(name: string): Promise<() => Promise<void>> {
  const server = await startEmbeddedPostgres({ dataFolder: path.join(dataDir(), "bench-postgres") });
  const admin = createPool(server.adminUrl.replace(/\/aurora$/, "/postgres"), { max: 1 });
  await admin.unsafe(`drop database if exists ${name} with (force)`);
  await admin.unsafe(`create database ${name}`);
  await admin.end();
  const adminUrl = server.adminUrl.replace(/\/aurora$/, `/${name}`);
  await migrate(adminUrl, "aurora");
  process.env.DATABASE_URL = adminUrl.replace("//postgres:", "//aurora:");
  process.env.DATABASE_DIRECT_URL = adminUrl;
  return async () => {
    await closePool();
    if (!server.adopted) await server.stop();
  };
}

/** One measured row of a bench. */
export type BenchRow = { what: string; value: number; unit: string; goal?: string; met?: boolean };

/** Prints a bench's rows as a table and keeps them as JSON under the data folder. */
export function reportBench(name: string, rows: BenchRow[], notes: Record<string, unknown> = {}): void {
  console.table(
    rows.map(({ what, value, unit, goal, met }) => ({
      what,
      value: Math.round(value * 100) / 100,
      unit,
      goal: goal ?? "",
      met: met === undefined ? "" : met ? "yes" : "no",
    })),
  );
  const folder = path.join(dataDir(), "bench");
  mkdirSync(folder, { recursive: true });
  const machine = `${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}, Node ${process.version}`;
  const report = { name, at: new Date().toISOString(), machine, rows, notes };
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
}
