import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { MessageCreate } from "#domain/inbox/conversation-input.ts";
import { clock } from "#server/runtime/clock.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import type { Actor } from "#server/trpc/context.ts";
import { tellConversation, wakeConversation } from "../conversation-state.ts";
import { lockConversation, readConversation } from "../conversations/conversation-view.ts";
import { storeMessage } from "../ingest/ingest-message.ts";
import { getMessage } from "./read-messages.ts";

type Row = Record<string, unknown>;

async function knownMessage(
  tx: TenantTransaction,
  channelId: string,
  externalId: string,
): Promise<string | null> {
  const rows = await tx.sql`select message_id from channel_messages
    where tenant_id = ${tx.tenantId} and channel_id = ${channelId} and external_message_id = ${externalId}`;
  return (rows[0]?.message_id as string | undefined) ?? null;
}

/** A message reopens what was resolved or snoozed; what is closed stays so. */
async function reopen(tx: TenantTransaction, row: Row): Promise<void> {
  if (row.status === "closed" || row.status === "archived") {
    const message = "This conversation is closed. Open a new one for this customer.";
    throw new AppError("precondition", "conversations.closed", message);
  }
  const conversationId = String(row.id);
  if (row.status === "snoozed") await wakeConversation(tx, { conversationId, by: "customer", dueAt: null });
  if (row.status !== "resolved") return;
  await tx.sql`update conversations set status = 'open', resolved_at = null, closed_by = null, handler = 'bot'
    where tenant_id = ${tx.tenantId} and id = ${conversationId}`;
  await tellConversation(tx, "conversation.updated", conversationId);
}

async function store(
  tx: TenantTransaction,
  actor: Actor,
  conversationId: string,
  input: MessageCreate & { content: string },
  fact: { externalId: string; offsetMs: number },
): Promise<string> {
  const { externalId, offsetMs } = fact;
  const row = await lockConversation(tx, actor, conversationId);
  const channelId = String(row.channel_id);
  const known = await knownMessage(tx, channelId, externalId);
  if (known) return known;
  await reopen(tx, row);
  const event = {
    kind: "message",
    externalId,
    sender: { address: "", phone: null, scopedUserId: null, displayName: null },
    providerTime: new Date().toISOString(),
    format: input.buttonId ? "quick_reply" : "text",
    content: input.content,
    payload: input.buttonId ? { buttonId: input.buttonId } : null,
    buttonId: input.buttonId ?? null,
    replyToExternalId: null,
    raw: null,
  } as const;
  const where = {
    channelId,
    journalId: null,
    now: new Date(Date.now() + offsetMs).toISOString(),
    offsetMs,
    leaseOwner: null,
  };
  const stored = await storeMessage(tx, event, where, {
    conversationId,
    isNew: Number(row.message_count) === 0,
  });
  await tellConversation(tx, "conversations/turn.requested", conversationId);
  return String(stored.messageId);
}

/**
 * What a customer said in the tenant's own app: stored like any inbound message and worked off by the conversation's
 * turn. The same `externalMessageId` counts once a channel. Throws `precondition` on a channel with a provider.
 */
export async function receiveMessage(actor: Actor, conversationId: string, input: MessageCreate) {
  const { content } = input;
  if (content === undefined) {
    throw new AppError("invalid", "messages.content_missing", "content: give what the customer said.");
  }
  const externalId = input.externalMessageId ?? input.clientId ?? newId();
  const shown = await withTenant(actor.tenantId, (tx) => readConversation(tx, actor, conversationId));
  if (shown.channel_type !== "api") {
    const message =
      "Only on an API channel does your app bring the customer's messages; here the provider does.";
    throw new AppError("precondition", "messages.not_an_api_channel", message);
  }
  const offsetMs = await clock.offsetMs(actor.tenantId);
  const messageId = await withTenant(actor.tenantId, (tx) =>
    store(tx, actor, conversationId, { ...input, content }, { externalId, offsetMs }),
  );
  wakeRelay();
  return getMessage(actor, messageId);
}
