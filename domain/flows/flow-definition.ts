import { z } from "zod";
import { text } from "#domain/core/text.ts";

/** Keys of nodes, ports and variables: what templates can name without quoting. */
export const key = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_]*$/, "letters, digits and _ only, beginning with a letter");

export const VARIABLE_TYPES = ["string", "number", "boolean", "date", "list", "object", "money"] as const;
export type VariableType = (typeof VARIABLE_TYPES)[number];

export const flowVariable = z.strictObject({
  name: key,
  type: z.enum(VARIABLE_TYPES),
  required: z.boolean().default(false),
  defaultValue: z.json().optional(),
});
export type FlowVariable = z.infer<typeof flowVariable>;

/** A node as it is stored: its settings are checked by its kind (`nodes/registry.ts`). */
export const flowNode = z.strictObject({
  key,
  type: z.string().min(1).max(40),
  name: text(80),
  settings: z.record(z.string(), z.json()).default({}),
  x: z.number().min(-1e6).max(1e6),
  y: z.number().min(-1e6).max(1e6),
});
export type FlowNode = z.infer<typeof flowNode>;

/** A line from a node's port to another node. */
export const flowConnection = z.strictObject({
  key: z.string().min(1).max(140),
  sourceKey: key,
  sourcePort: key,
  targetKey: key,
  label: text(60, 0).default(""),
});
export type FlowConnection = z.infer<typeof flowConnection>;

/** What starts a flow; when several match a message, the higher priority begins. */
export const flowTrigger = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("intent"), intent: text(80) }),
  z.strictObject({ type: z.literal("keyword"), keywords: z.array(text(80)).min(1).max(50) }),
  z.strictObject({ type: z.literal("any_message") }),
  z.strictObject({ type: z.literal("manual") }),
]);
export type FlowTrigger = z.infer<typeof flowTrigger>;

export const flowSettings = z.strictObject({
  /** What the customer reads when a node fails and no error line is drawn; a person takes over then. */
  apology: text(1000).default("Sorry, something went wrong on our side. A colleague will take over."),
  /** Retries of a failed AI or API node before its error line is taken. */
  retries: z.number().int().min(0).max(5).default(1),
});
export type FlowSettings = z.infer<typeof flowSettings>;

/** Everything a version freezes; a run never looks at anything else of its flow. */
export const flowSnapshot = z.strictObject({
  trigger: flowTrigger,
  nodes: z.array(flowNode).max(1000),
  connections: z.array(flowConnection).max(3000),
  variables: z.array(flowVariable).max(200),
  settings: flowSettings,
});
export type FlowSnapshot = z.infer<typeof flowSnapshot>;

/** The one line that leaves a port, if any. */
export function connectionFrom(
  flow: FlowSnapshot,
  sourceKey: string,
  port: string,
): FlowConnection | undefined {
  return flow.connections.find((line) => line.sourceKey === sourceKey && line.sourcePort === port);
}

export function nodeByKey(flow: FlowSnapshot, nodeKey: string): FlowNode | undefined {
  return flow.nodes.find((node) => node.key === nodeKey);
}
