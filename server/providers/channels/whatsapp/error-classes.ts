/** What Graph says went wrong, and how the answer came. */
export type WhatsappError = {
  /** `error.code`; null where the answer is not Graph's own. */
  code: number | null;
  httpStatus: number;
  message: string | null;
  /** Graph's own word that trying again may help. */
  transient: boolean;
};

export type ErrorClass = {
  /** Whether another try can help. */
  retryable: boolean;
  /** The request may have been taken: never sent again by itself. */
  uncertain: boolean;
  /** The token, the permission or the account is refused, not this message: every further one will be. */
  channelRefused: boolean;
  /** In plain words. */
  reason: string;
};

/**
 * What an error of the Cloud API means. Meta answers almost all errors with HTTP 400, so the class is read off
 * `error.code`; a code that is not in the tables is judged by the HTTP status. A 5xx without Graph's own error comes
 * from a gateway in between, and a 2xx without a message id was cut short: neither says whether the message was taken.
 * Source: Meta's Cloud API error codes.
 */
export function classifyWhatsappError(error: WhatsappError): ErrorClass {
  const { code, httpStatus, message } = error;
  const byStatus = httpStatus === 408 || httpStatus === 429 || httpStatus >= 500;
  const channelRefused =
    code === null ? httpStatus === 401 || httpStatus === 403 : CHANNEL_REFUSED.has(code) || permission(code);
  const final = code !== null && (channelRefused || FINAL.has(code));
  const known = code === null ? undefined : REASONS[permission(code) ? 10 : code];
  return {
    retryable: (code !== null && RETRY.has(code)) || (!final && (byStatus || error.transient)),
    uncertain: code === null && (httpStatus >= 500 || httpStatus < 300),
    channelRefused,
    reason: known ?? message ?? `WhatsApp answered with error ${code ?? `HTTP ${httpStatus}`}.`,
  };
}

const RETRY = new Set([2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133004]);

/** Token, permission, a number or an account that is gone, locked or blocked. */
const CHANNEL_REFUSED = new Set([0, 3, 10, 33, 190, 368, 131005, 131031]);
const permission = (code: number) => code >= 200 && code <= 299;

/** About this message, whatever the HTTP status: the same again gives the same answer. */
const FINAL = new Set([
  100, 130472, 130497, 131008, 131009, 131021, 131026, 131042, 131045, 131047, 131048, 131049, 131050, 131051,
  131052, 131053, 132000, 132001, 132005, 132007, 132012, 132015, 132016,
]);

const REASONS: Record<number, string> = {
  0: "The access token is not valid any more. Enter a new one in the channel's settings.",
  190: "The access token is not valid any more. Enter a new one in the channel's settings.",
  3: "The access token may not send from this number.",
  10: "The access token may not send from this number.",
  33: "WhatsApp does not know this number any more, or the access token may not use it.",
  100: "WhatsApp did not accept a field of the message.",
  130429: "This number sends faster than WhatsApp allows; it is tried again.",
  131005: "The access token may not send from this number.",
  131009: "WhatsApp did not accept a field of the message.",
  131016: "WhatsApp is not available for a moment; it is tried again.",
  131026: "WhatsApp cannot deliver to this number.",
  131031: "The WhatsApp account is locked.",
  131042: "The WhatsApp account has a billing problem.",
  131047: "More than 24 hours have passed since the customer wrote. Only an approved template can be sent.",
  131048: "WhatsApp holds this number's messages back because customers reported it.",
  131049: "WhatsApp chose not to deliver this message. Try again after 24 hours.",
  131050: "This customer has opted out of marketing messages.",
  131051: "WhatsApp does not know this kind of message.",
  131056: "Too many messages to this customer in a short time; it is tried again.",
  132000: "The template's variables do not match the approved template.",
  132001: "There is no approved template of this name and language.",
  368: "The WhatsApp account is blocked for breaking a policy.",
};
