import { createServer } from "node:http";
import { acceptWebhook } from "#server/inbox/accept-webhook.ts";
import { startBackgroundWork } from "../../inngest/start-background-work.ts";

/** The product without its screens: the webhook door and all background work, in one process that may be killed. */
async function startWorker(port: number): Promise<void> {
  await startBackgroundWork();
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const url = `http://127.0.0.1:${port}${incoming.url}`;
    const headers = incoming.headers as Record<string, string>;
    const request = new Request(url, { method: "POST", headers, body: Buffer.concat(parts) });
    const channelId = new URL(url).pathname.split("/").at(-1) ?? "";
    const response = await acceptWebhook(request, "whatsapp", channelId).catch(
      (error: unknown) => new Response(String(error), { status: 500 }),
    );
    outgoing.writeHead(response.status).end(Buffer.from(await response.arrayBuffer()));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, "127.0.0.1", () => process.send?.("ready"));
}

// Asked to go, it goes at once: only a kill may take it without warning.
process.once("SIGTERM", () => process.exit(0));
await startWorker(Number(process.argv[2]));
