import {
  connectionFrom,
  type FlowNode,
  type FlowSnapshot,
  nodeByKey,
} from "#domain/flows/flow-definition.ts";
import { parseNode } from "#domain/flows/nodes/registry.ts";
import type { TraceFacts, TraceRow } from "./read-trace.ts";

/** A station of the run's path. */
export type TraceStop = {
  key: string;
  name: string;
  type: string;
  mode: string | null;
  state: "done" | "now" | "ahead" | "failed";
  durationMs: number | null;
  answer: string | null;
};

const MOST_AHEAD = 6;

const modeOf = (node: FlowNode | undefined) =>
  typeof node?.settings.mode === "string" ? node.settings.mode : null;

function answerOf(step: TraceRow): string | null {
  const output = step.output as { branch?: unknown; text?: unknown } | null;
  if (step.node_type === "condition") return typeof output?.branch === "string" ? output.branch : null;
  return step.node_type === "question" && typeof output?.text === "string" ? output.text : null;
}

function stateOf(step: TraceRow, run: TraceRow): TraceStop["state"] {
  if (step.status === "failed") return "failed";
  const current =
    step.node_key === run.current_node_key && (run.status === "waiting" || run.status === "running");
  return current ? "now" : "done";
}

/** The way ahead as it is drawn: the first line of each node, until the flow ends or comes back. */
function ahead(flow: FlowSnapshot, from: string, passed: Set<string>): FlowNode[] {
  const found: FlowNode[] = [];
  let node = nodeByKey(flow, from);
  while (node && found.length < MOST_AHEAD) {
    const parsed = parseNode(node);
    const port = parsed.ok ? parsed.kind.ports(parsed.settings)[0]?.key : undefined;
    const line = port ? connectionFrom(flow, node.key, port) : undefined;
    node = line ? nodeByKey(flow, line.targetKey) : undefined;
    if (!node || passed.has(node.key)) break;
    passed.add(node.key);
    found.push(node);
  }
  return found;
}

/** How long a step really took: its call, its request or its delivery; a rule takes none. */
function durationOf(facts: TraceFacts, step: TraceRow): number | null {
  const { node_key: key } = step;
  const call =
    facts.calls.find((one) => one.node_key === key) ?? facts.apiCalls.find((one) => one.node_key === key);
  if (call) return Number(call.duration_ms ?? 0);
  const reply = facts.replies.find((one) => one.node_key === key && one.ended_at);
  if (reply) return Date.parse(String(reply.ended_at)) - Date.parse(String(reply.started_at));
  return step.node_type === "question" ? null : Number(step.duration_ms ?? 0);
}

/** The stations of the message's run: passed ones, the present one, and the way ahead. */
export function traceStops(facts: TraceFacts): TraceStop[] {
  const { run, version, steps } = facts;
  if (!run || !version) return [];
  const latest = new Map<string, TraceRow>();
  for (const step of steps) if (step.node_type !== "start") latest.set(String(step.node_key), step);
  const passed = [...latest.values()].map((step): TraceStop => {
    const node = nodeByKey(version.snapshot, String(step.node_key));
    return {
      key: String(step.node_key),
      name: String(step.node_name),
      type: String(step.node_type),
      mode: modeOf(node),
      state: stateOf(step, run),
      durationMs: durationOf(facts, step),
      answer: answerOf(step),
    };
  });
  const open = run.status === "waiting" || run.status === "running";
  if (!open || !run.current_node_key) return passed;
  const next = ahead(version.snapshot, String(run.current_node_key), new Set(latest.keys()));
  const coming = next.map((node): TraceStop => {
    const { key, name, type } = node;
    return { key, name, type, mode: modeOf(node), state: "ahead", durationMs: null, answer: null };
  });
  return [...passed, ...coming];
}
