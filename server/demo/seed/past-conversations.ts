import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { meter } from "#server/billing/meter/meter.ts";

export type PastCustomer = {
  name: string;
  phone: string;
  email: string;
  externalId: string | null;
  language: string;
  tags: string[];
  conversations: number;
};
type Line = { role: "customer" | "assistant"; text: string; tokens?: [number, number] };

const TALKS: Line[][] = [
  [
    { role: "customer", text: "Where is my order 0962?" },
    {
      role: "assistant",
      text: "It left our warehouse this morning and arrives tomorrow.",
      tokens: [310, 42],
    },
    { role: "customer", text: "Great, thanks" },
  ],
  [
    { role: "customer", text: "Does the MagSafe charger work with an older phone?" },
    { role: "assistant", text: "It charges every phone with Qi, at up to 7.5 watts.", tokens: [420, 65] },
  ],
  [
    { role: "customer", text: "I want to return the iPad case" },
    {
      role: "assistant",
      text: "You can send it back within 30 days. A colleague sends you the label.",
      tokens: [365, 58],
    },
    { role: "customer", text: "Perfect" },
    { role: "assistant", text: "Is there anything else?", tokens: [180, 12] },
  ],
  [
    { role: "customer", text: "Is the watch waterproof?" },
    { role: "assistant", text: "Down to 50 metres.", tokens: [290, 24] },
  ],
];

/** Spreads a past over the last `days` days: a fixed sequence, so that every installation looks alike. */
const moment = (now: number, days: number, at: number, of: number) =>
  new Date(now - Math.floor(((of - at) / of) * days * 86_400_000) - 3_600_000);

async function addCustomer(
  tenantId: TenantId,
  channelId: string,
  customer: PastCustomer,
): Promise<{ customerId: string; identityId: string }> {
  const [customerId, identityId] = [newId(), newId()];
  await withTenant(tenantId, async (tx) => {
    await tx.sql`insert into customers (tenant_id, id, name, email, phone, external_id, language, tags, source, conversation_count, first_contact_at, last_contact_at)
      values (${tenantId}, ${customerId}, ${customer.name}, ${customer.email}, ${customer.phone}, ${customer.externalId}, ${customer.language},
        ${customer.tags}, 'channel', ${customer.conversations}, now() - interval '80 days', now() - interval '2 days')`;
    await tx.sql`insert into customer_identities (tenant_id, id, customer_id, channel_id, address, display_name)
      values (${tenantId}, ${identityId}, ${customerId}, ${channelId}, ${customer.phone.replace("+", "")}, ${customer.name})`;
  });
  return { customerId, identityId };
}

type Spoken = { messageId: string; at: string; tokens: [number, number] };

async function addConversation(
  tenantId: TenantId,
  channelId: string,
  who: { customerId: string; identityId: string },
  lines: Line[],
  startedAt: Date,
) {
  const id = newId(startedAt.getTime());
  const spoken: Spoken[] = [];
  const rows = lines.map((line, at) => {
    const sentAt = new Date(startedAt.getTime() + at * 45_000).toISOString();
    const messageId = newId(startedAt.getTime() + at);
    if (line.tokens) spoken.push({ messageId, at: sentAt, tokens: line.tokens });
    return {
      id: messageId,
      position: at + 1,
      role: line.role,
      content: line.text,
      status: line.role === "customer" ? "received" : "read",
      sent_at: sentAt,
    };
  });
  const last = rows.at(-1);
  await withTenant(tenantId, async (tx) => {
    await tx.sql`insert into conversations (tenant_id, id, customer_id, channel_id, identity_id, session_key, status, started_at, resolved_at, closed_by,
        last_message_at, last_message_preview, last_message_role, last_inbound_at, message_count)
      values (${tenantId}, ${id}, ${who.customerId}, ${channelId}, ${who.identityId}, ${`s_${id.slice(-12)}`}, 'resolved', ${startedAt.toISOString()},
        ${last?.sent_at ?? startedAt.toISOString()}, 'bot', ${last?.sent_at ?? startedAt.toISOString()}, ${last?.content ?? ""}, ${last?.role ?? "customer"},
        ${startedAt.toISOString()}, ${rows.length})`;
    await tx.sql`insert into messages (tenant_id, conversation_id, id, position, role, content, status, sent_at)
      select ${tenantId}, ${id}, m.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as m(id uuid, position int, role text, content text, status text, sent_at timestamptz)`;
  });
  return { id, spoken };
}

/** How the newest conversation of each customer stands, by turn: the inbox begins with work in it. */
const STANDING = [
  null,
  { status: "open", handler: "agent", reason: null },
  { status: "escalated", handler: "agent", reason: "The customer asked for a person." },
  { status: "open", handler: "bot", reason: null },
  { status: "open", handler: "agent", reason: null },
] as const;

async function leaveOpen(tenantId: TenantId, conversationId: string, which: number): Promise<void> {
  const standing = STANDING[which % STANDING.length];
  if (!standing) return;
  await withTenant(
    tenantId,
    (tx) => tx.sql`
    update conversations set status = ${standing.status}, handler = ${standing.handler}, handoff_reason = ${standing.reason},
      resolved_at = null, closed_by = null, unread_count = 1
    where tenant_id = ${tenantId} and id = ${conversationId}`,
  );
}

/** Past customers, their resolved conversations, and the usage of every automated answer in them. */
export async function addPast(
  tenantId: TenantId,
  channelId: string,
  customers: readonly PastCustomer[],
  days: number,
): Promise<void> {
  const now = Date.now();
  for (const [which, customer] of customers.entries()) {
    const who = await addCustomer(tenantId, channelId, customer);
    for (let at = 0; at < customer.conversations; at += 1) {
      const lines = TALKS[(which + at) % TALKS.length] ?? [];
      const startedAt = moment(now - which * 977_000, days, at, customer.conversations);
      const { id, spoken } = await addConversation(tenantId, channelId, who, lines, startedAt);
      if (at === customer.conversations - 1) await leaveOpen(tenantId, id, which);
      await Promise.all(
        spoken.map(({ messageId, at: occurredAt, tokens: [input, output] }, call) =>
          meter.commit({
            tenantId,
            idempotencyKey: `past:${id}:${call}`,
            serviceType: "token",
            provider: "openai",
            model: "gpt-4",
            status: "succeeded",
            quantities: { input, output },
            occurredAt,
            conversationId: id,
            messageId,
          }),
        ),
      );
    }
  }
}
