import { sql } from "drizzle-orm";
import {
  bigserial,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, tenantTable, time, updatedAt } from "./tenant-table.ts";

const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const money = (name: string) => numeric(name, { precision: 24, scale: 12 });

/** A person or business that talks to a tenant. */
export const customers = tenantTable(
  "customers",
  {
    name: text("name").notNull(),
    email: text("email"),
    phone: text("phone"),
    externalId: text("external_id"),
    language: text("language"),
    status: text("status").notNull().default("active"),
    source: text("source").notNull().default("api"),
    tags: text("tags").array().notNull().default(sql`'{}'`),
    customFields: jsonb("custom_fields").notNull().default({}),
    mergedIntoId: uuid("merged_into_id"),
    conversationCount: integer("conversation_count").notNull().default(0),
    firstContactAt: time("first_contact_at"),
    lastContactAt: time("last_contact_at"),
    archivedAt: time("archived_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("customers_external_key").on(t.tenantId, t.externalId).where(sql`external_id is not null`),
    index("customers_recent_idx").on(t.tenantId, t.lastContactAt, t.id),
    index("customers_phone_idx").on(t.tenantId, t.phone),
  ],
);

/** One connected address: a WhatsApp number, a mailbox, a widget. */
export const channels = tenantTable(
  "channels",
  {
    type: text("type").notNull(),
    name: text("name").notNull(),
    status: text("status").notNull().default("disconnected"),
    statusChangedAt: time("status_changed_at").notNull().default(sql`now()`),
    /** Why the provider last refused the channel itself, on the tenant's clock. */
    lastError: text("last_error"),
    lastErrorAt: time("last_error_at"),
    settings: jsonb("settings").notNull().default({}),
    /** Envelope-encrypted JSON of the write-only settings. */
    secrets: text("secrets"),
    secretTails: jsonb("secret_tails").notNull().default({}),
    botEnabled: boolean("bot_enabled").notNull().default(true),
    pausedAt: time("paused_at"),
    lastInboundAt: time("last_inbound_at"),
    messageCount: integer("message_count").notNull().default(0),
    lastTestAt: time("last_test_at"),
    lastTestResult: text("last_test_result"),
    archivedAt: time("archived_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("channels_name_key")
      .on(t.tenantId, t.type, sql`lower(${t.name})`)
      .where(sql`archived_at is null`),
  ],
);

/** Which tenant a webhook address belongs to, with what its door needs; unscoped because the door knows no tenant. */
export const channelDirectory = pgTable(
  "channel_directory",
  {
    channelId: uuid("channel_id").primaryKey(),
    tenantRef: uuid("tenant_ref").notNull(),
    type: text("type").notNull(),
    /** The provider's address of the channel, such as a phone_number_id: connected once in the whole house. */
    externalAddress: text("external_address"),
    secrets: text("secrets"),
    archived: boolean("archived").notNull().default(false),
  },
  (t) => [
    uniqueIndex("channel_directory_address_key")
      .on(t.type, t.externalAddress)
      .where(sql`external_address is not null and not archived`),
  ],
);

/** An address by which one customer is known on one channel. */
export const customerIdentities = tenantTable(
  "customer_identities",
  {
    customerId: uuid("customer_id").notNull(),
    channelId: uuid("channel_id").notNull(),
    address: text("address").notNull(),
    /** WhatsApp's business-scoped user id, where the phone may be missing. */
    scopedUserId: text("scoped_user_id"),
    displayName: text("display_name"),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
    foreignKey({ columns: [t.tenantId, t.channelId], foreignColumns: [channels.tenantId, channels.id] }),
    uniqueIndex("customer_identities_address_key").on(t.tenantId, t.channelId, t.address),
    uniqueIndex("customer_identities_scoped_key")
      .on(t.tenantId, t.channelId, t.scopedUserId)
      .where(sql`scoped_user_id is not null`),
    index("customer_identities_customer_idx").on(t.tenantId, t.customerId),
  ],
);

/** One thread with one customer on one channel; at most one open per identity. */
export const conversations = tenantTable(
  "conversations",
  {
    customerId: uuid("customer_id").notNull(),
    channelId: uuid("channel_id").notNull(),
    identityId: uuid("identity_id"),
    sessionKey: text("session_key").notNull(),
    subject: text("subject"),
    status: text("status").notNull().default("open"),
    handler: text("handler").notNull().default("bot"),
    assigneeId: uuid("assignee_id"),
    priority: text("priority").notNull().default("normal"),
    handoffReason: text("handoff_reason"),
    startedAt: time("started_at").notNull(),
    resolvedAt: time("resolved_at"),
    /** When a snoozed conversation wakes, on the tenant's clock. */
    snoozedUntil: time("snoozed_until"),
    closedBy: text("closed_by"),
    lastMessageAt: time("last_message_at").notNull(),
    lastMessagePreview: text("last_message_preview").notNull().default(""),
    lastMessageRole: text("last_message_role").notNull().default("customer"),
    /** Provider time of the customer's last message: the 24-hour window counts from it. */
    lastInboundAt: time("last_inbound_at"),
    messageCount: integer("message_count").notNull().default(0),
    unreadCount: integer("unread_count").notNull().default(0),
    tokensUsed: numeric("tokens_used", { precision: 24, scale: 3 }).notNull().default("0"),
    voiceMinutes: money("voice_minutes").notNull().default("0"),
    providerCost: money("provider_cost").notNull().default("0"),
    clientPrice: money("client_price").notNull().default("0"),
    profit: money("profit").notNull().default("0"),
    leaseOwner: text("lease_owner"),
    leaseExpiresAt: time("lease_expires_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
    foreignKey({ columns: [t.tenantId, t.channelId], foreignColumns: [channels.tenantId, channels.id] }),
    uniqueIndex("conversations_open_key")
      .on(t.tenantId, t.identityId)
      .where(sql`identity_id is not null and status in ('open','pending','escalated','snoozed')`),
    index("conversations_list_idx").on(t.tenantId, t.status, t.lastMessageAt, t.id),
    index("conversations_customer_idx").on(t.tenantId, t.customerId, t.startedAt),
    index("conversations_channel_idx").on(t.tenantId, t.channelId, t.lastMessageAt, t.id),
    // The inbox's views mine, unassigned and bot.
    index("conversations_work_idx")
      .on(t.tenantId, t.assigneeId, t.handler, t.lastMessageAt, t.id)
      .where(sql`status in ('open','pending','escalated')`),
  ],
);

/** What was said, by whom, in order. */
export const messages = tenantTable(
  "messages",
  {
    conversationId: uuid("conversation_id").notNull(),
    position: integer("position").notNull(),
    role: text("role").notNull(),
    format: text("format").notNull().default("text"),
    content: text("content").notNull(),
    /** Form-specific parts: buttons, media, location, contacts, template parameters. */
    payload: jsonb("payload"),
    status: text("status").notNull(),
    replyToMessageId: uuid("reply_to_message_id"),
    authorUserId: uuid("author_user_id"),
    intent: text("intent"),
    confidence: numeric("confidence", { precision: 6, scale: 5 }),
    flowExecutionId: uuid("flow_execution_id"),
    nodeKey: text("node_key"),
    /** execution:node:visit of a flow's message, or the client's id of an agent's: the same deed never sends twice. */
    effectKey: text("effect_key"),
    tokensUsed: numeric("tokens_used", { precision: 24, scale: 3 }).notNull().default("0"),
    providerCost: money("provider_cost").notNull().default("0"),
    clientPrice: money("client_price").notNull().default("0"),
    revokedAt: time("revoked_at"),
    editedAt: time("edited_at"),
    sentAt: time("sent_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({
      columns: [t.tenantId, t.conversationId],
      foreignColumns: [conversations.tenantId, conversations.id],
    }),
    uniqueIndex("messages_position_key").on(t.tenantId, t.conversationId, t.position),
    uniqueIndex("messages_effect_key").on(t.tenantId, t.effectKey).where(sql`effect_key is not null`),
  ],
);

/** What the provider sent or acknowledged, with the delivery state. */
export const channelMessages = tenantTable(
  "channel_messages",
  {
    messageId: uuid("message_id"),
    channelId: uuid("channel_id").notNull(),
    direction: text("direction").notNull(),
    externalMessageId: text("external_message_id"),
    status: text("status").notNull(),
    statusRank: smallint("status_rank").notNull().default(0),
    /** Set when we do not know whether the provider got it; a status webhook or a person settles it. */
    uncertain: boolean("uncertain").notNull().default(false),
    journalId: uuid("journal_id"),
    /** The provider's message or acknowledgement as it came. */
    raw: jsonb("raw"),
    recipient: text("recipient"),
    attempts: integer("attempts").notNull().default(0),
    errorCode: text("error_code"),
    errorReason: text("error_reason"),
    retryable: boolean("retryable"),
    nextAttemptAt: time("next_attempt_at"),
    queuedAt: time("queued_at"),
    sentAt: time("sent_at"),
    deliveredAt: time("delivered_at"),
    readAt: time("read_at"),
    failedAt: time("failed_at"),
    createdAt: createdAt(),
  },
  (t) => [
    // No foreign key: the one writer makes message, channel message and attempt in one statement (decision 8).
    uniqueIndex("channel_messages_external_key")
      .on(t.tenantId, t.channelId, t.externalMessageId)
      .where(sql`external_message_id is not null`),
    index("channel_messages_message_idx").on(t.tenantId, t.messageId),
    index("channel_messages_unsettled_idx")
      .on(t.tenantId, t.createdAt)
      .where(sql`direction = 'outbound' and status in ('queued','sending')`),
  ],
);

/** One try to hand an outbound message to the provider; committed before the try begins. */
export const deliveryAttempts = tenantTable(
  "delivery_attempts",
  {
    channelMessageId: uuid("channel_message_id").notNull(),
    number: integer("number").notNull(),
    startedAt: time("started_at").notNull(),
    endedAt: time("ended_at"),
    outcome: text("outcome").notNull().default("pending"),
    httpStatus: integer("http_status"),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
  },
  (t) => [uniqueIndex("delivery_attempts_number_key").on(t.tenantId, t.channelMessageId, t.number)],
);

/** Reactions to a message, one per identity. */
export const messageReactions = tenantTable(
  "message_reactions",
  {
    messageId: uuid("message_id").notNull(),
    author: text("author").notNull(),
    emoji: text("emoji").notNull(),
    reactedAt: time("reacted_at").notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.messageId], foreignColumns: [messages.tenantId, messages.id] }),
    uniqueIndex("message_reactions_author_key").on(t.tenantId, t.messageId, t.author),
  ],
);

/** Inbound events that wait for their conversation's turn, drained by (provider time, arrival). */
export const conversationInbox = tenantTable(
  "conversation_inbox",
  {
    conversationId: uuid("conversation_id").notNull(),
    kind: text("kind").notNull(),
    messageId: uuid("message_id"),
    payload: jsonb("payload").notNull().default({}),
    providerTime: time("provider_time").notNull(),
    arrival: bigserial("arrival", { mode: "number" }),
    handledAt: time("handled_at"),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({
      columns: [t.tenantId, t.conversationId],
      foreignColumns: [conversations.tenantId, conversations.id],
    }),
    index("conversation_inbox_waiting_idx")
      .on(t.tenantId, t.conversationId, t.providerTime, t.arrival)
      .where(sql`handled_at is null`),
  ],
);

/** Every genuine webhook request as it came, byte for byte. */
export const webhookJournal = tenantTable(
  "webhook_journal",
  {
    channelId: uuid("channel_id").notNull(),
    provider: text("provider").notNull(),
    deliveryKey: text("delivery_key").notNull(),
    body: bytes("body").notNull(),
    headers: jsonb("headers").notNull().default({}),
    deliveries: integer("deliveries").notNull().default(1),
    status: text("status").notNull().default("received"),
    error: text("error"),
    receivedAt: time("received_at").notNull().default(sql`now()`),
    lastReceivedAt: time("last_received_at").notNull().default(sql`now()`),
    processedAt: time("processed_at"),
  },
  (t) => [
    uniqueIndex("webhook_journal_delivery_key").on(t.tenantId, t.channelId, t.deliveryKey),
    index("webhook_journal_time_idx").on(t.tenantId, t.receivedAt),
  ],
);

/** Pre-built texts with variables, language variants inside. */
export const messageTemplates = tenantTable(
  "message_templates",
  {
    name: text("name").notNull(),
    category: text("category").notNull().default("utility"),
    defaultLanguage: text("default_language").notNull().default("en"),
    /** `{ [language]: content }` with `{{variable}}` marks. */
    variants: jsonb("variants").notNull(),
    /** Declared variables: `[{ name, type, sample }]`. */
    variables: jsonb("variables").notNull().default([]),
    whatsappName: text("whatsapp_name"),
    whatsappStatus: text("whatsapp_status").notNull().default("none"),
    usageCount: integer("usage_count").notNull().default(0),
    archivedAt: time("archived_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("message_templates_name_key")
      .on(t.tenantId, sql`lower(${t.name})`)
      .where(sql`archived_at is null`),
  ],
);

/** A person's note on a conversation; customers never see it. */
export const conversationNotes = tenantTable(
  "conversation_notes",
  {
    conversationId: uuid("conversation_id").notNull(),
    authorUserId: uuid("author_user_id"),
    authorLabel: text("author_label").notNull(),
    content: text("content").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({
      columns: [t.tenantId, t.conversationId],
      foreignColumns: [conversations.tenantId, conversations.id],
    }),
    index("conversation_notes_idx").on(t.tenantId, t.conversationId, t.createdAt),
  ],
);

/** A status that came before we knew the message it speaks of; folded in when its external id is recorded. */
export const earlyStatuses = tenantTable(
  "early_statuses",
  {
    channelId: uuid("channel_id").notNull(),
    externalMessageId: text("external_message_id").notNull(),
    status: text("status").notNull(),
    providerTime: time("provider_time").notNull(),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    createdAt: createdAt(),
  },
  (t) => [index("early_statuses_external_idx").on(t.tenantId, t.channelId, t.externalMessageId)],
);
