import { startEmbeddedPostgres } from "#db/embedded/start-embedded.ts";
import { migrate } from "#db/migrate.ts";
import { prepareDemo } from "#server/demo/seed/prepare-demo.ts";
import { env } from "#server/runtime/env.ts";
import { forget } from "#server/runtime/process.ts";
import { ensureSecrets, openDataFolder } from "./serve/data-folder.ts";

/** `npm run db:migrate` and `npm run db:seed`: the same as the start does, without serving. */
async function main(): Promise<void> {
  const command = process.argv[2];
  if (command !== "migrate" && command !== "seed") throw new Error("Say what to do: migrate or seed.");
  const folder = env().AURORA_DATA_DIR;
  openDataFolder(folder);
  ensureSecrets(folder);
  forget("env");
  const server = process.env.DATABASE_URL ? null : await startEmbeddedPostgres({ dataFolder: folder });
  if (server) Object.assign(process.env, { DATABASE_URL: server.url, DATABASE_DIRECT_URL: server.adminUrl });
  const applied = await migrate(
    process.env.DATABASE_DIRECT_URL ?? String(process.env.DATABASE_URL),
    server ? "aurora" : undefined,
  );
  process.stdout.write(`${applied} migrations applied.\n`);
  if (command === "seed") process.stdout.write(await prepareDemo(folder));
  if (server && !server.adopted) await server.stop();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
