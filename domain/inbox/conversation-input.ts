import { z } from "zod";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { INSTANT_WANTED } from "#domain/core/time-input.ts";

export const CONVERSATION_STATUSES = [
  "open",
  "pending",
  "escalated",
  "snoozed",
  "resolved",
  "closed",
  "archived",
] as const;
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number];

/** Statuses in which a conversation still wants work; an identity has at most one such (or snoozed) conversation. */
export const ACTIVE_STATUSES = ["open", "pending", "escalated"] as const satisfies ConversationStatus[];

export const PRIORITIES = ["low", "normal", "high", "urgent"] as const;

const id = z.uuid();

export const conversationList = z.strictObject({
  ...paging,
  customerId: id.optional(),
  channelId: id.optional(),
  status: z.enum(CONVERSATION_STATUSES).optional(),
});

export const conversationCreate = z.strictObject({
  customerId: id,
  channelId: id,
  subject: text(300).optional(),
});

/** A status to move to; `snoozed` goes with the moment to wake at. */
const statusMove = {
  status: z.enum(CONVERSATION_STATUSES),
  snoozedUntil: z.iso
    .datetime({ offset: true, error: INSTANT_WANTED })
    .optional()
    .describe("With status snoozed: when the conversation opens again."),
};

function checkSnooze(
  move: { status?: ConversationStatus | undefined; snoozedUntil?: string | undefined },
  context: { addIssue: (issue: { code: "custom"; path: string[]; message: string }) => void },
): void {
  const path = ["snoozedUntil"];
  if (move.status === "snoozed" && move.snoozedUntil === undefined)
    context.addIssue({ code: "custom", path, message: "Say until when: an instant in the future." });
  if (move.status !== "snoozed" && move.snoozedUntil !== undefined)
    context.addIssue({ code: "custom", path, message: "Goes only with status snoozed." });
}

export const conversationStatusInput = z.strictObject({ id, ...statusMove }).superRefine(checkSnooze);
export type StatusMove = Omit<z.output<typeof conversationStatusInput>, "id">;

export const conversationPatch = z
  .strictObject({
    id,
    subject: text(300).nullable().optional(),
    priority: z.enum(PRIORITIES).optional(),
    status: statusMove.status.optional(),
    snoozedUntil: statusMove.snoozedUntil,
  })
  .superRefine(checkSnooze);
export type ConversationPatch = Omit<z.output<typeof conversationPatch>, "id">;

/** A message into a conversation: an agent's answer, or on an `api` channel what the customer said in the tenant's app. */
export const messageCreate = z.strictObject({
  role: z.enum(["agent", "customer"]).default("agent"),
  content: text(4096).optional(),
  format: z.enum(["text"]).default("text"),
  clientId: text(200).optional().describe("The sender's own id: the same one never sends twice."),
  externalMessageId: text(200)
    .optional()
    .describe("For role customer: the app's id, taken once per channel."),
  buttonId: text(200).optional().describe("For role customer: the button that was pressed."),
  replyToMessageId: id.optional(),
  templateId: id.optional(),
  variables: z.record(z.string().max(64), text(1024)).optional(),
});
export type MessageCreate = z.output<typeof messageCreate>;

export const INBOX_VIEWS = ["open", "mine", "unassigned", "bot", "escalated", "snoozed", "resolved"] as const;

export const inboxList = z.strictObject({
  ...paging,
  view: z.union([z.enum(INBOX_VIEWS), z.string().regex(/^channel:[a-z]{2,20}$/)]).default("open"),
  search: text(200).optional(),
});

const HOURS_24 = 24 * 3600 * 1000;

/** Whether a free message may go: WhatsApp allows it for 24 hours after the customer's last one. */
export function windowIsOpen(channelType: string, lastInboundAt: string | null, nowMs: number): boolean {
  if (channelType !== "whatsapp") return true;
  return lastInboundAt !== null && nowMs - Date.parse(lastInboundAt) < HOURS_24;
}
