import { sql } from "drizzle-orm";
import { boolean, foreignKey, index, integer, jsonb, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, tenantTable, time, updatedAt } from "./tenant-table.ts";

/** An external system that flows may call. */
export const connectors = tenantTable(
  "connectors",
  {
    name: text("name").notNull(),
    preset: text("preset").notNull().default("custom"),
    type: text("type").notNull().default("rest"),
    baseUrl: text("base_url").notNull(),
    authentication: text("authentication").notNull().default("none"),
    /** Envelope-encrypted JSON, bound to the base URL's host. */
    credentials: text("credentials"),
    credentialTails: jsonb("credential_tails").notNull().default({}),
    headers: jsonb("headers").notNull().default({}),
    timeoutSeconds: integer("timeout_seconds").notNull().default(30),
    retryCount: integer("retry_count").notNull().default(3),
    status: text("status").notNull().default("inactive"),
    lastError: text("last_error"),
    consecutiveErrors: integer("consecutive_errors").notNull().default(0),
    lastTestAt: time("last_test_at"),
    lastTestResult: text("last_test_result"),
    archivedAt: time("archived_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("connectors_name_key").on(t.tenantId, sql`lower(${t.name})`).where(sql`archived_at is null`),
  ],
);

/** One call a connector offers: request template, response mapping, cache, safety. */
export const connectorEndpoints = tenantTable(
  "connector_endpoints",
  {
    connectorId: uuid("connector_id").notNull(),
    name: text("name").notNull(),
    method: text("method").notNull(),
    pathTemplate: text("path_template").notNull(),
    queryTemplate: jsonb("query_template").notNull().default({}),
    headerTemplate: jsonb("header_template").notNull().default({}),
    bodyTemplate: jsonb("body_template"),
    /** `{ output: JSONPath }`, RFC 9535. */
    responseMapping: jsonb("response_mapping").notNull().default({}),
    cacheSeconds: integer("cache_seconds").notNull().default(0),
    /** Header that carries our idempotency key; a write without one is never repeated. */
    idempotencyHeader: text("idempotency_header"),
    archivedAt: time("archived_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    foreignKey({
      columns: [t.tenantId, t.connectorId],
      foreignColumns: [connectors.tenantId, connectors.id],
    }),
    uniqueIndex("connector_endpoints_name_key")
      .on(t.tenantId, t.connectorId, sql`lower(${t.name})`)
      .where(sql`archived_at is null`),
  ],
);

/** One call as it went, secrets blacked out; committed as `pending` before a write leaves. */
export const connectorLogs = tenantTable(
  "connector_logs",
  {
    connectorId: uuid("connector_id").notNull(),
    endpointId: uuid("endpoint_id"),
    conversationId: uuid("conversation_id"),
    flowExecutionId: uuid("flow_execution_id"),
    nodeKey: text("node_key"),
    effectKey: text("effect_key"),
    method: text("method").notNull(),
    url: text("url").notNull(),
    request: jsonb("request").notNull().default({}),
    response: jsonb("response"),
    statusCode: integer("status_code"),
    success: boolean("success"),
    /** pending, succeeded, failed, uncertain (sent, answer unknown), cached. */
    status: text("status").notNull(),
    attempts: integer("attempts").notNull().default(1),
    error: text("error"),
    startedAt: time("started_at").notNull(),
    durationMs: integer("duration_ms"),
  },
  (t) => [
    foreignKey({
      columns: [t.tenantId, t.connectorId],
      foreignColumns: [connectors.tenantId, connectors.id],
    }),
    index("connector_logs_connector_idx").on(t.tenantId, t.connectorId, t.startedAt),
    index("connector_logs_execution_idx").on(t.tenantId, t.flowExecutionId),
    uniqueIndex("connector_logs_effect_key").on(t.tenantId, t.effectKey).where(sql`effect_key is not null`),
  ],
);
