import path from "node:path";
import { closePool, createPool } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded/start-embedded.ts";
import { migrate } from "#db/migrate.ts";
import { type FaultReport, playFaults } from "./play-faults.ts";

/** A fresh database on an embedded server of the fault run's own, with durable commits. */
async function openDatabase(): Promise<() => Promise<void>> {
  const folder = path.join(path.resolve(process.env.AURORA_DATA_DIR ?? ".data"), "faults");
  const server = await startEmbeddedPostgres({ dataFolder: folder });
  const admin = createPool(server.adminUrl.replace(/\/aurora$/, "/postgres"), { max: 1 });
  await admin.unsafe("drop database if exists faults with (force)");
  await admin.unsafe("create database faults");
  await admin.end();
  const adminUrl = server.adminUrl.replace(/\/aurora$/, "/faults");
  await migrate(adminUrl, "aurora");
  process.env.DATABASE_URL = adminUrl.replace("//postgres:", "//aurora:");
  process.env.DATABASE_DIRECT_URL = adminUrl;
  return async () => {
    await closePool();
    if (!server.adopted) await server.stop();
  };
}

/** Prints where each kill struck and what was found; false when anything is wrong. */
function printReport(report: FaultReport): boolean {
  for (const { number, place, state } of report.struck) {
    console.log(`kill ${String(number).padStart(2)}  ${place.padEnd(46)} ${state}`);
  }
  const places = new Map<string, number>();
  for (const { place } of report.struck) places.set(place, (places.get(place) ?? 0) + 1);
  console.table(Object.fromEntries(places));
  const { posts, modelCalls, messagesTaken, orders, settledMs } = report;
  console.log(
    `webhooks accepted ${posts.accepted}, delivered again ${posts.redelivered}, repeated after 200 ${posts.repeated}; ` +
      `model calls ${modelCalls}, messages taken ${messagesTaken}, orders ${orders}; ` +
      `all settled ${(settledMs / 1000).toFixed(1)} s after the last kill`,
  );
  for (const { what, seen, wrong } of report.findings) {
    console.log(`${wrong.length === 0 ? "ok   " : "WRONG"} ${what} (${seen} looked at)`);
    for (const line of wrong.slice(0, 20)) console.log(`        ${line}`);
  }
  const good = report.findings.every(({ wrong }) => wrong.length === 0);
  if (!good) console.log(`\nThe process said last:\n${report.log}`);
  return good;
}

const [conversations = 200, kills = 28] = process.argv.slice(2).map(Number);
const close = await openDatabase();
try {
  process.exitCode = printReport(await playFaults({ conversations, kills })) ? 0 : 1;
} finally {
  await close();
}
