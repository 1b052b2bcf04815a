import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { sqlPool } from "#db/client.ts";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { appendOutbox } from "#server/runtime/outbox.ts";
import { waitUntil } from "./world.ts";

useTestDatabase();

const RUNS = 150;
const KILLS = 4;
const folder = mkdtempSync(path.join(os.tmpdir(), "aurora-crash-"));
const file = path.join(folder, "transcript");
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const lines = () => readFileSync(file, "utf8").split("\n").filter(Boolean);
const until = (condition: () => boolean | Promise<boolean>) =>
  waitUntil(condition, 30_000, () => lines().slice(-5));

async function startWorker(): Promise<ChildProcess> {
  const before = lines().filter((line) => line === "started").length;
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "crash-worker.ts")], {
    env: { ...process.env, CRASH_TRANSCRIPT: file, LOG_LEVEL: "silent" },
    stdio: "ignore",
  });
  children.push(child);
  await until(() => lines().filter((line) => line === "started").length > before);
  return child;
}

it("kill -9 in the middle of work loses no event and no run, and repeats only what was under way", async () => {
  writeFileSync(file, "");
  let worker = await startWorker();
  for (let from = 0; from < RUNS; from += 50) {
    await withSystem("crash test", (tx) =>
      appendOutbox(
        tx,
        Array.from({ length: 50 }, (_, n) => ({
          tenantId: null,
          name: "crash/go",
          payload: { n: from + n },
        })),
      ),
    );
  }
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const target = lines().length + 60;
    await until(() => lines().length >= target);
    worker.kill("SIGKILL");
    worker = await startWorker();
  }
  await until(async () => {
    const [row] = await sqlPool()`select count(*)::int as done from durable_runs where status = 'completed'`;
    return row?.done === RUNS;
  });
  const said = lines().filter((line) => line !== "started");
  const expected = Array.from({ length: RUNS }, (_, n) =>
    ["a", "b", "c", "end"].map((part) => `${n} ${part}`),
  ).flat();
  expect(new Set(said)).toEqual(new Set(expected));
  // At most the six calls that were running at each kill had a step under way.
  expect(said.length - expected.length).toBeLessThanOrEqual(KILLS * 6);
  const [left] = await sqlPool()`select (select count(*)::int from durable_jobs) as jobs,
    (select count(*)::int from durable_runs where status <> 'completed') as runs`;
  expect(left).toEqual({ jobs: 0, runs: 0 });
}, 60_000);
