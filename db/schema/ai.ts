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

const providerColumns = () => ({
  name: text("name").notNull(),
  type: text("type").notNull(),
  apiBaseUrl: text("api_base_url"),
  /** Envelope-encrypted key; only its tail is ever shown. */
  apiKey: text("api_key"),
  apiKeyTail: text("api_key_tail"),
  model: text("model").notNull(),
  isDefault: boolean("is_default").notNull().default(false),
  priority: integer("priority").notNull().default(0),
  active: boolean("active").notNull().default(true),
  settings: jsonb("settings").notNull().default({}),
  requestCount: bigint("request_count", { mode: "number" }).notNull().default(0),
  errorCount: bigint("error_count", { mode: "number" }).notNull().default(0),
  tokenCount: numeric("token_count", { precision: 24, scale: 3 }).notNull().default("0"),
  totalCost: numeric("total_cost", { precision: 24, scale: 12 }).notNull().default("0"),
  lastTestAt: time("last_test_at"),
  lastTestResult: text("last_test_result"),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  archivedAt: time("archived_at"),
});

/** A model behind an address: the tenant's own key. */
export const aiProviders = tenantTable("ai_providers", providerColumns(), (t) => [
  uniqueIndex("ai_providers_name_key").on(t.tenantId, sql`lower(${t.name})`).where(sql`archived_at is null`),
]);

/** The platform's own providers, for all tenants or one; a tenant sees name and model, never key or address. */
export const platformAiProviders = pgTable(
  "platform_ai_providers",
  { id: uuid("id").primaryKey(), tenantRef: uuid("tenant_ref"), ...providerColumns() },
  (t) => [index("platform_ai_providers_tenant_idx").on(t.tenantRef)],
);

/** Which provider a tenant asks when nothing names one: its own or one of the platform's. */
export const aiDefaults = pgTable(
  "ai_defaults",
  {
    tenantId: uuid("tenant_id").notNull(),
    task: text("task").notNull(),
    providerId: uuid("provider_id").notNull(),
    platformProvider: boolean("platform_provider").notNull(),
    updatedAt: updatedAt(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.task] })],
);

/** What a customer may want, with examples; a match starts its flow. */
export const intents = tenantTable(
  "intents",
  {
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    examples: text("examples").array().notNull().default(sql`'{}'`),
    threshold: numeric("threshold", { precision: 6, scale: 5 }).notNull().default("0.5"),
    active: boolean("active").notNull().default(true),
    matchCount: integer("match_count").notNull().default(0),
    confidenceSum: numeric("confidence_sum", { precision: 20, scale: 5 }).notNull().default("0"),
    lastMatchedAt: time("last_matched_at"),
    archivedAt: time("archived_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("intents_name_key").on(t.tenantId, sql`lower(${t.name})`).where(sql`archived_at is null`),
  ],
);

/** One model call: committed as `pending` before the call, settled with its answer or its error. */
export const aiResponses = tenantTable(
  "ai_responses",
  {
    task: text("task").notNull(),
    conversationId: uuid("conversation_id"),
    messageId: uuid("message_id"),
    flowExecutionId: uuid("flow_execution_id"),
    nodeKey: text("node_key"),
    /** Derived from the fact (execution:node:visit:attempt or message:task:attempt); unique so a retry is seen. */
    attemptKey: text("attempt_key").notNull(),
    providerId: uuid("provider_id"),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    status: text("status").notNull().default("pending"),
    estimate: jsonb("estimate"),
    output: jsonb("output"),
    error: text("error"),
    inputTokens: integer("input_tokens"),
    outputTokens: integer("output_tokens"),
    confidence: numeric("confidence", { precision: 6, scale: 5 }),
    usageRecordId: uuid("usage_record_id"),
    startedAt: time("started_at").notNull(),
    endedAt: time("ended_at"),
    durationMs: integer("duration_ms"),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("ai_responses_attempt_key").on(t.tenantId, t.attemptKey),
    index("ai_responses_conversation_idx").on(t.tenantId, t.conversationId, t.startedAt),
    // Calls whose usage is not known to be recorded yet: few, and looked for after a crash.
    index("ai_responses_unmetered_idx").on(t.createdAt).where(sql`usage_record_id is null`),
  ],
);
