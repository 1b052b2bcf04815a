import { z } from "zod";
import { type FlowSnapshot, flowConnection, flowNode } from "#domain/flows/flow-definition.ts";
import type { FlowOperation } from "#domain/flows/operations/operation.ts";
import { freshKey } from "./edit-steps.ts";

const part = z.object({
  aurora: z.literal("flow-part"),
  nodes: z.array(flowNode).min(1),
  connections: z.array(flowConnection),
});

/** Chosen steps with the lines between them, as text for the clipboard: it pastes across flows and tabs. */
export function copySteps(flow: FlowSnapshot, keys: ReadonlyArray<string>): string | null {
  const nodes = flow.nodes.filter((node) => keys.includes(node.key) && node.type !== "start");
  if (nodes.length === 0) return null;
  const inside = new Set(nodes.map((node) => node.key));
  const connections = flow.connections.filter(
    (line) => inside.has(line.sourceKey) && inside.has(line.targetKey),
  );
  return JSON.stringify({ aurora: "flow-part", nodes, connections });
}

/** Reads a clipboard text; null where it holds no steps. New keys, inner lines kept, placed at `at`. */
export function pasteSteps(
  flow: FlowSnapshot,
  text: string,
  at: { x: number; y: number },
): { keys: string[]; operations: FlowOperation[] } | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = part.safeParse(raw);
  if (!parsed.success) return null;
  const left = Math.min(...parsed.data.nodes.map((node) => node.x));
  const top = Math.min(...parsed.data.nodes.map((node) => node.y));
  const names = new Map<string, string>();
  let grown = flow;
  const operations: FlowOperation[] = [];
  for (const node of parsed.data.nodes) {
    const key = freshKey(grown, node.type);
    names.set(node.key, key);
    const placed = { ...node, key, x: at.x + node.x - left, y: at.y + node.y - top };
    grown = { ...grown, nodes: [...grown.nodes, placed] };
    operations.push({ type: "add_node", node: placed });
  }
  for (const line of parsed.data.connections) {
    const sourceKey = names.get(line.sourceKey);
    const targetKey = names.get(line.targetKey);
    if (sourceKey && targetKey)
      operations.push({
        type: "connect",
        connection: { ...line, key: `${sourceKey}_${line.sourcePort}_${targetKey}`, sourceKey, targetKey },
      });
  }
  return { keys: [...names.values()], operations };
}
