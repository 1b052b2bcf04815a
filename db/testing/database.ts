import { afterAll, beforeAll, inject } from "vitest";
import { forget } from "#server/runtime/process.ts";
import { closePool, createPool } from "../client.ts";

/** Gives this test file a database of its own, cloned from the migrated template, and drops it afterwards. */
export function useTestDatabase(): void {
  const { adminUrl, template } = inject("testDatabase");
  const name = `test_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
  const serverUrl = adminUrl.replace(/\/aurora$/, "/postgres");

  beforeAll(async () => {
    const admin = createPool(serverUrl, { max: 1 });
    await admin.unsafe(`create database ${name} template ${template}`);
    await admin.end();
    process.env.DATABASE_URL = adminUrl.replace("//postgres:", "//aurora:").replace(/\/aurora$/, `/${name}`);
    process.env.DATABASE_DIRECT_URL = adminUrl.replace(/\/aurora$/, `/${name}`);
    forget("env");
  });

  afterAll(async () => {
    await closePool();
    const admin = createPool(serverUrl, { max: 1 });
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
  });
}
