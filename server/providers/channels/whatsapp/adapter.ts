import { createHmac, timingSafeEqual } from "node:crypto";
import { parseWhatsappPayload, whatsappPhoneNumberIds } from "#domain/channels/whatsapp-payload.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { Json } from "#domain/core/json.ts";
import { failureOf, guardedFetch, readLimited } from "#server/runtime/net/guarded-fetch.ts";
import type { ChannelAdapter, ConnectedChannel, OutboundMessage, SendOutcome } from "../channel-adapter.ts";
import { classifyWhatsappError, type WhatsappError } from "./error-classes.ts";

const GRAPH = "https://graph.facebook.com";
const VERSION = "v25.0";
const MAX_ANSWER = 256 * 1024;

function baseOf(channel: ConnectedChannel): string {
  const own = channel.settings.apiBaseUrl;
  return `${typeof own === "string" && own !== "" ? own.replace(/\/+$/, "") : GRAPH}/${VERSION}`;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The recipient: `to` with a leading plus (without it Meta adds the business's own country code), else the BSUID. */
function recipientOf({ to }: OutboundMessage): Record<string, string> {
  if (to.phone) return { to: to.phone.startsWith("+") ? to.phone : `+${to.phone}` };
  if (to.scopedUserId) return { recipient: to.scopedUserId };
  return { to: /^\d+$/.test(to.address) ? `+${to.address}` : to.address };
}

function content(message: OutboundMessage): Record<string, unknown> {
  if (message.template) {
    const { name, language, parameters } = message.template;
    const texts = parameters.map((text) => ({ type: "text", text }));
    const components = texts.length > 0 ? [{ type: "body", parameters: texts }] : [];
    return { type: "template", template: { name, language: { code: language }, components } };
  }
  if (message.buttons.length > 0) {
    const buttons = message.buttons.map(({ id, title }) => ({ type: "reply", reply: { id, title } }));
    return {
      type: "interactive",
      interactive: { type: "button", body: { text: message.text }, action: { buttons } },
    };
  }
  return { type: "text", text: { body: message.text } };
}

type GraphError = {
  code?: unknown;
  message?: string;
  is_transient?: unknown;
  error_data?: { details?: string };
};

function readError(httpStatus: number, parsed: unknown): WhatsappError {
  const error = (parsed as { error?: GraphError } | null)?.error ?? {};
  return {
    code: typeof error.code === "number" ? error.code : null,
    httpStatus,
    message: error.error_data?.details ?? error.message ?? null,
    transient: error.is_transient === true,
  };
}

function refused(httpStatus: number, parsed: unknown, retryAfter: string | null): SendOutcome {
  const error = readError(httpStatus, parsed);
  return {
    ok: false,
    ...classifyWhatsappError(error),
    code: error.code === null ? `http_${httpStatus}` : String(error.code),
    retryAfterSeconds: retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null,
    httpStatus,
    raw: (parsed ?? null) as Json,
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}

async function send(channel: ConnectedChannel, message: OutboundMessage): Promise<SendOutcome> {
  const body = {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    ...recipientOf(message),
    ...content(message),
    ...(message.replyToExternalId ? { context: { message_id: message.replyToExternalId } } : {}),
    biz_opaque_callback_data: message.attemptId,
  };
  try {
    const response = await guardedFetch(
      `${baseOf(channel)}/${String(channel.settings.phoneNumberId)}/messages`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${channel.secrets.accessToken ?? ""}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(body),
        timeoutMs: 20_000,
      },
    );
    const parsed = parseJson(await readLimited(response, MAX_ANSWER));
    const id = (parsed as { messages?: { id?: string }[] } | null)?.messages?.[0]?.id;
    if (response.ok && id)
      return { ok: true, externalId: id, raw: parsed as Json, httpStatus: response.status };
    return refused(response.status, parsed, response.headers.get("retry-after"));
  } catch (error) {
    if (error instanceof AppError) return { ...failed(error.code, error.message), retryable: false };
    const failure = failureOf(error);
    return {
      ...failed(failure.code, `WhatsApp did not answer: ${failure.message}.`),
      uncertain: failure.sent === "unknown",
    };
  }
}

function failed(code: string, reason: string): Extract<SendOutcome, { ok: false }> {
  return {
    ok: false,
    retryable: true,
    uncertain: false,
    channelRefused: false,
    code,
    reason,
    retryAfterSeconds: null,
    httpStatus: null,
    raw: null,
  };
}

/** WhatsApp Cloud API. Source: Meta's WhatsApp Business Platform documentation, Graph v25.0. */
export const whatsappAdapter: ChannelAdapter = {
  type: "whatsapp",

  verify({ headers, rawBody, secrets }) {
    const given = headers.get("x-hub-signature-256") ?? "";
    if (!secrets.appSecret) return false;
    const expected = `sha256=${createHmac("sha256", secrets.appSecret).update(rawBody).digest("hex")}`;
    return same(given, expected);
  },

  handshake(query, secrets) {
    const token = query.get("hub.verify_token") ?? "";
    const fits = Boolean(secrets.verifyToken) && same(token, secrets.verifyToken ?? "");
    return query.get("hub.mode") === "subscribe" && fits ? (query.get("hub.challenge") ?? "") : null;
  },

  parse(payload, receivedAt, channel) {
    const own = String(channel.settings.phoneNumberId ?? "");
    const others = whatsappPhoneNumberIds(payload).filter((id) => id !== own);
    // One app secret signs for every number of the app: what belongs to another number is not this channel's.
    if (own !== "" && others.length > 0) return parseWhatsappPayload(onlyNumber(payload, own), receivedAt);
    return parseWhatsappPayload(payload, receivedAt);
  },

  send,

  async test(channel) {
    const response = await guardedFetch(
      `${baseOf(channel)}/${String(channel.settings.phoneNumberId)}?fields=display_phone_number,verified_name,quality_rating`,
      { headers: { authorization: `Bearer ${channel.secrets.accessToken ?? ""}` }, timeoutMs: 10_000 },
    );
    const parsed = parseJson(await readLimited(response, MAX_ANSWER)) as Record<string, unknown> | null;
    if (!response.ok) {
      const { reason } = classifyWhatsappError(readError(response.status, parsed));
      throw new AppError("precondition", "channels.test_failed", reason);
    }
    return `Connected to ${String(parsed?.verified_name ?? parsed?.display_phone_number ?? "the number")}.`;
  },
};

type Entry = { changes?: { value?: { metadata?: { phone_number_id?: string } } }[] };

function onlyNumber(payload: unknown, phoneNumberId: string): unknown {
  const entries = ((payload as { entry?: Entry[] })?.entry ?? []).map((entry) => ({
    ...entry,
    changes: (entry.changes ?? []).filter((change) => {
      const id = change.value?.metadata?.phone_number_id;
      return id === undefined || id === phoneNumberId;
    }),
  }));
  return { ...(payload as object), entry: entries };
}
