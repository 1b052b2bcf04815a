import type { TenantTransaction } from "#db/tenant.ts";
import type { InboundEvent } from "#domain/channels/inbound-event.ts";
import { newId } from "#domain/core/id.ts";
import { findThread } from "./find-thread.ts";

type Where = { channelId: string; now: string };
type Of<K extends InboundEvent["kind"]> = Extract<InboundEvent, { kind: K }>;

async function messageByExternalId(
  tx: TenantTransaction,
  channelId: string,
  externalId: string,
): Promise<string | null> {
  const rows = await tx.sql`select message_id from channel_messages where tenant_id = ${tx.tenantId}
    and channel_id = ${channelId} and external_message_id = ${externalId}`;
  return (rows[0]?.message_id as string | undefined) ?? null;
}

/** Sets or removes a customer's reaction; an older one never overwrites a newer. */
export async function ingestReaction(
  tx: TenantTransaction,
  event: Of<"reaction">,
  where: Where,
): Promise<void> {
  const messageId = await messageByExternalId(tx, where.channelId, event.targetExternalId);
  if (!messageId) return;
  const author = event.sender.address;
  if (event.emoji === null) {
    await tx.sql`delete from message_reactions where tenant_id = ${tx.tenantId} and message_id = ${messageId}
      and author = ${author} and reacted_at <= ${event.providerTime}`;
    return;
  }
  await tx.sql`insert into message_reactions (tenant_id, id, message_id, author, emoji, reacted_at)
    values (${tx.tenantId}, ${newId()}, ${messageId}, ${author}, ${event.emoji}, ${event.providerTime})
    on conflict (tenant_id, message_id, author) do update set emoji = excluded.emoji, reacted_at = excluded.reacted_at
    where message_reactions.reacted_at <= excluded.reacted_at`;
}

/** Keeps what a customer changed or took back; what was said before stays in the raw channel message. */
export async function ingestCorrection(
  tx: TenantTransaction,
  event: Of<"edit"> | Of<"revoke">,
  where: Where,
): Promise<void> {
  const messageId = await messageByExternalId(tx, where.channelId, event.targetExternalId);
  if (!messageId) return;
  if (event.kind === "edit") {
    await tx.sql`update messages set content = ${event.content}, edited_at = ${event.providerTime}
      where tenant_id = ${tx.tenantId} and id = ${messageId} and (edited_at is null or edited_at < ${event.providerTime})`;
  } else {
    await tx.sql`update messages set revoked_at = coalesce(revoked_at, ${event.providerTime}::timestamptz)
      where tenant_id = ${tx.tenantId} and id = ${messageId}`;
  }
}

/** A person answered from the phone app: keep the message and take the conversation from the bot. */
export async function ingestEcho(tx: TenantTransaction, event: Of<"echo">, where: Where): Promise<void> {
  if (await messageByExternalId(tx, where.channelId, event.externalId)) return;
  const { tenantId } = tx;
  const thread = await findThread(tx, where.channelId, event.recipient, where.now);
  const messageId = newId();
  const rows = await tx.sql`update conversations set message_count = message_count + 1, handler = 'agent',
      last_message_at = ${event.providerTime}, last_message_preview = ${event.content.slice(0, 160)}, last_message_role = 'agent'
    where tenant_id = ${tenantId} and id = ${thread.conversationId} returning message_count`;
  await tx.sql`insert into messages (tenant_id, id, conversation_id, position, role, format, content, status, sent_at)
    values (${tenantId}, ${messageId}, ${thread.conversationId}, ${Number(rows[0]?.message_count)}, 'agent', ${event.format},
      ${event.content}, 'sent', ${event.providerTime})`;
  await tx.sql`insert into channel_messages (tenant_id, id, message_id, channel_id, direction, external_message_id, status, status_rank, raw, sent_at)
    values (${tenantId}, ${newId()}, ${messageId}, ${where.channelId}, 'outbound', ${event.externalId}, 'sent', 2,
      ${JSON.stringify(event.raw)}, ${event.providerTime})`;
  const payload = { tenantId, conversationId: thread.conversationId, messageId };
  await tx.sql`insert into outbox (id, tenant_id, name, payload) values (${newId()}, ${tenantId}, 'message.created', ${JSON.stringify(payload)})`;
}

/** A customer changed number or user id: the identity moves along, so that the thread goes on. */
export async function ingestIdentityChange(
  tx: TenantTransaction,
  event: Of<"identity_changed">,
  where: Where,
): Promise<void> {
  const { newAddress, newScopedUserId, sender } = event;
  await tx.sql`update customer_identities set address = coalesce(${newAddress}, ${newScopedUserId}, address),
      scoped_user_id = coalesce(${newScopedUserId}, scoped_user_id)
    where tenant_id = ${tx.tenantId} and channel_id = ${where.channelId} and address = ${sender.address}
      and not exists (select from customer_identities o where o.tenant_id = ${tx.tenantId}
        and o.channel_id = ${where.channelId} and o.address = coalesce(${newAddress}, ${newScopedUserId}))`;
}
