import { templateProblem, templateVariables } from "#domain/core/template-text.ts";
import { connectionFrom, type FlowNode, type FlowSnapshot } from "./flow-definition.ts";
import { parseNode } from "./nodes/registry.ts";

export type FlowProblem = {
  severity: "error" | "warning";
  code: string;
  nodeKey: string | null;
  message: string;
};

/** Variables every run has without anybody setting them. */
export const BUILT_IN_VARIABLES = ["user_message", "customer", "conversation", "tenant"] as const;

const error = (code: string, nodeKey: string | null, message: string): FlowProblem => ({
  severity: "error",
  code,
  nodeKey,
  message,
});
const warning = (code: string, nodeKey: string | null, message: string): FlowProblem => ({
  severity: "warning",
  code,
  nodeKey,
  message,
});

function reachable(flow: FlowSnapshot): Set<string> {
  const start = flow.nodes.find((node) => node.type === "start") ?? flow.nodes[0];
  const seen = new Set<string>(start ? [start.key] : []);
  const open = [...seen];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const line of flow.connections) {
      if (line.sourceKey === at && !seen.has(line.targetKey)) {
        seen.add(line.targetKey);
        open.push(line.targetKey);
      }
    }
  }
  return seen;
}

function checkNode(flow: FlowSnapshot, node: FlowNode, known: ReadonlySet<string>): FlowProblem[] {
  const parsed = parseNode(node);
  if (!parsed.ok) return [error("settings", node.key, `${node.name}: ${parsed.problem}`)];
  const { kind, settings } = parsed;
  const problems = (kind.problems?.(settings) ?? []).map((text) =>
    error("settings", node.key, `${node.name}: ${text}`),
  );
  for (const port of kind.ports(settings)) {
    if (port.required && !connectionFrom(flow, node.key, port.key)) {
      problems.push(error("dead_end", node.key, `${node.name}: nothing follows “${port.label}”.`));
    }
  }
  for (const template of kind.templates?.(settings) ?? []) {
    const broken = templateProblem(template);
    if (broken) problems.push(error("template", node.key, `${node.name}: ${broken}`));
    for (const path of templateVariables(template)) {
      const name = path.split(/[.[]/)[0] ?? path;
      if (!known.has(name))
        problems.push(warning("undefined_variable", node.key, `${node.name}: nothing sets {{ ${path} }}.`));
    }
  }
  if (kind.type === "question" && (settings as { timeoutSeconds: number | null }).timeoutSeconds === null) {
    problems.push(
      warning("no_timeout", node.key, `${node.name} has no time-out. A silent customer would wait for ever.`),
    );
  }
  const preview = kind.preview?.(settings);
  if (preview && preview.buttons.length > 0 && preview.text.length > 1024) {
    problems.push(
      error("channel_limit", node.key, `${node.name}: with buttons WhatsApp takes 1,024 characters.`),
    );
  }
  return problems;
}

/** Nodes on a loop that no customer's word and no wait interrupts. */
function endlessLoops(flow: FlowSnapshot): string[] {
  const waits = new Set(
    flow.nodes
      .filter((node) => {
        const parsed = parseNode(node);
        return parsed.ok && parsed.kind.waits === true;
      })
      .map((node) => node.key),
  );
  const reaches = (from: string): boolean => {
    const seen = new Set<string>();
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const line of flow.connections) {
        if (line.sourceKey !== at || waits.has(line.targetKey)) continue;
        if (line.targetKey === from) return true;
        if (!seen.has(line.targetKey)) {
          seen.add(line.targetKey);
          open.push(line.targetKey);
        }
      }
    }
    return false;
  };
  return flow.nodes.filter((node) => !waits.has(node.key) && reaches(node.key)).map((node) => node.key);
}

/** Every problem of a flow, errors first. A flow with an error cannot be published. */
export function validateFlow(flow: FlowSnapshot): FlowProblem[] {
  const problems: FlowProblem[] = [];
  const starts = flow.nodes.filter((node) => node.type === "start");
  if (flow.nodes.length === 0) return [error("empty", null, "The flow has no steps yet.")];
  if (starts.length > 1)
    problems.push(
      error("starts", starts[1]?.key ?? null, "A flow begins in one place: remove the second start."),
    );
  const keys = new Set<string>();
  for (const node of flow.nodes) {
    if (keys.has(node.key))
      problems.push(error("duplicate_key", node.key, `Two nodes have the key ${node.key}.`));
    keys.add(node.key);
  }
  for (const line of flow.connections) {
    if (!keys.has(line.sourceKey) || !keys.has(line.targetKey)) {
      problems.push(
        error("dangling", null, `The line ${line.key} leads to or from a step that is not there.`),
      );
    }
  }
  const written = flow.nodes.flatMap((node) => {
    const parsed = parseNode(node);
    return parsed.ok ? (parsed.kind.writes?.(parsed.settings) ?? []) : [];
  });
  const known = new Set<string>([...BUILT_IN_VARIABLES, ...flow.variables.map((v) => v.name), ...written]);
  const reached = reachable(flow);
  for (const node of flow.nodes) {
    problems.push(...checkNode(flow, node, known));
    if (!reached.has(node.key))
      problems.push(warning("unreachable", node.key, `${node.name} cannot be reached.`));
  }
  for (const nodeKey of endlessLoops(flow).slice(0, 1)) {
    problems.push(
      error("endless_loop", nodeKey, "These steps run in a circle without a word from the customer."),
    );
  }
  return problems.sort((a, b) => (a.severity === b.severity ? 0 : a.severity === "error" ? -1 : 1));
}
