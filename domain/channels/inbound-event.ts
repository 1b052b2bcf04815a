import type { Json } from "#domain/core/json.ts";

/** Who wrote, by every address the provider names; a WhatsApp user may have no phone. */
export type Sender = {
  address: string;
  phone: string | null;
  scopedUserId: string | null;
  displayName: string | null;
};

/** One thing a provider told us, in our words; a batch becomes many. */
export type InboundEvent =
  | {
      kind: "message";
      externalId: string;
      sender: Sender;
      providerTime: string;
      format: string;
      content: string;
      payload: Json;
      buttonId: string | null;
      replyToExternalId: string | null;
      raw: Json;
    }
  | {
      kind: "status";
      externalId: string;
      status: "sent" | "delivered" | "read" | "failed";
      providerTime: string;
      errorCode: string | null;
      errorMessage: string | null;
      /** Our own attempt's id, where the provider echoes it. */
      callbackData: string | null;
      raw: Json;
    }
  | {
      kind: "reaction";
      externalId: string;
      targetExternalId: string;
      emoji: string | null;
      sender: Sender;
      providerTime: string;
    }
  | { kind: "edit"; targetExternalId: string; content: string; providerTime: string }
  | { kind: "revoke"; targetExternalId: string; providerTime: string }
  | {
      kind: "echo";
      externalId: string;
      recipient: Sender;
      content: string;
      format: string;
      providerTime: string;
      raw: Json;
    }
  | {
      kind: "identity_changed";
      sender: Sender;
      newAddress: string | null;
      newScopedUserId: string | null;
      providerTime: string;
    }
  | { kind: "notice"; field: string; message: string; raw: Json };

/** The order of delivery states; a state never moves to a lower rank. `failed` ends what is not delivered yet. */
export const STATUS_RANK = { queued: 0, sending: 1, sent: 2, failed: 3, delivered: 4, read: 5 } as const;
export type DeliveryStatus = keyof typeof STATUS_RANK;
