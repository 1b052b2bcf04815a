import type { FlowConnection, FlowNode, FlowSnapshot } from "#domain/flows/flow-definition.ts";
import type { Port } from "#domain/flows/nodes/node-kind.ts";
import { nodeKind, parseNode } from "#domain/flows/nodes/registry.ts";
import type { FlowOperation } from "#domain/flows/operations/operation.ts";

/** A step that can be added: a kind of node with its first settings. */
export interface StepChoice {
  id: string;
  type: string;
  mode: string | null;
  label: string;
  family: string;
  settings: FlowNode["settings"];
}

export const stepWidth = 212;
export const stepGap = 76;

/** A key that no step has yet, readable: `message_4`. */
export function freshKey(flow: FlowSnapshot, type: string): string {
  const taken = new Set(flow.nodes.map((node) => node.key));
  let number = flow.nodes.length + 1;
  while (taken.has(`${type}_${number}`)) number += 1;
  return `${type}_${number}`;
}

/** The ports of a step; none while its settings cannot be read. */
export function portsOf(node: FlowNode): Port[] {
  const parsed = parseNode(node);
  return parsed.ok ? parsed.kind.ports(parsed.settings) : [];
}

/** The line under a step's name. */
export function summaryOf(node: FlowNode): string {
  const parsed = parseNode(node);
  return parsed.ok ? parsed.kind.summary(parsed.settings) : parsed.problem;
}

/** The mode of an AI step, which tells its icon. */
export function modeOf(node: { settings: FlowNode["settings"] }): string | null {
  return typeof node.settings.mode === "string" ? node.settings.mode : null;
}

export function lineBetween(sourceKey: string, port: Port, targetKey: string): FlowConnection {
  return {
    key: `${sourceKey}_${port.key}_${targetKey}`.slice(0, 140),
    sourceKey,
    sourcePort: port.key,
    targetKey,
    label: port.label,
  };
}

/** The first port of a step that leads on and has no line yet. */
export function freePort(flow: FlowSnapshot, node: FlowNode): Port | undefined {
  return portsOf(node).find(
    (port) =>
      port.required &&
      !flow.connections.some((line) => line.sourceKey === node.key && line.sourcePort === port.key),
  );
}

/** Adds a step at a place, and where `from` is given draws the line to it. */
export function addStep(
  flow: FlowSnapshot,
  choice: StepChoice,
  at: { x: number; y: number },
  from?: { key: string; port: Port },
): { key: string; operations: FlowOperation[] } {
  const key = freshKey(flow, choice.type);
  const node = { key, type: choice.type, name: choice.label, settings: choice.settings, x: at.x, y: at.y };
  const operations: FlowOperation[] = [{ type: "add_node", node }];
  if (from) operations.push({ type: "connect", connection: lineBetween(from.key, from.port, key) });
  return { key, operations };
}

/** Puts a step into a line and moves what follows down. */
export function insertStep(
  flow: FlowSnapshot,
  choice: StepChoice,
  line: FlowConnection,
): { key: string; operations: FlowOperation[] } {
  const target = flow.nodes.find((node) => node.key === line.targetKey);
  const source = flow.nodes.find((node) => node.key === line.sourceKey);
  const kind = nodeKind(choice.type);
  if (!target || !source || !kind) return { key: "", operations: [] };
  const at = { x: target.x, y: target.y };
  const port = portsOf(source).find((one) => one.key === line.sourcePort);
  const added = addStep(flow, choice, at, port ? { key: source.key, port } : undefined);
  const node = {
    key: added.key,
    type: choice.type,
    name: choice.label,
    settings: choice.settings,
    x: 0,
    y: 0,
  };
  const out = portsOf(node).find((one) => one.required) ?? portsOf(node)[0];
  const moved = downstream(flow, target.key).map((one) => ({
    type: "move_node" as const,
    key: one.key,
    x: one.x,
    y: one.y + stepGap,
  }));
  const onward: FlowOperation[] = out
    ? [{ type: "connect", connection: lineBetween(added.key, out, target.key) }]
    : [];
  return { key: added.key, operations: [...moved, ...added.operations, ...onward] };
}

function downstream(flow: FlowSnapshot, from: string): FlowNode[] {
  const seen = new Set([from]);
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const line of flow.connections)
      if (line.sourceKey === at && !seen.has(line.targetKey)) {
        seen.add(line.targetKey);
        open.push(line.targetKey);
      }
  const top = flow.nodes.find((node) => node.key === from)?.y ?? 0;
  return flow.nodes.filter((node) => seen.has(node.key) && node.y >= top);
}

/** Removes steps; where a removed step had one way on, the line is healed across it. */
export function removeSteps(flow: FlowSnapshot, keys: ReadonlyArray<string>): FlowOperation[] {
  const gone = new Set(
    keys.filter((key) => flow.nodes.some((node) => node.key === key && node.type !== "start")),
  );
  const heals: FlowOperation[] = [];
  for (const key of gone) {
    const outs = flow.connections.filter((line) => line.sourceKey === key);
    const target = outs.length === 1 ? outs[0]?.targetKey : undefined;
    if (!target || gone.has(target)) continue;
    for (const line of flow.connections)
      if (line.targetKey === key && !gone.has(line.sourceKey))
        heals.push({
          type: "connect",
          connection: {
            ...line,
            key: `${line.sourceKey}_${line.sourcePort}_${target}`.slice(0, 140),
            targetKey: target,
          },
        });
  }
  return [...[...gone].map((key) => ({ type: "delete_node" as const, key })), ...heals];
}
