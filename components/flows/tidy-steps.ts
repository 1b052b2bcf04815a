import dagre from "@dagrejs/dagre";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import type { FlowOperation } from "#domain/flows/operations/operation.ts";
import { portsOf, stepWidth } from "./edit-steps.ts";

/** Steps depth first, ways from left to right: the layout keeps this order where lines would not cross more. */
function inPortOrder(flow: FlowSnapshot, chosen: FlowSnapshot["nodes"]): FlowSnapshot["nodes"] {
  const byKey = new Map(chosen.map((node) => [node.key, node]));
  const order = new Map<string, FlowSnapshot["nodes"][number]>();
  const visit = (key: string) => {
    const node = byKey.get(key);
    if (!node || order.has(key)) return;
    order.set(key, node);
    for (const port of portsOf(node)) {
      const line = flow.connections.find((one) => one.sourceKey === key && one.sourcePort === port.key);
      if (line) visit(line.targetKey);
    }
  };
  for (const node of chosen) if (node.type === "start") visit(node.key);
  for (const node of chosen) visit(node.key);
  return [...order.values()];
}

interface Placed {
  hasNode: (key: string) => boolean;
  node: (key: string) => { x: number };
}

/** Whether more ways stand in the wrong order than in the right one: then the picture is turned over. */
function mirrored(flow: FlowSnapshot, chosen: FlowSnapshot["nodes"], graph: Placed): boolean {
  let wrong = 0;
  for (const node of chosen) {
    const places = portsOf(node).flatMap((port) => {
      const line = flow.connections.find((one) => one.sourceKey === node.key && one.sourcePort === port.key);
      return line && graph.hasNode(line.targetKey) ? [graph.node(line.targetKey).x] : [];
    });
    for (let at = 1; at < places.length; at += 1)
      wrong += Math.sign((places[at - 1] ?? 0) - (places[at] ?? 0));
  }
  return wrong > 0;
}

/** Lays the steps out downwards, like a conversation: one step of undo. Only `keys`, where given. */
export function tidySteps(flow: FlowSnapshot, keys?: ReadonlyArray<string>): FlowOperation[] {
  const chosen = keys && keys.length > 1 ? flow.nodes.filter((node) => keys.includes(node.key)) : flow.nodes;
  if (chosen.length === 0) return [];
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 46, ranksep: 40, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of inPortOrder(flow, chosen)) {
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
  const side = mirrored(flow, chosen, graph) ? -1 : 1;
  const first = chosen[0];
  const origin = first ? graph.node(first.key) : { x: 0, y: 0 };
  const shift = { x: (first?.x ?? 0) - (side * origin.x - stepWidth / 2), y: (first?.y ?? 0) - origin.y };
  return chosen.map((node) => {
    const place = graph.node(node.key);
    return {
      type: "move_node" as const,
      key: node.key,
      x: Math.round(side * place.x - stepWidth / 2 + shift.x),
      y: Math.round(place.y - (place.height ?? 54) / 2 + shift.y),
    };
  });
}
