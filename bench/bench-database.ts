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
