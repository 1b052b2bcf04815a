import type { Json } from "#domain/core/json.ts";
import type { InboundEvent, Sender } from "./inbound-event.ts";

type Dict = Record<string, unknown>;
const dict = (value: unknown): Dict =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Dict) : {};
const list = (value: unknown): Dict[] => (Array.isArray(value) ? value.map(dict) : []);
const str = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** Meta sends seconds as a text; what cannot be read becomes the time it came. */
function timeOf(value: unknown, receivedAt: string): string {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000).toISOString() : receivedAt;
}

/** Phone digits as E.164 with a leading plus. */
const e164 = (digits: string) => `+${digits.replace(/^\+/, "")}`;

const NOBODY = "unknown";

function senderOf(message: Dict, contacts: Dict[]): Sender {
  const from = str(message.from);
  const scoped = str(message.from_user_id);
  const contact =
    contacts.find((c) => (from && str(c.wa_id) === from) || (scoped && str(c.user_id) === scoped)) ??
    (contacts.length === 1 ? (contacts[0] as Dict) : {});
  const phone = from ?? str(contact.wa_id);
  const scopedUserId = scoped ?? str(contact.user_id);
  return {
    address: phone ?? scopedUserId ?? NOBODY,
    phone: phone ? e164(phone) : null,
    scopedUserId,
    displayName: str(dict(contact.profile).name),
  };
}

type Body = { format: string; content: string; payload: Json; buttonId: string | null };
const body = (
  format: string,
  content: string,
  payload: unknown = null,
  buttonId: string | null = null,
): Body => ({
  format,
  content,
  payload: payload as Json,
  buttonId,
});

function mediaBody(type: string, message: Dict): Body {
  const media = dict(message[type]);
  const words = str(media.caption) ?? str(media.filename) ?? "";
  return body(type === "audio" && media.voice === true ? "voice" : type, words, media);
}

function interactiveBody(message: Dict): Body {
  const interactive = dict(message.interactive);
  const reply = dict(interactive.button_reply ?? interactive.list_reply);
  if (str(reply.id)) return body("quick_reply", str(reply.title) ?? "", interactive, str(reply.id));
  const form = dict(interactive.nfm_reply);
  return body("form_reply", str(form.body) ?? "", interactive);
}

function locationText(location: Dict): string {
  return (
    [str(location.name), str(location.address)].filter(Boolean).join(", ") ||
    `${location.latitude}, ${location.longitude}`
  );
}

function contactNames(message: Dict): string {
  return list(message.contacts)
    .map((contact) => str(dict(contact.name).formatted_name) ?? "")
    .join(", ");
}

function messageBody(message: Dict): Body {
  const type = str(message.type) ?? "unsupported";
  switch (type) {
    case "text":
      return body(
        "text",
        str(dict(message.text).body) ?? "",
        message.referral ? { referral: message.referral } : null,
      );
    case "image":
    case "audio":
    case "video":
    case "document":
    case "sticker":
      return mediaBody(type, message);
    case "interactive":
      return interactiveBody(message);
    case "button":
      return body(
        "quick_reply",
        str(dict(message.button).text) ?? "",
        message.button,
        str(dict(message.button).payload),
      );
    case "location":
      return body("location", locationText(dict(message.location)), message.location);
    case "contacts":
      return body("contacts", contactNames(message), message.contacts);
    case "order":
      return body("order", str(dict(message.order).text) ?? "", message.order);
    default:
      return body("unsupported", "", { type, ...(message.errors ? { errors: message.errors } : {}) });
  }
}

function fromMessage(message: Dict, contacts: Dict[], receivedAt: string): InboundEvent {
  const sender = senderOf(message, contacts);
  const providerTime = timeOf(message.timestamp, receivedAt);
  const externalId = str(message.id) ?? "";
  const type = str(message.type);
  if (externalId === "" || sender.address === NOBODY)
    return {
      kind: "notice",
      field: "messages",
      message: "A message without sender or id.",
      raw: message as Json,
    };
  if (type === "reaction") {
    const reaction = dict(message.reaction);
    return {
      kind: "reaction",
      externalId,
      targetExternalId: str(reaction.message_id) ?? "",
      emoji: str(reaction.emoji),
      sender,
      providerTime,
    };
  }
  if (type === "revoke") {
    const target =
      str(dict(message.revoke).original_message_id) ?? str(dict(message.revoke).message_id) ?? "";
    return { kind: "revoke", targetExternalId: target, providerTime };
  }
  if (type === "edit") {
    const edit = dict(message.edit);
    const edited = messageBody(dict(edit.message));
    return {
      kind: "edit",
      targetExternalId: str(edit.original_message_id) ?? str(edit.message_id) ?? "",
      content: edited.content,
      providerTime,
    };
  }
  if (type === "system") {
    const system = dict(message.system);
    return {
      kind: "identity_changed",
      sender,
      newAddress: str(system.wa_id) ?? str(system.new_wa_id),
      newScopedUserId: str(system.user_id),
      providerTime,
    };
  }
  return {
    kind: "message",
    externalId,
    sender,
    providerTime,
    ...messageBody(message),
    replyToExternalId: str(dict(message.context).id),
    raw: message as Json,
  };
}

const STATUSES: Record<string, "sent" | "delivered" | "read" | "failed"> = {
  sent: "sent",
  delivered: "delivered",
  read: "read",
  played: "read",
  failed: "failed",
};

function fromStatus(status: Dict, receivedAt: string): InboundEvent[] {
  const word = STATUSES[str(status.status) ?? ""];
  const externalId = str(status.id);
  if (!word || !externalId) return [];
  const error = list(status.errors)[0];
  return [
    {
      kind: "status",
      externalId,
      status: word,
      providerTime: timeOf(status.timestamp, receivedAt),
      errorCode: error?.code === undefined ? null : String(error.code),
      errorMessage: error
        ? (str(dict(error.error_data).details) ?? str(error.message) ?? str(error.title))
        : null,
      callbackData: str(status.biz_opaque_callback_data),
      raw: status as Json,
    },
  ];
}

function fromEcho(echo: Dict, receivedAt: string): InboundEvent {
  const to = str(echo.to);
  const said = messageBody(echo);
  return {
    kind: "echo",
    externalId: str(echo.id) ?? "",
    recipient: {
      address: to ?? "unknown",
      phone: to ? e164(to) : null,
      scopedUserId: str(echo.to_user_id),
      displayName: null,
    },
    content: said.content,
    format: said.format,
    providerTime: timeOf(echo.timestamp, receivedAt),
    raw: echo as Json,
  };
}

function fromChange(change: Dict, receivedAt: string): InboundEvent[] {
  const value = dict(change.value);
  const field = str(change.field) ?? "unknown";
  if (field === "smb_message_echoes")
    return list(value.message_echoes).map((echo) => fromEcho(echo, receivedAt));
  if (field !== "messages")
    return [{ kind: "notice", field, message: str(value.event) ?? field, raw: value as Json }];
  const contacts = list(value.contacts);
  return [
    ...list(value.messages).map((message) => fromMessage(message, contacts, receivedAt)),
    ...list(value.statuses).flatMap((status) => fromStatus(status, receivedAt)),
    ...list(value.errors).map(
      (error): InboundEvent => ({
        kind: "notice",
        field: "errors",
        message: str(error.title) ?? "error",
        raw: error as Json,
      }),
    ),
  ];
}

/**
 * Everything in a WhatsApp Cloud API webhook body: every entry, change, message, status, echo and notice, in the order
 * sent. Unknown kinds are kept as `unsupported` or `notice`; nothing throws. `receivedAt` stands in for a time that
 * cannot be read. Source: Meta's WhatsApp Business Platform, webhooks reference.
 */
export function parseWhatsappPayload(payload: unknown, receivedAt: string): InboundEvent[] {
  return list(dict(payload).entry).flatMap((entry) =>
    list(entry.changes).flatMap((change) => fromChange(change, receivedAt)),
  );
}

/** The phone_number_ids that a body speaks of; a channel takes only its own. */
export function whatsappPhoneNumberIds(payload: unknown): string[] {
  return list(dict(payload).entry).flatMap((entry) =>
    list(entry.changes).flatMap((change) => str(dict(dict(change.value).metadata).phone_number_id) ?? []),
  );
}
