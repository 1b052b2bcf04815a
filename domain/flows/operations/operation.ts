import { z } from "zod";
import { text } from "#domain/core/text.ts";
import {
  flowConnection,
  flowNode,
  flowSettings,
  flowTrigger,
  flowVariable,
  key,
} from "../flow-definition.ts";

/** One edit of a flow. The canvas, undo, the server and imports all speak in these. */
export const flowOperation = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("add_node"), node: flowNode }),
  z.strictObject({ type: z.literal("move_node"), key, x: z.number(), y: z.number() }),
  z.strictObject({ type: z.literal("rename_node"), key, name: text(80) }),
  z.strictObject({ type: z.literal("set_node_settings"), key, settings: z.record(z.string(), z.json()) }),
  z.strictObject({ type: z.literal("delete_node"), key }),
  z.strictObject({ type: z.literal("connect"), connection: flowConnection }),
  z.strictObject({ type: z.literal("disconnect"), key: z.string().min(1).max(140) }),
  z.strictObject({ type: z.literal("set_variable"), variable: flowVariable }),
  z.strictObject({ type: z.literal("delete_variable"), name: key }),
  z.strictObject({ type: z.literal("set_trigger"), trigger: flowTrigger }),
  z.strictObject({ type: z.literal("set_settings"), settings: flowSettings }),
]);
export type FlowOperation = z.infer<typeof flowOperation>;

/** The nodes and other parts that an operation touches; two editors conflict only where these overlap. */
export function touches(operation: FlowOperation): string[] {
  switch (operation.type) {
    case "add_node":
      return [`node:${operation.node.key}`];
    case "move_node":
      return [`position:${operation.key}`];
    case "rename_node":
    case "set_node_settings":
    case "delete_node":
      return [`node:${operation.key}`];
    case "connect":
      return [`port:${operation.connection.sourceKey}:${operation.connection.sourcePort}`];
    case "disconnect":
      return [`line:${operation.key}`];
    case "set_variable":
      return [`variable:${operation.variable.name}`];
    case "delete_variable":
      return [`variable:${operation.name}`];
    default:
      return [operation.type];
  }
}
