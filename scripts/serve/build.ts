import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const SOURCES = ["app", "components", "db", "domain", "inngest", "server", "public"];
const FILES = [
  "instrumentation.ts",
  "next.config.mjs",
  "postcss.config.mjs",
  "package-lock.json",
  "tsconfig.json",
];

function hashFolder(folder: string, hash: ReturnType<typeof createHash>): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) hashFolder(file, hash);
    else if (!entry.name.includes(".test.")) hash.update(file).update(readFileSync(file));
  }
}

/** A hash over everything that goes into the build. */
export function sourceHash(): string {
  const hash = createHash("sha256");
  for (const folder of SOURCES) hashFolder(folder, hash);
  for (const file of FILES) if (existsSync(file)) hash.update(file).update(readFileSync(file));
  return hash.digest("hex");
}

/** Builds the product when its sources changed since the last build. Throws one sentence when the build fails. */
export function buildWhenStale(): void {
  const stamp = path.join(".next", "aurora-build");
  const hash = sourceHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  process.stdout.write("Building (only when the sources changed) …\n");
  const next = path.join("node_modules", "next", "dist", "bin", "next");
  const built = spawnSync(process.execPath, [next, "build"], {
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  if (built.status !== 0) {
    process.stderr.write(`${built.stdout}\n${built.stderr}\n`);
    throw new Error("The build failed: see the messages above.");
  }
  writeFileSync(stamp, hash);
}
