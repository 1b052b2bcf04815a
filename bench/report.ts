import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** One measured row. `floor`: the physical limit measured in the same run, in the same unit. */
export type BenchRow = {
  what: string;
  value: number;
  unit: string;
  goal?: string;
  met?: boolean;
  floor?: number;
};

const round = (value: number) => Math.round(value * 100) / 100;

/** The value below which a share (0 to 1) of the measurements lies. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Prints a bench's rows, each beside its floor and the ratio to it, and keeps them as JSON under the data folder. */
export function reportBench(name: string, rows: BenchRow[], notes: Record<string, unknown> = {}): void {
  console.log(`\n${name}`);
  console.table(
    rows.map(({ what, value, unit, goal, met, floor }) => ({
      what,
      value: round(value),
      unit,
      floor: floor === undefined ? "" : round(floor),
      ratio: floor ? round(value / floor) : "",
      goal: goal ?? "",
      met: met === undefined ? "" : met ? "yes" : "no",
    })),
  );
  const folder = path.join(path.resolve(process.env.AURORA_DATA_DIR ?? ".data"), "bench");
  mkdirSync(folder, { recursive: true });
  const machine = `${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}, Node ${process.version}`;
  const report = { name, at: new Date().toISOString(), machine, rows, notes };
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
}
