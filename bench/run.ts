import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";

/** Bench rows by their short name: `p13` is the file that begins with `p13-`. */
function findBenches(): Map<string, string> {
  const files = readdirSync(import.meta.dirname).filter((file) => /^p\d+-.*\.ts$/.test(file));
  const numbered = files.map((file) => [file.slice(0, file.indexOf("-")), file] as const);
  return new Map(numbered.sort(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1))));
}

/** Runs one bench in a process of its own, so that none inherits another's caches, pool or heap. */
function runBench(file: string): boolean {
  const script = path.join(import.meta.dirname, file);
  return spawnSync(process.execPath, [script], { stdio: "inherit" }).status === 0;
}

const benches = findBenches();
const asked = process.argv.slice(2).filter((name) => name !== "--");
const names = asked.length === 0 ? [...benches.keys()] : asked.map((name) => name.toLowerCase());
const unknown = names.filter((name) => !benches.has(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}; there are ${[...benches.keys()].join(", ")}.`);
  process.exit(1);
}
const failed = names.filter((name) => !runBench(benches.get(name) ?? ""));
if (failed.length > 0) {
  console.error(`These benches ended with an error: ${failed.join(", ")}.`);
  process.exit(1);
}
