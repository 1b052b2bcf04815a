import type { FlowNode, FlowSnapshot } from "#domain/flows/flow-definition.ts";
import type { FlowProblem } from "#domain/flows/validate-flow.ts";
import { modeOf, portsOf, summaryOf } from "./edit-steps.ts";
import type { FlowEdgeType } from "./flow-edge.tsx";
import type { FlowTraffic } from "./flow-options.ts";
import type { StepNodeType } from "./step-node.tsx";

/** What a run did, by step and line key. */
export interface RunMarks {
  steps: Record<string, "done" | "now" | "failed" | "skipped">;
  lines: ReadonlySet<string>;
}

interface GraphInput {
  flow: FlowSnapshot;
  problems: ReadonlyArray<FlowProblem>;
  traffic: FlowTraffic | null;
  run: RunMarks | null;
  summaries: Record<string, string>;
}

/** Steps as the canvas draws them. */
export function graphNodes(input: GraphInput, selected: ReadonlySet<string>): StepNodeType[] {
  return input.flow.nodes.map((node) => ({
    id: node.key,
    type: "step",
    position: { x: node.x, y: node.y },
    selected: selected.has(node.key),
    ariaLabel: `${node.name}, ${node.type.replaceAll("_", " ")}`,
    data: {
      name: node.name,
      type: node.type,
      mode: modeOf(node),
      summary: input.summaries[node.key] ?? summaryOf(node),
      ports: portsOf(node),
      wired: input.flow.connections
        .filter((line) => line.sourceKey === node.key)
        .map((line) => line.sourcePort),
      problem: firstProblem(input.problems, node),
      waiting: input.traffic?.waiting[node.key] ?? 0,
      run: input.run?.steps[node.key] ?? null,
    },
  }));
}

function firstProblem(problems: ReadonlyArray<FlowProblem>, node: FlowNode) {
  const found = problems.find((problem) => problem.nodeKey === node.key);
  return found ? { severity: found.severity, message: found.message } : null;
}

/** Lines as the canvas draws them. */
export function graphEdges(
  input: GraphInput,
  onInsert: ((edgeId: string, at: { x: number; y: number }) => void) | null,
): FlowEdgeType[] {
  const places = new Map(input.flow.nodes.map((node) => [node.key, node]));
  const counts = input.traffic?.connections ?? null;
  const most = counts ? Math.max(0, ...Object.values(counts)) : 0;
  return input.flow.connections.map((line) => {
    const source = places.get(line.sourceKey);
    const target = places.get(line.targetKey);
    const sideways = line.sourcePort === "error" && source && target && target.x > source.x + 212;
    return {
      id: line.key,
      type: "flow",
      source: line.sourceKey,
      sourceHandle: line.sourcePort,
      target: line.targetKey,
      targetHandle: sideways ? "side" : null,
      ariaLabel: `${line.label || "Line"} from ${source?.name ?? line.sourceKey} to ${target?.name ?? line.targetKey}`,
      data: {
        count: counts ? (counts[line.key] ?? 0) : null,
        most,
        lit: input.run?.lines.has(line.key) ?? false,
        onInsert,
      },
    };
  });
}
