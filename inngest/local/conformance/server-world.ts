import { createServer, type Server } from "node:http";
import { Inngest, type InngestFunction } from "inngest";
import { serve } from "inngest/node";
import { type World, waitUntil } from "./world.ts";

const QUIET_MS = 6000;
let counter = 0;

/** A world on a real Inngest server: the same cases, served over HTTP under an app of their own. */
export class ServerWorld implements World {
  readonly client: Inngest;
  readonly lines: string[] = [];
  readonly deadlineMs = 240_000;
  private readonly prefix: string;
  private server: Server | null = null;
  private changedAt = Date.now();

  constructor(baseUrl: string) {
    counter += 1;
    this.prefix = `${Date.now().toString(36)}-${counter}`;
    this.client = new Inngest({
      id: `conformance-${this.prefix}`,
      baseUrl,
      ...(process.env.INNGEST_EVENT_KEY ? { eventKey: process.env.INNGEST_EVENT_KEY } : {}),
      ...(process.env.INNGEST_SIGNING_KEY
        ? { signingKey: process.env.INNGEST_SIGNING_KEY }
        : { isDev: true }),
    });
  }

  /** Serves the functions on a port the server can reach and asks it to read them. */
  async start(functions: InngestFunction.Any[]): Promise<void> {
    const port = Number(process.env.CONFORMANCE_PORT ?? 4400) + counter;
    const origin = (process.env.CONFORMANCE_ORIGIN ?? "http://127.0.0.1").replace(/\/$/, "");
    const handler = serve({
      client: this.client,
      functions,
      serveOrigin: `${origin}:${port}`,
      servePath: "/api/inngest",
    });
    this.server = createServer(handler);
    await new Promise<void>((resolve) => this.server?.listen(port, "0.0.0.0", resolve));
    const synced = await fetch(`http://127.0.0.1:${port}/api/inngest`, { method: "PUT" });
    if (!synced.ok) throw new Error(`The Inngest server did not take the functions: ${await synced.text()}`);
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(null)));
  }

  fn(name: string): string {
    return `${this.prefix}-${name}`;
  }

  event(name: string): string {
    return `${this.client.id}/${name}`;
  }

  log<T = undefined>(line: string, value?: T): T {
    this.lines.push(line);
    this.changedAt = Date.now();
    return value as T;
  }

  async send(name: string, data: Record<string, unknown> = {}, id?: string): Promise<void> {
    await this.client.send({ name: this.event(name), data, ...(id ? { id } : {}) });
    this.changedAt = Date.now();
  }

  until(condition: () => boolean | Promise<boolean>): Promise<void> {
    return waitUntil(condition, this.deadlineMs, () => this.lines);
  }

  /** A server does not say when an app has nothing left to do: its transcript has stood still, longer than any retry. */
  settled(): Promise<void> {
    const still = this.lines.length === 0 ? 2 * QUIET_MS : 8 * QUIET_MS;
    return waitUntil(
      () => Date.now() - this.changedAt > still,
      this.deadlineMs,
      () => this.lines,
    );
  }
}
