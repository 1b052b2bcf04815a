import path from "node:path";
import type { TestProject } from "vitest/node";
import { createPool } from "../client.ts";
import { startEmbeddedPostgres } from "../embedded/start-embedded.ts";
import { migrate, schemaHash } from "../migrate.ts";

declare module "vitest" {
  interface ProvidedContext {
    testDatabase: { adminUrl: string; template: string };
  }
}

/** Starts (or joins) the tests' own embedded server and makes one template database per state of the schema. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataFolder = path.resolve(process.env.AURORA_TEST_DATA_DIR ?? ".data/test");
  // A test database is thrown away after the run, so it may live without waiting for the disk.
  const server = await startEmbeddedPostgres({
    dataFolder,
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200" },
  });
  const template = `template_${await schemaHash()}`;
  const admin = createPool(server.adminUrl.replace(/\/aurora$/, "/postgres"), { max: 1 });
  await admin`select pg_advisory_lock(7205317)`;
  const found = await admin`select 1 from pg_database where datname = ${template}`;
  if (found.length === 0) {
    const building = `${template}_building`;
    await admin.unsafe(`drop database if exists ${building}`);
    await admin.unsafe(`create database ${building}`);
    await migrate(server.adminUrl.replace(/\/aurora$/, `/${building}`), "aurora");
    await admin.unsafe(`alter database ${building} rename to ${template}`);
  }
  await admin.end();
  project.provide("testDatabase", { adminUrl: server.adminUrl, template });
  return async () => {
    if (!server.adopted) await server.stop();
  };
}
