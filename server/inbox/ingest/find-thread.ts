import type { TenantTransaction } from "#db/tenant.ts";
import type { Sender } from "#domain/channels/inbound-event.ts";
import { newId } from "#domain/core/id.ts";

export type Thread = { customerId: string; identityId: string; conversationId: string; isNew: boolean };

type Found = {
  identity_id: string;
  customer_id: string;
  conversation_id: string | null;
  scoped_user_id: string | null;
};

function findIdentity(tx: TenantTransaction, channelId: string, sender: Sender) {
  return tx.sql<Found[]>`
    select i.id as identity_id, i.customer_id, i.scoped_user_id, c.id as conversation_id
    from customer_identities i
    left join conversations c on c.tenant_id = i.tenant_id and c.identity_id = i.id
      and c.status in ('open', 'pending', 'escalated', 'snoozed')
    where i.tenant_id = ${tx.tenantId} and i.channel_id = ${channelId}
      and (i.address = ${sender.address} or (${sender.scopedUserId}::text is not null and i.scoped_user_id = ${sender.scopedUserId}))
    order by (i.address = ${sender.address}) desc limit 1`;
}

/** A customer of the tenant known by this phone from elsewhere (the API, an import), else a new one. */
async function customerFor(tx: TenantTransaction, sender: Sender, now: string): Promise<string> {
  if (sender.phone) {
    const known =
      await tx.sql`select id from customers where tenant_id = ${tx.tenantId} and phone = ${sender.phone}
      and merged_into_id is null and archived_at is null order by created_at limit 1`;
    if (known[0]) return String(known[0].id);
  }
  const id = newId();
  await tx.sql`insert into customers (tenant_id, id, name, phone, source, first_contact_at, last_contact_at)
    values (${tx.tenantId}, ${id}, ${sender.displayName ?? sender.phone ?? "Unknown"}, ${sender.phone}, 'channel', ${now}, ${now})`;
  return id;
}

async function createIdentity(
  tx: TenantTransaction,
  channelId: string,
  sender: Sender,
  now: string,
): Promise<Found> {
  const customerId = await customerFor(tx, sender, now);
  const id = newId();
  await tx.sql`insert into customer_identities (tenant_id, id, customer_id, channel_id, address, scoped_user_id, display_name)
    values (${tx.tenantId}, ${id}, ${customerId}, ${channelId}, ${sender.address}, ${sender.scopedUserId}, ${sender.displayName})`;
  return {
    identity_id: id,
    customer_id: customerId,
    conversation_id: null,
    scoped_user_id: sender.scopedUserId,
  };
}

async function openConversation(
  tx: TenantTransaction,
  channelId: string,
  found: Found,
  now: string,
): Promise<string> {
  const id = newId();
  await tx.sql`
    with counted as (
      update customers set conversation_count = conversation_count + 1, last_contact_at = ${now},
        first_contact_at = coalesce(first_contact_at, ${now})
      where tenant_id = ${tx.tenantId} and id = ${found.customer_id}
    )
    insert into conversations (tenant_id, id, customer_id, channel_id, identity_id, session_key, started_at, last_message_at)
    values (${tx.tenantId}, ${id}, ${found.customer_id}, ${channelId}, ${found.identity_id},
      ${`s_${id.replaceAll("-", "").slice(0, 20)}`}, ${now}, ${now})`;
  return id;
}

/**
 * The customer, identity and open conversation a sender's message belongs to, made where missing. Two first messages
 * at once collide on a unique key; the caller runs its transaction again and then finds what the other made.
 */
export async function findThread(
  tx: TenantTransaction,
  channelId: string,
  sender: Sender,
  now: string,
): Promise<Thread> {
  const rows = await findIdentity(tx, channelId, sender);
  const found = rows[0] ?? (await createIdentity(tx, channelId, sender, now));
  if (sender.scopedUserId && !found.scoped_user_id) {
    await tx.sql`update customer_identities set scoped_user_id = ${sender.scopedUserId}
      where tenant_id = ${tx.tenantId} and id = ${found.identity_id}`;
  }
  const isNew = found.conversation_id === null;
  const conversationId = found.conversation_id ?? (await openConversation(tx, channelId, found, now));
  return { customerId: found.customer_id, identityId: found.identity_id, conversationId, isNew };
}
