import { spawnSync } from "node:child_process";

export type GateResult = { name: string; passed: number; failed: number; skipped: number };

/** Runs a program of node_modules under this Node and returns its output and code. */
export function runProgram(args: string[], env: Record<string, string> = {}) {
  const done = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 256 * 1024 * 1024,
  });
  return { code: done.status ?? 1, output: `${done.stdout ?? ""}${done.stderr ?? ""}` };
}

/** One gate: what it saw and whether it holds. Seeing less than `least` is a failure: a gate must not pass on nothing. */
export function judge(
  name: string,
  seen: number,
  least: number,
  problems: string[],
  unit: string,
): GateResult {
  const blind = seen < least ? [`saw only ${seen} ${unit}, expected at least ${least}`] : [];
  const all = [...problems, ...blind];
  process.stdout.write(
    `${all.length === 0 ? "✓" : "✗"} ${name}: ${seen} ${unit} seen, ${all.length} problems\n`,
  );
  for (const problem of all.slice(0, 60)) process.stdout.write(`    ${problem}\n`);
  return { name, passed: all.length === 0 ? 1 : 0, failed: all.length === 0 ? 0 : 1, skipped: 0 };
}
