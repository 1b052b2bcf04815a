import net from "node:net";

/** A transaction as it went over the wire: its statements and every id among their parameters. */
export type SeenTransaction = { statements: string[]; ids: string[] };

/** Decides at a commit; true: the server commits, and its answer never reaches the client. */
export type CommitJudge = (seen: SeenTransaction) => boolean;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Cuts a byte stream into PostgreSQL's messages; keeps what is incomplete for the next chunk. */
class Frames {
  private rest: Buffer = Buffer.alloc(0);
  /** The client's first message carries no type byte. */
  private untyped: boolean;

  constructor(untyped: boolean) {
    this.untyped = untyped;
  }

  cut(chunk: Buffer): { type: string; frame: Buffer }[] {
    let data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const frames: { type: string; frame: Buffer }[] = [];
    for (;;) {
      const head = this.untyped ? 0 : 1;
      if (data.length < head + 4) break;
      const size = head + data.readInt32BE(head);
      if (data.length < size) break;
      frames.push({
        type: this.untyped ? "startup" : String.fromCharCode(data[0] ?? 0),
        frame: data.subarray(0, size),
      });
      data = data.subarray(size);
      this.untyped = false;
    }
    this.rest = data;
    return frames;
  }
}

function textAt(frame: Buffer, from: number): { text: string; next: number } {
  const end = frame.indexOf(0, from);
  return { text: frame.toString("utf8", from, end), next: end + 1 };
}

/** What one client says, statement by statement. */
class Listener {
  private readonly prepared = new Map<string, string>();
  private seen: SeenTransaction = { statements: [], ids: [] };

  /** The finished transaction when the message is its commit. */
  hear(type: string, frame: Buffer): SeenTransaction | null {
    if (type === "P") {
      const name = textAt(frame, 5);
      this.prepared.set(name.text, textAt(frame, name.next).text);
    } else if (type === "B") {
      const portal = textAt(frame, 5);
      const name = textAt(frame, portal.next);
      this.seen.statements.push(this.prepared.get(name.text) ?? "");
      this.seen.ids.push(...(frame.toString("latin1", name.next).match(UUID) ?? []));
    } else if (type === "Q") {
      const text = textAt(frame, 5).text;
      if (text.startsWith("begin")) this.seen = { statements: [], ids: [] };
      if (text === "commit") return this.seen;
      this.seen.statements.push(text);
    }
    return null;
  }
}

const tagOf = (type: string, frame: Buffer) =>
  type === "C" ? frame.toString("latin1", 5, frame.length - 1) : "";

/**
 * A relay between the product and PostgreSQL that reads along and can withhold the answer to one commit: the only way
 * to strike exactly between "committed" and whatever the product does next, without a hook in the product.
 */
export class PostgresProxy {
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();
  private readonly target: { host: string; port: number };
  private readonly judge: CommitJudge;
  private readonly withheld: (seen: SeenTransaction) => void;

  constructor(url: URL, judge: CommitJudge, withheld: (seen: SeenTransaction) => void) {
    this.target = { host: url.hostname, port: Number(url.port || 5432) };
    this.judge = judge;
    this.withheld = withheld;
    this.server = net.createServer((client) => this.relay(client));
  }

  /** The port it listens on. */
  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const address = this.server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private relay(client: net.Socket): void {
    const upstream = net.connect(this.target);
    const listener = new Listener();
    const [said, answered] = [new Frames(true), new Frames(false)];
    let struck: SeenTransaction | null = null;
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      this.sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      for (const { type, frame } of said.cut(chunk)) {
        const seen = listener.hear(type, frame);
        if (seen && this.judge(seen)) struck = seen;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk: Buffer) => {
      const tags = answered.cut(chunk).map(({ type, frame }) => tagOf(type, frame));
      if (struck && tags.includes("COMMIT")) return this.withheld(struck);
      if (tags.includes("ROLLBACK")) struck = null;
      client.write(chunk);
    });
  }
}
