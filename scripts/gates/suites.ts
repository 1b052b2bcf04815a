import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { GateResult } from "./run-gate.ts";

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
};

/** Runs vitest projects with their own report on the terminal, and reads the counts off its JSON. */
export function runSuites(
  projects: readonly string[],
  env: Record<string, string> = {},
  least = 1,
): GateResult {
  const folder = mkdtempSync(path.join(tmpdir(), "aurora-report-"));
  const file = path.join(folder, "report.json");
  const args = [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...projects.flatMap((project) => ["--project", project]),
    "--reporter=dot",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ];
  const done = spawnSync(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...env } });
  const name = projects.join(" and ");
  if (!existsSync(file)) return { name, passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  rmSync(folder, { recursive: true });
  const { numPassedTests: passed, numFailedTests } = report;
  const broken = numFailedTests === 0 && (done.status !== 0 || passed < least);
  const failed = numFailedTests + (broken ? 1 : 0);
  process.stdout.write(`${failed === 0 ? "✓" : "✗"} ${name}: ${passed} passed, ${failed} failed\n`);
  return { name, passed, failed, skipped: report.numPendingTests + report.numTodoTests };
}
