import { type ChildProcess, spawn } from "node:child_process";
import net from "node:net";
import path from "node:path";

async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return typeof address === "object" && address ? address.port : 0;
}

/** The process under test: started, killed without warning, started again on the same port. */
export class WorkerProcess {
  port = 0;
  private child: ChildProcess | null = null;
  private readonly env: NodeJS.ProcessEnv;
  private output = "";

  constructor(env: NodeJS.ProcessEnv) {
    this.env = env;
  }

  /** Starts it and waits until it takes webhooks. Throws with its output when it ends instead. */
  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    const script = path.join(import.meta.dirname, "worker.ts");
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", script, String(this.port)],
      {
        env: this.env,
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      },
    );
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output = `${this.output}${chunk.toString("utf8")}`.slice(-20_000);
      });
    }
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", () => reject(new Error(`The process ended while it started.\n${this.output}`)));
    });
  }

  /** Sends SIGKILL at once; resolves when the kernel has taken the process away. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await gone;
  }

  /** Whether it died by itself, without being killed. */
  get crashed(): boolean {
    return this.child?.exitCode != null;
  }

  /** Warnings and errors it logged last. */
  get log(): string {
    return this.output;
  }
}
