const RETRY = new Set(["2", "4", "80007", "130429", "131000", "131016", "131056", "131057", "133004"]);

const REASONS: Record<string, string> = {
  "0": "The access token is not valid any more. Enter a new one in the channel's settings.",
  "190": "The access token is not valid any more. Enter a new one in the channel's settings.",
  "10": "The access token may not send from this number.",
  "100": "WhatsApp did not accept a field of the message.",
  "130429": "This number sends faster than WhatsApp allows; it is tried again.",
  "131009": "WhatsApp did not accept a field of the message.",
  "131016": "WhatsApp is not available for a moment; it is tried again.",
  "131026": "WhatsApp cannot deliver to this number.",
  "131031": "The WhatsApp account is locked.",
  "131042": "The WhatsApp account has a billing problem.",
  "131047": "More than 24 hours have passed since the customer wrote. Only an approved template can be sent.",
  "131048": "WhatsApp holds this number's messages back because customers reported it.",
  "131049": "WhatsApp chose not to deliver this message. Try again after 24 hours.",
  "131050": "This customer has opted out of marketing messages.",
  "131051": "WhatsApp does not know this kind of message.",
  "131056": "Too many messages to this customer in a short time; it is tried again.",
  "132000": "The template's variables do not match the approved template.",
  "132001": "There is no approved template of this name and language.",
  "368": "The WhatsApp account is blocked for breaking a policy.",
};

/**
 * What a Cloud API error means: whether another try can help, and the reason in plain words. Meta answers almost all
 * errors with HTTP 400, so the class is read off `error.code`. Source: Meta's Cloud API error codes.
 */
export function classifyWhatsappError(
  code: string,
  message: string | null,
): { retryable: boolean; reason: string } {
  return {
    retryable: RETRY.has(code),
    reason: REASONS[code] ?? message ?? `WhatsApp answered with error ${code}.`,
  };
}
