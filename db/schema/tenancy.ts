import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, tenantTable, time, updatedAt } from "./tenant-table.ts";

/** A business that uses Aurora. Its own row is read through `tenant_self` policies, by id instead of tenant_id. */
export const tenants = pgTable(
  "tenants",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    slug: text("slug").notNull(),
    website: text("website"),
    status: text("status").notNull().default("trial"),
    trialEndsAt: time("trial_ends_at"),
    timezone: text("timezone").notNull().default("UTC"),
    locale: text("locale").notNull().default("en"),
    currency: text("currency").notNull().default("USD"),
    billingEmail: text("billing_email").notNull(),
    billingAddress: text("billing_address"),
    taxRatePercent: numeric("tax_rate_percent", { precision: 7, scale: 4 }).notNull().default("0"),
    /** `exclusive`, `inclusive` (prices contain the tax) or `reverse_charge` (the tenant owes it). */
    taxMode: text("tax_mode").notNull().default("exclusive"),
    taxId: text("tax_id"),
    discountPercent: numeric("discount_percent", { precision: 7, scale: 4 }).notNull().default("0"),
    aiEnabled: boolean("ai_enabled").notNull().default(true),
    /** A sandbox tenant's clock may be set; production tenants always have an offset of 0. */
    sandbox: boolean("sandbox").notNull().default(false),
    clockOffsetMs: bigint("clock_offset_ms", { mode: "number" }).notNull().default(0),
    settings: jsonb("settings").notNull().default({}),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [uniqueIndex("tenants_slug_key").on(sql`lower(${t.slug})`)],
);

/** A person who signs in; memberships tie them to tenants. */
export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey(),
    email: text("email").notNull(),
    name: text("name").notNull(),
    passwordHash: text("password_hash"),
    /** Platform staff: has the console at /platform; unrelated to any tenant role. */
    staff: boolean("staff").notNull().default(false),
    locale: text("locale").notNull().default("en"),
    failedSignIns: integer("failed_sign_ins").notNull().default(0),
    lockedUntil: time("locked_until"),
    signInCount: integer("sign_in_count").notNull().default(0),
    lastSignInAt: time("last_sign_in_at"),
    lastSignInIp: text("last_sign_in_ip"),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("users_email_key").on(sql`lower(${t.email})`)],
);

/** A sign-in. The browser's token carries only this id; every request reads the row. */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id),
    ip: text("ip"),
    userAgent: text("user_agent"),
    createdAt: createdAt(),
    lastSeenAt: time("last_seen_at").notNull().default(sql`now()`),
    expiresAt: time("expires_at").notNull(),
    revokedAt: time("revoked_at"),
  },
  (t) => [index("sessions_user_idx").on(t.userId, t.createdAt)],
);

/** One user's place in one tenant: role, extra rights, state. */
export const memberships = tenantTable(
  "memberships",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id),
    role: text("role").notNull(),
    extraPermissions: text("extra_permissions").array().notNull().default(sql`'{}'`),
    status: text("status").notNull().default("active"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("memberships_user_key").on(t.tenantId, t.userId),
    index("memberships_of_user_idx").on(t.userId),
  ],
);

/** A tenant's API key, kept as SHA-256; the key itself is shown once. */
export const apiKeys = tenantTable(
  "api_keys",
  {
    name: text("name").notNull(),
    keyHash: text("key_hash").notNull(),
    prefix: text("prefix").notNull(),
    tail: text("tail").notNull(),
    scopes: text("scopes").array().notNull(),
    allowedIps: text("allowed_ips").array().notNull().default(sql`'{}'`),
    rateLimitPerSecond: integer("rate_limit_per_second").notNull().default(100),
    requestCount: bigint("request_count", { mode: "number" }).notNull().default(0),
    lastUsedAt: time("last_used_at"),
    expiresAt: time("expires_at"),
    revokedAt: time("revoked_at"),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("api_keys_hash_key").on(t.keyHash)],
);

/** An operator key: the platform API's. */
export const platformKeys = pgTable(
  "platform_keys",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    keyHash: text("key_hash").notNull(),
    tail: text("tail").notNull(),
    lastUsedAt: time("last_used_at"),
    revokedAt: time("revoked_at"),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("platform_keys_hash_key").on(t.keyHash)],
);

/** Data keys, one per tenant (null: the platform's), wrapped by the master key. */
export const encryptionKeys = pgTable(
  "encryption_keys",
  {
    id: uuid("id").primaryKey(),
    ownerId: uuid("owner_id").notNull(),
    wrappedKey: text("wrapped_key").notNull(),
    masterKeyId: text("master_key_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("encryption_keys_owner_idx").on(t.ownerId, t.createdAt)],
);

/** Who did what, append-only. */
export const auditLog = tenantTable(
  "audit_log",
  {
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id"),
    action: text("action").notNull(),
    subjectType: text("subject_type").notNull(),
    subjectId: text("subject_id"),
    before: jsonb("before"),
    after: jsonb("after"),
    ip: text("ip"),
    userAgent: text("user_agent"),
    occurredAt: time("occurred_at").notNull(),
  },
  (t) => [
    index("audit_log_time_idx").on(t.tenantId, t.occurredAt),
    index("audit_log_subject_idx").on(t.tenantId, t.subjectType, t.subjectId),
  ],
);

/** Something staff should know: a forged webhook, a broken connector, an unpriced model. */
export const systemEvents = pgTable(
  "system_events",
  {
    id: uuid("id").primaryKey(),
    tenantRef: uuid("tenant_ref"),
    source: text("source").notNull(),
    severity: integer("severity").notNull(),
    kind: text("kind").notNull(),
    message: text("message").notNull(),
    details: jsonb("details").notNull().default({}),
    count: integer("count").notNull().default(1),
    resolvedAt: time("resolved_at"),
    resolvedBy: text("resolved_by"),
    createdAt: createdAt(),
    lastSeenAt: time("last_seen_at").notNull().default(sql`now()`),
  },
  (t) => [
    index("system_events_open_idx").on(t.resolvedAt, t.createdAt),
    index("system_events_kind_idx").on(t.kind, t.tenantRef),
  ],
);

/** Settings of the whole installation, such as demo mode. */
export const platformSettings = pgTable("platform_settings", {
  key: text("key").primaryKey(),
  value: jsonb("value").notNull(),
  updatedAt: updatedAt(),
});

/** Answers kept for 24 hours so that a repeated POST with the same Idempotency-Key gets the same answer. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    ownerId: uuid("owner_id").notNull(),
    keyHash: text("key_hash").notNull(),
    requestHash: text("request_hash").notNull(),
    status: integer("status"),
    response: jsonb("response"),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.keyHash] }), index("idempotency_keys_age_idx").on(t.createdAt)],
);

/** Mail kept by the built-in mailbox, and the record of what was sent through SMTP. */
export const mailMessages = pgTable(
  "mail_messages",
  {
    id: uuid("id").primaryKey(),
    tenantRef: uuid("tenant_ref"),
    dedupeKey: text("dedupe_key").notNull(),
    recipients: text("recipients").array().notNull(),
    sender: text("sender").notNull(),
    subject: text("subject").notNull(),
    textBody: text("text_body").notNull(),
    /** What was attached: `[{ fileName, contentType, bytes, sha256 }]`. */
    attachments: jsonb("attachments").notNull().default([]),
    status: text("status").notNull().default("queued"),
    error: text("error"),
    createdAt: createdAt(),
    sentAt: time("sent_at"),
  },
  (t) => [
    uniqueIndex("mail_messages_dedupe_key").on(t.dedupeKey),
    index("mail_messages_time_idx").on(t.createdAt),
    index("mail_messages_tenant_idx").on(t.tenantRef, t.id),
  ],
);

/** Appended with the fact, folded within a second into the counter it names; readers add what is not folded yet. */
export const counterDeltas = tenantTable("counter_deltas", {
  subjectType: text("subject_type").notNull(),
  subjectId: uuid("subject_id").notNull(),
  counter: text("counter").notNull(),
  delta: numeric("delta", { precision: 30, scale: 12 }).notNull(),
  occurredAt: time("occurred_at").notNull().default(sql`now()`),
});
