import type { TenantTransaction } from "#db/tenant.ts";
import type { Sender } from "#domain/channels/inbound-event.ts";
import { newId } from "#domain/core/id.ts";

export type Thread = { customerId: string; identityId: string; conversationId: string; isNew: boolean };

/** What is known of a sender and, where one was asked for, of a message by its external id. */
export type KnownThread = {
  /** The conversation of the message that was asked for: it is here already. */
  repeat_conversation_id: string | null;
  identity_id: string | null;
  customer_id: string | null;
  conversation_id: string | null;
  conversation_status: string | null;
  scoped_user_id: string | null;
  /** Known by this phone from elsewhere (the API, an import). */
  phone_customer_id: string | null;
};

/** Everything the storing of a message depends on, in one statement. */
export async function readThread(
  tx: TenantTransaction,
  channelId: string,
  sender: Sender,
  externalId: string | null,
): Promise<KnownThread> {
  const { tenantId } = tx;
  const { address, scopedUserId, phone } = sender;
  const rows = await tx.sql<KnownThread[]>`
    select r.conversation_id as repeat_conversation_id, i.id as identity_id, i.customer_id, i.scoped_user_id,
      v.id as conversation_id, v.status as conversation_status, p.id as phone_customer_id
    from (select 1) one
    left join lateral (
      select m.conversation_id from channel_messages cm join messages m on m.tenant_id = cm.tenant_id and m.id = cm.message_id
      where cm.tenant_id = ${tenantId} and cm.channel_id = ${channelId} and cm.external_message_id = ${externalId}
    ) r on true
    left join lateral (
      select id, customer_id, scoped_user_id from customer_identities
      where tenant_id = ${tenantId} and channel_id = ${channelId}
        and (address = ${address} or (${scopedUserId}::text is not null and scoped_user_id = ${scopedUserId}))
      order by (address = ${address}) desc limit 1
    ) i on true
    left join conversations v on v.tenant_id = ${tenantId} and v.identity_id = i.id
      and v.status in ('open', 'pending', 'escalated', 'snoozed')
    left join lateral (
      select id from customers where tenant_id = ${tenantId} and phone = ${phone} and i.id is null
        and merged_into_id is null and archived_at is null order by created_at limit 1
    ) p on true`;
  return rows[0] as KnownThread;
}

function createIdentity(
  tx: TenantTransaction,
  channelId: string,
  sender: Sender,
  now: string,
  known: KnownThread,
) {
  const { tenantId } = tx;
  const { address, scopedUserId, displayName, phone } = sender;
  const customerId = known.phone_customer_id ?? newId();
  const identityId = newId();
  const customer = known.phone_customer_id
    ? null
    : tx.sql`insert into customers (tenant_id, id, name, phone, source, first_contact_at, last_contact_at)
        values (${tenantId}, ${customerId}, ${displayName ?? phone ?? "Unknown"}, ${phone}, 'channel', ${now}, ${now})`.execute();
  const identity =
    tx.sql`insert into customer_identities (tenant_id, id, customer_id, channel_id, address, scoped_user_id, display_name)
      values (${tenantId}, ${identityId}, ${customerId}, ${channelId}, ${address}, ${scopedUserId}, ${displayName})`.execute();
  return { customerId, identityId, writes: [customer, identity] };
}

function openConversation(
  tx: TenantTransaction,
  channelId: string,
  found: { customerId: string; identityId: string },
  now: string,
) {
  const { tenantId } = tx;
  const id = newId();
  const opened = tx.sql`
    with counted as (
      update customers set conversation_count = conversation_count + 1, last_contact_at = ${now},
        first_contact_at = coalesce(first_contact_at, ${now})
      where tenant_id = ${tenantId} and id = ${found.customerId}
    )
    insert into conversations (tenant_id, id, customer_id, channel_id, identity_id, session_key, started_at, last_message_at)
    values (${tenantId}, ${id}, ${found.customerId}, ${channelId}, ${found.identityId},
      ${`s_${id.replaceAll("-", "").slice(0, 20)}`}, ${now}, ${now})`.execute();
  return { id, opened };
}

/**
 * The customer, identity and open conversation a sender's message belongs to, made where missing; the statements that
 * make them are sent and not waited for. Two first messages at once collide on a unique key; the caller runs its
 * transaction again and then finds what the other made.
 */
export function openThread(
  tx: TenantTransaction,
  channelId: string,
  sender: Sender,
  now: string,
  known: KnownThread,
): { thread: Thread; writes: unknown[] } {
  const { identity_id: identityId, customer_id: customerId, conversation_id: conversationId } = known;
  const found =
    identityId && customerId
      ? { identityId, customerId, writes: [] as unknown[] }
      : createIdentity(tx, channelId, sender, now, known);
  const writes: unknown[] = [...found.writes];
  if (identityId && sender.scopedUserId && !known.scoped_user_id) {
    writes.push(
      tx.sql`update customer_identities set scoped_user_id = ${sender.scopedUserId}
        where tenant_id = ${tx.tenantId} and id = ${identityId}`.execute(),
    );
  }
  const ids = { customerId: found.customerId, identityId: found.identityId };
  if (conversationId) return { thread: { ...ids, conversationId, isNew: false }, writes };
  const { id, opened } = openConversation(tx, channelId, found, now);
  return { thread: { ...ids, conversationId: id, isNew: true }, writes: [...writes, opened] };
}

/** `readThread` and `openThread`, everything waited for. */
export async function findThread(
  tx: TenantTransaction,
  channelId: string,
  sender: Sender,
  now: string,
): Promise<Thread> {
  const known = await readThread(tx, channelId, sender, null);
  const { thread, writes } = openThread(tx, channelId, sender, now, known);
  await Promise.all(writes);
  return thread;
}
