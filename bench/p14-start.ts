import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort } from "./peers/product-process.ts";
import { type BenchRow, reportBench } from "./report.ts";

const root = process.cwd();
const REST_MS = 20_000;

function run(program: string, args: string[], cwd: string): void {
  const done = spawnSync(program, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  if (done.status !== 0) throw new Error(`${program} ${args[0]} failed.`);
}

/** A clone of what is committed, with the dependencies already installed: that is the registry's speed, not ours. */
function cloneProject(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "aurora-p14-"));
  const clone = path.join(folder, "aurora");
  run("git", ["clone", "--quiet", root, clone], folder);
  // Hard links where the file system allows them: a link to the folder itself is refused by the bundler.
  const linked = spawnSync("cp", ["-al", path.join(root, "node_modules"), clone]).status === 0;
  if (!linked) run("cp", ["-a", path.join(root, "node_modules"), clone], folder);
  return folder;
}

type Started = { child: ChildProcess; ms: number };

/** `npm start` without npm, from the command to the first answer that says it is ready. */
async function start(clone: string, port: number): Promise<Started> {
  const from = performance.now();
  const env = {
    ...process.env,
    PORT: String(port),
    DATABASE_URL: "",
    NODE_ENV: "",
    AURORA_DATA_DIR: ".data",
  };
  const child = spawn(process.execPath, [path.join("scripts", "start.mjs")], {
    cwd: clone,
    env: env as NodeJS.ProcessEnv,
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error("The product ended while it started.");
    const answer = await fetch(`http://127.0.0.1:${port}/api/ready`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return { child, ms: performance.now() - from };
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function stop({ child }: Started): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await gone;
}

function statOf(pid: string): { parent: string; group: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { parent: fields[1] ?? "", group: fields[2] ?? "" };
  } catch {
    return null;
  }
}

/** The product's processes: those below the command, and the database server that runs in the clone's data folder. */
function processesOf(top: number, clone: string): string[] {
  const all = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid));
  const isBelow = (pid: string): boolean => {
    if (pid === String(top)) return true;
    const parent = statOf(pid)?.parent;
    return parent !== undefined && parent !== "0" && parent !== "1" && isBelow(parent);
  };
  const file = path.join(clone, ".data", "postgres", "postmaster.pid");
  const server = existsSync(file) ? (readFileSync(file, "utf8").split("\n")[0] ?? "") : "";
  const group = statOf(server)?.group;
  return all.filter(
    (pid) => isBelow(pid) || pid === server || (group !== undefined && statOf(pid)?.parent === server),
  );
}

/** Megabytes of a process that are its own share: what several map is divided among them. */
function megabytesOf(pid: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

const folder = cloneProject();
const clone = path.join(folder, "aurora");
try {
  const port = await freePort();
  const cold = await start(clone, port);
  await stop(cold);
  const warms: number[] = [];
  for (let n = 0; n < 2; n += 1) {
    const warm = await start(clone, port);
    warms.push(warm.ms);
    await stop(warm);
  }
  const last = await start(clone, port);
  warms.push(last.ms);
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const processes = processesOf(last.child.pid ?? 0, clone);
  const memory = processes.reduce((sum, pid) => sum + megabytesOf(pid), 0);
  await stop(last);
  const warm = warms.sort((a, b) => a - b)[1] ?? Number.NaN;
  const rows: BenchRow[] = [
    {
      what: "cold start on a fresh clone, install excluded",
      value: cold.ms / 1000,
      unit: "s",
      goal: "≤ 90",
      met: cold.ms <= 90_000,
    },
    { what: "warm start, median of three", value: warm / 1000, unit: "s", goal: "≤ 5", met: warm <= 5000 },
    { what: "memory at rest, with PostgreSQL", value: memory, unit: "MB", goal: "≤ 600", met: memory <= 600 },
  ];
  reportBench("p14-start", rows, { processes: processes.length, restSeconds: REST_MS / 1000 });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
