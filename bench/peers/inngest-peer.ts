import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

/** An Inngest server that takes every event and runs nothing: the product's process is then the door alone. */
export async function openInngestPeer(): Promise<{ url: string; events: () => number; close: () => void }> {
  let taken = 0;
  const server = createServer((incoming, outgoing) => {
    let body = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (part: string) => {
      body += part;
    });
    incoming.on("end", () => {
      const events = body.startsWith("[") ? (JSON.parse(body) as unknown[]) : [body];
      taken += events.length;
      const ids = events.map(() => randomUUID());
      outgoing
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ ids, status: 200 }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  return { url, events: () => taken, close: () => server.close() };
}
