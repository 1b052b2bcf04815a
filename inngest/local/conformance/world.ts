import { Inngest, type InngestFunction } from "inngest";
import { sqlPool } from "#db/client.ts";
import { LocalExecutor } from "../local-executor.ts";

/** How a case is run: step by step, with checkpoints, and with a crash after every durable write. */
export type Mode = "plain" | "checkpointed" | "killed";

/** What a case of the suite sees: it starts events and awaits its transcript, and knows nothing of the executor. */
export type World = {
  readonly client: Inngest;
  readonly lines: string[];
  /** Retried steps and functions wait this long, so a case can wait for them. */
  readonly deadlineMs: number;
  fn(name: string): string;
  event(name: string): string;
  /** Adds to the transcript; gives back a value, for steps that return one. */
  log<T = undefined>(line: string, value?: T): T;
  send(name: string, data?: Record<string, unknown>, id?: string): Promise<void>;
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Nothing is queued, running, waiting or held back any more. */
  settled(): Promise<void>;
};

export type Case = {
  name: string;
  functions(world: World): InngestFunction.Any[];
  play(world: World): Promise<void>;
  /** The transcript; `sorted` where the order is free. */
  expected: string[];
  sorted?: boolean;
  /** Where the real server is known to behave otherwise. */
  localOnly?: string;
};

const MOST_KILLS = 4;
let counter = 0;

/** Waits for a condition; rejects with what was seen when the deadline passes. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
  seen: () => unknown,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not reached in ${deadlineMs} ms; seen: ${JSON.stringify(seen())}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** A world on the embedded executor; in `killed` mode the executor is dropped after each durable write. */
export class LocalWorld implements World {
  readonly client: Inngest;
  readonly lines: string[] = [];
  readonly deadlineMs = 30_000;
  readonly mode: Mode;
  kills = 0;
  private readonly prefix: string;
  private readonly name: string;
  private executor: LocalExecutor | null = null;
  private readonly dropped: LocalExecutor[] = [];
  private functions: InngestFunction.Any[] = [];
  private restarting: Promise<void> | null = null;

  constructor(mode: Mode, name: string) {
    counter += 1;
    this.mode = mode;
    this.name = name;
    this.prefix = `c${counter}`;
    this.client = new Inngest({
      id: `${mode}-${this.prefix}`,
      isDev: true,
      baseUrl: "http://executor.local",
      aiMetadata: false,
      checkpointing: mode !== "plain",
      logger: {
        info: () => undefined,
        warn: () => undefined,
        error: () => undefined,
        debug: () => undefined,
      },
      fetch: async (input: string | URL | Request, init?: RequestInit) => {
        if (!this.executor) throw new Error("no executor");
        return this.executor.fetch(input, init);
      },
    });
  }

  async start(functions: InngestFunction.Any[]): Promise<void> {
    this.functions = functions;
    await this.replace();
  }

  private async replace(): Promise<void> {
    const executor = new LocalExecutor({
      client: this.client,
      functions: this.functions,
      backoff: () => 60,
      leaseMs: 20_000,
      roundMs: 150,
      afterWrite: async ({ ended }) => {
        if (this.mode === "killed" && !ended && this.executor === executor && this.kills < MOST_KILLS) {
          this.crash(executor);
        }
      },
    });
    await executor.start();
    this.executor = executor;
  }

  private crash(executor: LocalExecutor): void {
    this.kills += 1;
    this.executor = null;
    this.dropped.push(executor);
    void executor.kill();
    this.restarting = this.replace();
  }

  async stop(): Promise<void> {
    this.kills = MOST_KILLS;
    await this.restarting;
    await this.executor?.stop(2000);
    for (const executor of [...this.dropped, this.executor]) await executor?.ended();
  }

  fn(name: string): string {
    return `${this.prefix}-${name}`;
  }

  event(name: string): string {
    return `${this.client.id}/${name}`;
  }

  log<T = undefined>(line: string, value?: T): T {
    this.lines.push(line);
    return value as T;
  }

  async send(name: string, data: Record<string, unknown> = {}, id?: string): Promise<void> {
    await this.client.send({ name: this.event(name), data, ...(id ? { id } : {}) });
  }

  until(condition: () => boolean | Promise<boolean>): Promise<void> {
    return waitUntil(condition, this.deadlineMs, () => [this.name, this.mode, this.lines]);
  }

  settled(): Promise<void> {
    const idle = async () => {
      const [row] = await sqlPool()`
        select (select count(*)::int from durable_runs where function_id like ${`${this.client.id}-%`}
            and status in ('queued', 'running'))
          + (select count(*)::int from durable_holds where function_id like ${`${this.client.id}-%`}) as open`;
      return row?.open === 0;
    };
    return waitUntil(idle, this.deadlineMs, () => [this.name, this.mode, this.lines, "not settled"]);
  }
}
