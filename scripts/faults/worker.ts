import { createServer } from "node:http";
import { startBackgroundWork } from "../../inngest/start-background-work.ts";
import { withWebhookDoor } from "../serve/webhook-door.ts";

/** The product without its screens: the webhook door and all background work, in one process that may be killed. */
async function startWorker(port: number): Promise<void> {
  await startBackgroundWork();
  const handle = withWebhookDoor(async (_, outgoing) => {
    outgoing.writeHead(404).end();
  });
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing));
  server.keepAliveTimeout = 60_000;
  server.listen(port, "127.0.0.1", () => process.send?.("ready"));
}

// Asked to go, it goes at once: only a kill may take it without warning.
process.once("SIGTERM", () => process.exit(0));
await startWorker(Number(process.argv[2]));
