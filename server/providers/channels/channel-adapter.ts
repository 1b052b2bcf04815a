import type { InboundEvent } from "#domain/channels/inbound-event.ts";
import type { Json } from "#domain/core/json.ts";

/** A channel with its secrets opened; lives in memory only. */
export type ConnectedChannel = {
  id: string;
  type: string;
  name: string;
  settings: Record<string, unknown>;
  secrets: Record<string, string>;
};

export type OutboundMessage = {
  to: { address: string; phone: string | null; scopedUserId: string | null };
  text: string;
  buttons: { id: string; title: string }[];
  /** `category` is what the provider's own price goes by. */
  template: { name: string; language: string; parameters: string[]; category?: string } | null;
  replyToExternalId: string | null;
  /** Travels with the message where the provider has a field for it, and comes back in its statuses. */
  attemptId: string;
};

export type SendOutcome =
  | { ok: true; externalId: string; raw: Json; httpStatus: number }
  | {
      ok: false;
      /** Whether another try may help. */
      retryable: boolean;
      /** The request may have been taken, but no answer came: never send blindly again. */
      uncertain: boolean;
      /** The provider refuses the channel itself (token, permission, account): every further message too. */
      channelRefused: boolean;
      code: string;
      reason: string;
      retryAfterSeconds: number | null;
      httpStatus: number | null;
      raw: Json;
    };

/** What the house needs of any channel provider; one adapter a provider, driven by its real wire protocol. */
export type ChannelAdapter = {
  type: string;
  /** Checks the signature over the raw bytes, in constant time, failing closed. */
  verify: (request: { headers: Headers; rawBody: Buffer; secrets: Record<string, string> }) => boolean;
  /** Answers the provider's address check (a GET); null refuses it. */
  handshake?: (query: URLSearchParams, secrets: Record<string, string>) => string | null;
  parse: (
    payload: unknown,
    receivedAt: string,
    channel: { settings: Record<string, unknown> },
  ) => InboundEvent[];
  send: (channel: ConnectedChannel, message: OutboundMessage) => Promise<SendOutcome>;
  /** Asks the provider whether the credentials work; throws AppError with the reason. */
  test: (channel: ConnectedChannel) => Promise<string>;
};
