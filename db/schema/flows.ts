import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { conversations } from "./inbox.ts";
import { createdAt, tenantTable, time, updatedAt } from "./tenant-table.ts";

/** An automation: a draft being edited and at most one published version. */
export const flows = tenantTable(
  "flows",
  {
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    status: text("status").notNull().default("draft"),
    /** What starts it: `{ type: "intent", intent }`, `{ type: "keyword", keywords }`, `{ type: "any_message" }`, `{ type: "manual" }`. */
    trigger: jsonb("trigger").notNull(),
    priority: integer("priority").notNull().default(0),
    publishedVersionId: uuid("published_version_id"),
    publishedVersion: integer("published_version"),
    /** Counts edits of the draft; a save names the revision it was made on. */
    draftRevision: integer("draft_revision").notNull().default(0),
    settings: jsonb("settings").notNull().default({}),
    executionCount: integer("execution_count").notNull().default(0),
    successCount: integer("success_count").notNull().default(0),
    failureCount: integer("failure_count").notNull().default(0),
    totalDurationMs: bigint("total_duration_ms", { mode: "number" }).notNull().default(0),
    archivedAt: time("archived_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("flows_name_key").on(t.tenantId, sql`lower(${t.name})`).where(sql`archived_at is null`),
  ],
);

/** An immutable snapshot of nodes, connections, variables and settings. */
export const flowVersions = tenantTable(
  "flow_versions",
  {
    flowId: uuid("flow_id").notNull(),
    version: integer("version").notNull(),
    note: text("note").notNull().default(""),
    snapshot: jsonb("snapshot").notNull(),
    status: text("status").notNull().default("published"),
    publishedBy: text("published_by"),
    publishedAt: time("published_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.flowId], foreignColumns: [flows.tenantId, flows.id] }),
    uniqueIndex("flow_versions_number_key").on(t.tenantId, t.flowId, t.version),
  ],
);

/** A node of the draft. `key` is what outside programs see as its id. */
export const flowNodes = tenantTable(
  "flow_nodes",
  {
    flowId: uuid("flow_id").notNull(),
    key: text("key").notNull(),
    type: text("type").notNull(),
    name: text("name").notNull(),
    settings: jsonb("settings").notNull().default({}),
    x: doublePrecision("x").notNull(),
    y: doublePrecision("y").notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.flowId], foreignColumns: [flows.tenantId, flows.id] }),
    uniqueIndex("flow_nodes_key_key").on(t.tenantId, t.flowId, t.key),
  ],
);

/** A line of the draft from one node's port to another node. */
export const flowConnections = tenantTable(
  "flow_connections",
  {
    flowId: uuid("flow_id").notNull(),
    key: text("key").notNull(),
    sourceKey: text("source_key").notNull(),
    sourcePort: text("source_port").notNull(),
    targetKey: text("target_key").notNull(),
    label: text("label").notNull().default(""),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.flowId], foreignColumns: [flows.tenantId, flows.id] }),
    uniqueIndex("flow_connections_key_key").on(t.tenantId, t.flowId, t.key),
  ],
);

/** A declared variable of the draft. */
export const flowVariables = tenantTable(
  "flow_variables",
  {
    flowId: uuid("flow_id").notNull(),
    name: text("name").notNull(),
    type: text("type").notNull(),
    required: boolean("required").notNull().default(false),
    defaultValue: jsonb("default_value"),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.flowId], foreignColumns: [flows.tenantId, flows.id] }),
    uniqueIndex("flow_variables_name_key").on(t.tenantId, t.flowId, t.name),
  ],
);

/** How often each connection of a version was taken. */
export const flowEdgeCounts = tenantTable(
  "flow_edge_counts",
  {
    flowId: uuid("flow_id").notNull(),
    version: integer("version").notNull(),
    connectionKey: text("connection_key").notNull(),
    count: bigint("count", { mode: "number" }).notNull().default(0),
  },
  (t) => [uniqueIndex("flow_edge_counts_key").on(t.tenantId, t.flowId, t.version, t.connectionKey)],
);

/** One run of a flow version in a conversation. */
export const flowExecutions = tenantTable(
  "flow_executions",
  {
    flowId: uuid("flow_id").notNull(),
    flowVersionId: uuid("flow_version_id").notNull(),
    flowVersion: integer("flow_version").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    /** The message, schedule or call that began it. */
    startedBy: jsonb("started_by").notNull().default({}),
    triggerMessageId: uuid("trigger_message_id"),
    status: text("status").notNull().default("running"),
    currentNodeKey: text("current_node_key"),
    variables: jsonb("variables").notNull().default({}),
    state: jsonb("state").notNull().default({}),
    executedNodes: text("executed_nodes").array().notNull().default(sql`'{}'`),
    stepCount: integer("step_count").notNull().default(0),
    error: text("error"),
    outcome: text("outcome"),
    waitingSince: time("waiting_since"),
    waitedMs: bigint("waited_ms", { mode: "number" }).notNull().default(0),
    startedAt: time("started_at").notNull(),
    completedAt: time("completed_at"),
    durationMs: bigint("duration_ms", { mode: "number" }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.flowId], foreignColumns: [flows.tenantId, flows.id] }),
    foreignKey({
      columns: [t.tenantId, t.conversationId],
      foreignColumns: [conversations.tenantId, conversations.id],
    }),
    uniqueIndex("flow_executions_active_key")
      .on(t.tenantId, t.conversationId)
      .where(sql`status in ('running','waiting')`),
    uniqueIndex("flow_executions_trigger_key")
      .on(t.tenantId, t.flowId, t.triggerMessageId)
      .where(sql`trigger_message_id is not null`),
    // Runs under way, so that one whose process died is found in no time.
    index("flow_executions_running_idx").on(t.tenantId, t.id).where(sql`status = 'running'`),
    index("flow_executions_flow_idx").on(t.tenantId, t.flowId, t.startedAt),
    index("flow_executions_conversation_idx").on(t.tenantId, t.conversationId, t.startedAt),
  ],
);

/** One visit of one node: what went in, what came out, how long, what it cost. */
export const flowExecutionSteps = tenantTable(
  "flow_execution_steps",
  {
    executionId: uuid("execution_id").notNull(),
    sequence: integer("sequence").notNull(),
    nodeKey: text("node_key").notNull(),
    nodeType: text("node_type").notNull(),
    nodeName: text("node_name").notNull(),
    visit: integer("visit").notNull(),
    status: text("status").notNull(),
    input: jsonb("input").notNull().default({}),
    output: jsonb("output"),
    /** What the step gave a value; null once erased. */
    variablesSet: jsonb("variables_set"),
    port: text("port"),
    error: text("error"),
    providerCost: numeric("provider_cost", { precision: 24, scale: 12 }).notNull().default("0"),
    clientPrice: numeric("client_price", { precision: 24, scale: 12 }).notNull().default("0"),
    startedAt: time("started_at").notNull(),
    endedAt: time("ended_at"),
    durationMs: integer("duration_ms"),
  },
  (t) => [
    // No foreign key: steps are only ever written by the statement that writes their run (decision 8).
    uniqueIndex("flow_execution_steps_visit_key").on(t.tenantId, t.executionId, t.nodeKey, t.visit),
  ],
);

/** What a run waits for. Whichever of "wait recorded" and "reply arrived" comes second continues the run. */
export const waitpoints = tenantTable(
  "waitpoints",
  {
    executionId: uuid("execution_id").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    nodeKey: text("node_key").notNull(),
    visit: integer("visit").notNull(),
    kind: text("kind").notNull(),
    status: text("status").notNull().default("waiting"),
    dueAt: time("due_at"),
    resolvedBy: jsonb("resolved_by"),
    createdAt: createdAt(),
    resolvedAt: time("resolved_at"),
  },
  (t) => [
    foreignKey({
      columns: [t.tenantId, t.executionId],
      foreignColumns: [flowExecutions.tenantId, flowExecutions.id],
    }),
    uniqueIndex("waitpoints_visit_key").on(t.tenantId, t.executionId, t.nodeKey, t.visit),
  ],
);
