import { afterEach, expect, it } from "vitest";
import { sqlPool } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { madeOnce } from "#server/runtime/process.ts";
import { currentExecutor } from "./local/current-executor.ts";
import { startDurableWork, stopDurableWork } from "./start.ts";

useTestDatabase();
afterEach(() => stopDurableWork(500));

it("makes one executor and one pool per process, however often it is started", async () => {
  await startDurableWork();
  const executor = currentExecutor();
  await startDurableWork();
  expect(currentExecutor()).toBe(executor);
  expect(madeOnce().filter((name) => name === "pool" || name === "durable.executor")).toHaveLength(2);
  const [row] = await sqlPool()`select count(*)::int as life from pg_stat_activity
    where application_name = 'aurora-executor' and datname = current_database()`;
  expect(row?.life).toBe(1);
});

it("gives its proof of life back on a stop and can be started again", async () => {
  await startDurableWork();
  const first = currentExecutor();
  await stopDurableWork(500);
  expect(currentExecutor()).toBeNull();
  await startDurableWork();
  expect(currentExecutor()).not.toBe(first);
});
