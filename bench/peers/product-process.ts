import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";

/** `next`: the built product by its own start script; `bare`: the same door and background work behind node:http. */
export type ProductKind = "next" | "bare";
/** `floor`: the Next app of one route, which is no product at all. */
type ServerKind = ProductKind | "floor";

const productKind = (): ProductKind => (process.env.BENCH_SERVER === "bare" ? "bare" : "next");

/** A TCP port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return typeof address === "object" && address ? address.port : 0;
}

const SCRIPTS: Record<ServerKind, string> = {
  next: path.join("scripts", "serve.ts"),
  bare: path.join("scripts", "faults", "worker.ts"),
  floor: path.join("bench", "peers", "bare-server.ts"),
};

/** No demo beside the bench's own tenant, and nothing on the terminal but what is wrong. */
const OWN = { AURORA_DEMO: "0", LOG_LEVEL: "warn" };

async function untilHealthy(url: string, ended: () => string | null): Promise<void> {
  for (;;) {
    const reason = ended();
    if (reason !== null) throw new Error(`The product ended while it started.\n${reason}`);
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The product as a process of its own, on the bench's database. */
export class ProductProcess {
  readonly kind: ServerKind;
  url = "";
  startedInMs = 0;
  private child: ChildProcess | null = null;

  constructor(kind: ServerKind = productKind()) {
    this.kind = kind;
  }

  /** Starts it and waits until it answers. Given `BENCH_PROFILE`, it writes a CPU profile there when it stops. */
  async start(env: Record<string, string> = {}): Promise<void> {
    const from = performance.now();
    const port = await freePort();
    const profile = process.env.BENCH_PROFILE;
    const folder = path.resolve(process.env.AURORA_DATA_DIR ?? ".data", "bench", "product");
    // As scripts/start.mjs starts it.
    const flags = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=64"];
    if (profile) flags.push("--cpu-prof", `--cpu-prof-dir=${profile}`);
    const child = spawn(process.execPath, [...flags, SCRIPTS[this.kind], String(port)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...OWN, PORT: String(port), AURORA_DATA_DIR: folder, ...env },
    });
    this.child = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output = `${output}${chunk}`.slice(-10_000);
        if (process.env.BENCH_VERBOSE) process.stderr.write(chunk);
      });
    }
    this.url = `http://127.0.0.1:${port}`;
    await untilHealthy(`${this.url}/api/health`, () => (child.exitCode === null ? null : output));
    this.startedInMs = performance.now() - from;
  }

  /** CPU seconds it has used so far (user and system). */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.child?.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Resident memory in MB. */
  memoryMb(): number {
    const status = readFileSync(`/proc/${this.child?.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await gone;
    clearTimeout(timer);
  }
}
