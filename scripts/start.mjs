// Runs on any Node from 20.9 on, before anything is installed: installs what is missing, then hands over to the Node
// that the project pins. Plain JavaScript, no imports but Node's own.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const stamp = path.join(root, "node_modules", ".aurora-install");
export const pinnedNode = path.join(
  root,
  "node_modules",
  "node",
  "bin",
  process.platform === "win32" ? "node.exe" : "node",
);

/** Ends with one sentence and a non-zero code. */
export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** Installs the locked dependencies where they are missing or the lock changed. */
export function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 9)) {
    fail(
      `Aurora needs Node 20.9 or newer to start; this is ${process.versions.node}. Install a newer Node and try again.`,
    );
  }
  const lock = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  const installed = existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
  if (installed && existsSync(pinnedNode)) return;
  process.stdout.write("Installing dependencies (first start only) …\n");
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const done = spawnSync("npm", args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { ...process.env, NODE_ENV: "development" },
  });
  if (done.status !== 0)
    fail("The dependencies could not be installed: see npm's message above, then run the command again.");
  if (!existsSync(pinnedNode))
    fail(
      "npm did not install the pinned Node: allow install scripts for the package `node` and run `npm ci`.",
    );
  writeFileSync(stamp, lock);
}

/** Runs a program under the pinned Node in this terminal, passes signals on, and ends with its code. */
export function handOver(args) {
  const env = {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: "1",
    PATH: `${path.dirname(pinnedNode)}${path.delimiter}${process.env.PATH}`,
  };
  const child = spawn(pinnedNode, args, { cwd: root, stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // Who ends npm itself ends only the shell between: then the program is nobody's any more, and ends too.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) {
    setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 500).unref();
  }
  // A program ended by a signal has not succeeded: a test run cut short must not count as passed.
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureInstalled();
  handOver([
    "--disable-warning=ExperimentalWarning",
    // What one turn makes and drops fits the young generation.
    "--max-semi-space-size=64",
    path.join(root, "scripts", "serve.ts"),
    ...process.argv.slice(2),
  ]);
}
