import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { type MessageCreate, windowIsOpen } from "#domain/inbox/conversation-input.ts";
import { getConnectedChannel, type LiveChannel } from "#server/channels/connected-channel.ts";
import { clock } from "#server/runtime/clock.ts";
import { wakeRelaySoon } from "#server/runtime/outbox.ts";
import type { Actor } from "#server/trpc/context.ts";
import { tellConversation } from "../conversation-state.ts";
import { lockConversation, readConversation } from "../conversations/conversation-view.ts";
import { endWaitingRun } from "../conversations/end-waiting-run.ts";
import { openSend, type SendDraft, type SendPartner } from "../deliver/open-send.ts";
import { fillTemplate } from "../templates/fill-template.ts";
import { getMessage } from "./read-messages.ts";

type Row = Record<string, unknown>;
type Words = Pick<SendDraft, "text" | "template">;

/** Who the message goes to; the identity is missing only where the customer was never reached on this channel. */
async function partnerOf(
  tx: TenantTransaction,
  row: Row,
): Promise<SendPartner["to"] & { language: string | null }> {
  const found = await tx.sql`select i.address, i.scoped_user_id, c.phone, c.language from customers c
    left join customer_identities i on i.tenant_id = c.tenant_id and i.id = ${row.identity_id as string | null}
    where c.tenant_id = ${tx.tenantId} and c.id = ${String(row.customer_id)}`;
  const one = found[0] ?? {};
  const text = (name: string) => (one[name] as string | null | undefined) ?? null;
  return {
    address: text("address") ?? "",
    phone: text("phone"),
    scopedUserId: text("scoped_user_id"),
    language: text("language"),
  };
}

/** The words to send. Outside WhatsApp's 24 hours only a template that it approved may go. */
async function wordsOf(
  actor: Actor,
  input: MessageCreate,
  facts: { open: boolean; language: string | null },
): Promise<Words> {
  if (input.templateId) {
    const { language } = facts;
    const filled = await fillTemplate(actor.tenantId, {
      templateId: input.templateId,
      language,
      variables: input.variables ?? {},
    });
    if (facts.open || filled.whatsapp) return { text: filled.text, template: filled.whatsapp };
    const message = "More than 24 hours have passed, and WhatsApp has not approved this template yet.";
    throw new AppError("precondition", "messages.template_not_approved", message);
  }
  if (input.content === undefined) {
    throw new AppError(
      "invalid",
      "messages.content_missing",
      "content: give the text, or a templateId instead.",
    );
  }
  if (facts.open) return { text: input.content, template: null };
  const message =
    "More than 24 hours have passed since the customer wrote: only an approved template may go.";
  throw new AppError("precondition", "messages.window_closed", message);
}

async function sentBefore(tx: TenantTransaction, effectKey: string | null): Promise<string | null> {
  if (effectKey === null) return null;
  const rows =
    await tx.sql`select id from messages where tenant_id = ${tx.tenantId} and effect_key = ${effectKey}`;
  return (rows[0]?.id as string | undefined) ?? null;
}

/** A person speaks now: the conversation is theirs, and what the bot waited for is over. */
async function takeFromBot(
  tx: TenantTransaction,
  actor: Actor,
  conversationId: string,
  now: string,
): Promise<void> {
  const before = await lockConversation(tx, actor, conversationId);
  const userId = actor.principal.kind === "user" ? actor.principal.userId : null;
  if (before.handler === "bot") await endWaitingRun(tx, conversationId, "taken_over", now);
  await tx.sql`update conversations set handler = 'agent', assignee_id = coalesce(assignee_id, ${userId}), updated_at = now(),
      status = case when status in ('escalated', 'snoozed', 'resolved') then 'open' else status end,
      resolved_at = null, closed_by = null
    where tenant_id = ${tx.tenantId} and id = ${conversationId}`;
  await tellConversation(tx, "conversation.updated", conversationId);
}

async function commitSend(actor: Actor, partner: SendPartner, draft: SendDraft) {
  const send = openSend(partner, draft);
  const made = await withTenant(actor.tenantId, async (tx) => {
    await takeFromBot(tx, actor, partner.conversationId, draft.now);
    return send.insert(tx);
  }).catch((error: unknown) => {
    // The same clientId at the same moment: the other one made the message.
    if (error instanceof Error && "code" in error && error.code === "23505") return null;
    throw error;
  });
  wakeRelaySoon();
  if (!made) return null;
  const result = await send.perform();
  if (result.settle) await withTenant(actor.tenantId, result.settle);
  wakeRelaySoon();
  return made.messageId;
}

function requireWritable(row: Row, channel: LiveChannel): void {
  if (row.status === "closed" || row.status === "archived") {
    throw new AppError(
      "precondition",
      "conversations.closed",
      "This conversation is closed. Reopen it, then write.",
    );
  }
  if (channel.paused) {
    throw new AppError(
      "precondition",
      "channels.paused",
      "The channel is paused. Resume it in its settings first.",
    );
  }
}

/**
 * Sends an agent's message: written with its first attempt, handed to the provider, settled, and returned as it then
 * is. The same `clientId` in a conversation sends once. Throws `precondition` outside the 24-hour window.
 */
export async function sendMessage(actor: Actor, conversationId: string, input: MessageCreate) {
  const { tenantId } = actor;
  const effectKey = input.clientId ? `agent:${conversationId}:${input.clientId}` : `agent:${newId()}`;
  const { row, to, repeat } = await withTenant(tenantId, async (tx) => {
    const found = await readConversation(tx, actor, conversationId);
    return { row: found, to: await partnerOf(tx, found), repeat: await sentBefore(tx, effectKey) };
  });
  if (repeat) return getMessage(actor, repeat);
  const channel = await getConnectedChannel(tenantId, String(row.channel_id));
  requireWritable(row, channel);
  const now = await clock.now(tenantId);
  const open = windowIsOpen(channel.type, row.last_inbound_at as string | null, now.getTime());
  const words = await wordsOf(actor, input, { open, language: to.language });
  const draft: SendDraft = {
    role: "agent",
    ...words,
    buttons: [],
    effectKey,
    authorUserId: actor.principal.kind === "user" ? actor.principal.userId : null,
    replyToMessageId: input.replyToMessageId ?? null,
    now: now.toISOString(),
  };
  const sent = await commitSend(actor, { tenantId, conversationId, channel, to }, draft);
  const messageId = sent ?? (await withTenant(tenantId, (tx) => sentBefore(tx, effectKey)));
  if (!messageId) throw new Error("The message was neither written nor found.");
  return getMessage({ ...actor, role: "owner" }, messageId);
}
