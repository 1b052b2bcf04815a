import { findInDirectory } from "#server/channels/directory.ts";
import { channelAdapter } from "#server/providers/channels/adapters.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { journalWebhook } from "./journal-webhook.ts";

/** Meta sends up to 1,000 updates, 3 MB at most. */
const MAX_BODY = 3 * 1024 * 1024;

const plain = (status: number, text: string) =>
  new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });

/** So much of a body that is too large is read and thrown away, so that its sender lives to read the refusal. */
const DRAINED = 8 * MAX_BODY;

async function readRaw(request: Request): Promise<Buffer | null> {
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  if (declared <= MAX_BODY) {
    const bytes = Buffer.from(await request.arrayBuffer());
    return bytes.length > MAX_BODY ? null : bytes;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size <= MAX_BODY) chunks.push(chunk);
    else if (size > DRAINED) break;
  }
  return size > MAX_BODY ? null : Buffer.concat(chunks);
}

/**
 * The door of a channel's webhooks. 404 for an unknown address, 413 over 3 MB, 401 for a bad signature (nothing is
 * stored but a counted security event), else 200 as soon as the raw bytes are safe. Nothing slow happens here.
 */
export async function acceptWebhook(
  request: Request,
  provider: string,
  channelId: string,
): Promise<Response> {
  const entry = await findInDirectory(channelId);
  const adapter = entry && entry.type === provider ? channelAdapter(provider) : undefined;
  if (!entry || !adapter) return plain(404, "There is no such channel.");
  const rawBody = await readRaw(request);
  if (!rawBody) return plain(413, "The body is larger than 3 MB.");
  if (!adapter.verify({ headers: request.headers, rawBody, secrets: entry.secrets })) {
    await recordSystemEvent({
      kind: "webhook.signature_refused",
      source: `channel:${channelId}`,
      severity: 2,
      tenantId: entry.tenantId,
      message: `A ${provider} webhook with a wrong signature was refused.`,
    });
    return plain(401, "The signature does not fit.");
  }
  await journalWebhook(entry, rawBody, request.headers);
  return plain(200, "EVENT_RECEIVED");
}

/** Answers the provider's check of a webhook address. */
export async function answerHandshake(
  request: Request,
  provider: string,
  channelId: string,
): Promise<Response> {
  const entry = await findInDirectory(channelId);
  const adapter = entry && entry.type === provider ? channelAdapter(provider) : undefined;
  if (!entry || !adapter?.handshake) return plain(404, "There is no such channel.");
  const challenge = adapter.handshake(new URL(request.url).searchParams, entry.secrets);
  return challenge === null ? plain(403, "The verify token does not fit.") : plain(200, challenge);
}
