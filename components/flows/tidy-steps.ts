import dagre from "@dagrejs/dagre";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import type { FlowOperation } from "#domain/flows/operations/operation.ts";
import { portsOf, stepWidth } from "./edit-steps.ts";

/** Lays the steps out downwards, like a conversation: one step of undo. Only `keys`, where given. */
export function tidySteps(flow: FlowSnapshot, keys?: ReadonlyArray<string>): FlowOperation[] {
  const chosen = keys && keys.length > 1 ? flow.nodes.filter((node) => keys.includes(node.key)) : flow.nodes;
  if (chosen.length === 0) return [];
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 46, ranksep: 30, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of chosen) {
    const ways = portsOf(node).filter((port) => port.key !== "error").length;
    graph.setNode(node.key, { width: stepWidth, height: node.type === "end" ? 34 : ways > 1 ? 80 : 54 });
  }
  const inside = new Set(chosen.map((node) => node.key));
  for (const line of flow.connections)
    if (inside.has(line.sourceKey) && inside.has(line.targetKey))
      graph.setEdge(
        line.sourceKey,
        line.targetKey,
        { weight: line.sourcePort === "error" ? 1 : 3 },
        line.key,
      );
  dagre.layout(graph);
  const first = chosen[0];
  const origin = first ? graph.node(first.key) : { x: 0, y: 0 };
  const shift = { x: (first?.x ?? 0) - (origin.x - stepWidth / 2), y: (first?.y ?? 0) - origin.y };
  return chosen.map((node) => {
    const place = graph.node(node.key);
    return {
      type: "move_node" as const,
      key: node.key,
      x: Math.round(place.x - stepWidth / 2 + shift.x),
      y: Math.round(place.y - (place.height ?? 54) / 2 + shift.y),
    };
  });
}
