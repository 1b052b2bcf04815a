import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InboundEvent } from "./inbound-event.ts";
import { parseWhatsappPayload } from "./whatsapp-payload.ts";

const RECEIVED = "2026-01-01T00:00:00.000Z";
const metadata = { display_phone_number: "15550100001", phone_number_id: "100200300" };

function wrap(...values: object[]): unknown {
  const changes = values.map((value) => ({
    field: "messages",
    value: { messaging_product: "whatsapp", metadata, ...value },
  }));
  return { object: "whatsapp_business_account", entry: [{ id: "1", changes }] };
}

function message(
  more: object,
  contact: object = { wa_id: "12025550123", profile: { name: "Ann" } },
): InboundEvent {
  const base = { from: "12025550123", id: "wamid.A", timestamp: "1750000000" };
  const [event] = parseWhatsappPayload(
    wrap({ contacts: [contact], messages: [{ ...base, ...more }] }),
    RECEIVED,
  );
  return event as InboundEvent;
}

describe("reading a WhatsApp webhook", () => {
  it.each([
    ["text", { type: "text", text: { body: "Hi" } }, { format: "text", content: "Hi" }],
    [
      "image",
      { type: "image", image: { id: "m1", mime_type: "image/jpeg", caption: "Look" } },
      { format: "image", content: "Look" },
    ],
    ["voice note", { type: "audio", audio: { id: "m2", voice: true } }, { format: "voice", content: "" }],
    ["video", { type: "video", video: { id: "m3" } }, { format: "video" }],
    [
      "document",
      { type: "document", document: { id: "m4", filename: "bill.pdf" } },
      { format: "document", content: "bill.pdf" },
    ],
    ["sticker", { type: "sticker", sticker: { id: "m5" } }, { format: "sticker" }],
    [
      "location",
      { type: "location", location: { latitude: 1.5, longitude: 2.5, name: "Shop" } },
      { format: "location", content: "Shop" },
    ],
    [
      "contacts",
      { type: "contacts", contacts: [{ name: { formatted_name: "Bo" } }] },
      { format: "contacts", content: "Bo" },
    ],
    [
      "button reply",
      {
        type: "interactive",
        interactive: { type: "button_reply", button_reply: { id: "yes", title: "Yes" } },
      },
      { format: "quick_reply", content: "Yes", buttonId: "yes" },
    ],
    [
      "list reply",
      { type: "interactive", interactive: { type: "list_reply", list_reply: { id: "r1", title: "Row" } } },
      { format: "quick_reply", buttonId: "r1" },
    ],
    [
      "template button",
      { type: "button", button: { payload: "STOP", text: "Stop" } },
      { format: "quick_reply", content: "Stop", buttonId: "STOP" },
    ],
    [
      "order",
      { type: "order", order: { text: "two please", product_items: [] } },
      { format: "order", content: "two please" },
    ],
    ["an unknown kind", { type: "hologram", hologram: {} }, { format: "unsupported" }],
  ])("takes in %s", (_name, given, wanted) =>
    expect(message(given)).toMatchObject({ kind: "message", ...wanted }),
  );

  it("reads reactions, edits, revokes and changed numbers as what they are", () => {
    expect(message({ type: "reaction", reaction: { message_id: "wamid.B", emoji: "👍" } })).toMatchObject({
      kind: "reaction",
      emoji: "👍",
    });
    expect(message({ type: "reaction", reaction: { message_id: "wamid.B" } })).toMatchObject({
      kind: "reaction",
      emoji: null,
    });
    expect(
      message({
        type: "edit",
        edit: { original_message_id: "wamid.B", message: { type: "text", text: { body: "new" } } },
      }),
    ).toMatchObject({ kind: "edit", content: "new" });
    expect(message({ type: "revoke", revoke: { original_message_id: "wamid.B" } })).toMatchObject({
      kind: "revoke",
      targetExternalId: "wamid.B",
    });
    expect(
      message({ type: "system", system: { type: "user_changed_number", wa_id: "12025550199" } }),
    ).toMatchObject({ kind: "identity_changed", newAddress: "12025550199" });
  });

  it("knows a user without a phone by the business-scoped id", () => {
    const value = {
      contacts: [{ user_id: "US.1349", profile: { name: "Ann" } }],
      messages: [
        { from_user_id: "US.1349", id: "w", timestamp: "1750000000", type: "text", text: { body: "Hi" } },
      ],
    };
    const [event] = parseWhatsappPayload(wrap(value), RECEIVED);
    expect(event).toMatchObject({
      sender: { address: "US.1349", phone: null, scopedUserId: "US.1349", displayName: "Ann" },
    });
  });

  it("works off every entry, change, message and status of a batch in order", () => {
    const one = (id: string) => ({
      from: "12025550123",
      id,
      timestamp: "1750000000",
      type: "text",
      text: { body: id },
    });
    const status = {
      id: "wamid.S",
      status: "read",
      timestamp: "1750000001",
      recipient_id: "1",
      biz_opaque_callback_data: "attempt",
    };
    const batch = wrap(
      { messages: [one("a"), one("b")] },
      { statuses: [status, { id: "x", status: "odd" }] },
      { errors: [{ title: "Oops", code: 1 }] },
    );
    const events = parseWhatsappPayload(batch, RECEIVED);
    expect(events.map((event) => event.kind)).toEqual(["message", "message", "status", "notice"]);
    expect(events[2]).toMatchObject({
      status: "read",
      callbackData: "attempt",
      providerTime: "2025-06-15T15:06:41.000Z",
    });
  });

  it("take a message that nobody signed or that has no id for a notice, and keep its neighbours", () => {
    const good = { from: "12025550142", id: "wamid.1", type: "text", text: { body: "Hi" } };
    const messages = [{ id: "wamid.2", type: "text" }, { from: "12025550142", id: 5 }, good];
    const kinds = parseWhatsappPayload(wrap({ messages }), RECEIVED).map((event) => event.kind);
    expect(kinds).toEqual(["notice", "notice", "message"]);
  });

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(Array.isArray(parseWhatsappPayload(value, RECEIVED))).toBe(true);
        parseWhatsappPayload(wrap({ messages: [value], statuses: [value], contacts: [value] }), RECEIVED);
      }),
    );
  });
});
