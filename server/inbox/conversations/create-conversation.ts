import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { conversationCreate } from "#domain/inbox/conversation-input.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { clock } from "#server/runtime/clock.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import type { Actor } from "#server/trpc/context.ts";
import { tellConversation } from "../conversation-state.ts";
import { conversationView, readConversation } from "./conversation-view.ts";

type Input = z.output<typeof conversationCreate>;
type Identity = { id: string; openConversationId: string | null };

function alreadyOpen(conversationId: string | null): AppError {
  const message = "This customer has an open conversation on this channel. Write there, or resolve it first.";
  return new AppError(
    "conflict",
    "conversations.already_open",
    message,
    conversationId ? { conversationId } : {},
  );
}

function onRace(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") throw alreadyOpen(null);
  throw error;
}

/** By which address a customer is reached on a channel where they never wrote: the phone, or their id in the tenant's app. */
function addressOf(channelType: string, customer: Record<string, unknown>): string {
  if (channelType === "api") return String(customer.external_id ?? customer.id);
  const phone = customer.phone as string | null;
  if (phone && /^\+\d{5,15}$/.test(phone)) return phone.slice(1);
  const message = "This customer has no phone number that WhatsApp could reach. Add one, then try again.";
  throw new AppError("precondition", "customers.no_address", message);
}

async function identityFor(tx: TenantTransaction, input: Input): Promise<Identity> {
  const [customers, channels] = await Promise.all([
    tx.sql`select id, phone, external_id from customers where tenant_id = ${tx.tenantId} and id = ${input.customerId}
      and archived_at is null and merged_into_id is null`,
    tx.sql`select type from channels where tenant_id = ${tx.tenantId} and id = ${input.channelId} and archived_at is null`,
  ]);
  if (!customers[0]) throw notFound("customers");
  if (!channels[0]) throw notFound("channels");
  const known = await tx.sql`
    select i.id, v.id as conversation_id from customer_identities i
    left join conversations v on v.tenant_id = i.tenant_id and v.identity_id = i.id
      and v.status in ('open', 'pending', 'escalated', 'snoozed')
    where i.tenant_id = ${tx.tenantId} and i.channel_id = ${input.channelId} and i.customer_id = ${input.customerId}
    order by i.id desc limit 1`;
  if (known[0])
    return {
      id: String(known[0].id),
      openConversationId: known[0].conversation_id as string | null,
    };
  const id = newId();
  const address = addressOf(String(channels[0].type), customers[0]);
  const made = await tx.sql`insert into customer_identities (tenant_id, id, customer_id, channel_id, address)
    values (${tx.tenantId}, ${id}, ${input.customerId}, ${input.channelId}, ${address}) on conflict do nothing returning id`;
  if (made.length === 0) {
    const message = "Another customer is known by this address on this channel. Merge the two first.";
    throw new AppError("conflict", "customers.address_taken", message);
  }
  return { id, openConversationId: null };
}

/**
 * Opens a conversation with a customer. Throws `not_found` for either id, `conflict` where one is open already (named
 * in the details) and `precondition` where the channel has no way to the customer.
 */
export async function createConversation(actor: Actor, input: Input) {
  const { tenantId } = actor;
  const id = newId();
  const now = (await clock.now(tenantId)).toISOString();
  const row = await withTenant(tenantId, async (tx) => {
    const identity = await identityFor(tx, input);
    if (identity.openConversationId) throw alreadyOpen(identity.openConversationId);
    await tx.sql`
      with counted as (
        update customers set conversation_count = conversation_count + 1, last_contact_at = ${now},
          first_contact_at = coalesce(first_contact_at, ${now})
        where tenant_id = ${tenantId} and id = ${input.customerId}
      )
      insert into conversations (tenant_id, id, customer_id, channel_id, identity_id, session_key, subject, started_at, last_message_at)
      values (${tenantId}, ${id}, ${input.customerId}, ${input.channelId}, ${identity.id},
        ${`s_${id.replaceAll("-", "").slice(0, 20)}`}, ${input.subject ?? null}, ${now}, ${now})`;
    await tellConversation(tx, "conversation.created", id);
    await recordAudit(tx, actor, { action: "create", subjectType: "conversations", subjectId: id });
    return readConversation(tx, { ...actor, role: "owner" }, id);
  }).catch(onRace);
  wakeRelay();
  return conversationView(row, actor);
}
