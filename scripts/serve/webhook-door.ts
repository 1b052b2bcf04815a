import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { acceptWebhook } from "#server/inbox/accept-webhook.ts";
import { channelAdapter } from "#server/providers/channels/adapters.ts";
import { logger } from "#server/runtime/logger.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const PATH = /^\/api\/webhooks\/([a-z0-9-]+)\/([0-9a-fA-F-]+)(?:\?.*)?$/;

/** Bodies up to this many bytes are read whole; a larger one is streamed to whoever refuses it. */
const SMALL = 256 * 1024;

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const small = Number(incoming.headers["content-length"] ?? Number.POSITIVE_INFINITY) <= SMALL;
  const body = small ? await buffer(incoming) : (Readable.toWeb(incoming) as ReadableStream);
  const init: RequestInit & { duplex: "half" } = { method: "POST", headers, body, duplex: "half" };
  return new Request(`http://localhost${incoming.url}`, init);
}

async function answer(outgoing: ServerResponse, response: Response): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

/**
 * Answers providers' webhooks itself and hands everything else to `next`. It is the same deed as the route of that
 * address; here it costs a third, and the turn that follows does not run inside a page request's context.
 */
export function withWebhookDoor(next: Handler): Handler {
  return async (incoming, outgoing) => {
    const [, provider, channelId] = (incoming.method === "POST" && PATH.exec(incoming.url ?? "")) || [];
    if (!provider || !channelId || !channelAdapter(provider)) return next(incoming, outgoing);
    try {
      await answer(outgoing, await acceptWebhook(await toRequest(incoming), provider, channelId));
    } catch (error) {
      // Not answered with success, so the provider brings it again.
      logger.error({ error, channelId }, "a webhook could not be written down");
      await answer(outgoing, new Response("Try again.", { status: 500 }));
    }
  };
}
