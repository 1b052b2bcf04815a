import type { FlowSnapshot } from "../flow-definition.ts";
import type { FlowOperation } from "./operation.ts";

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function nodeChanges(from: FlowSnapshot, to: FlowSnapshot): FlowOperation[] {
  const old = new Map(from.nodes.map((node) => [node.key, node]));
  const operations: FlowOperation[] = [];
  for (const node of to.nodes) {
    const before = old.get(node.key);
    if (before && before.type !== node.type) operations.push({ type: "delete_node", key: node.key });
    if (!before || before.type !== node.type) {
      operations.push({ type: "add_node", node });
      continue;
    }
    const { key, name, settings, x, y } = node;
    if (before.x !== x || before.y !== y) operations.push({ type: "move_node", key, x, y });
    if (before.name !== name) operations.push({ type: "rename_node", key, name });
    if (!same(before.settings, settings)) operations.push({ type: "set_node_settings", key, settings });
  }
  return operations;
}

/** The edits that lead from one state of a flow to another: undo and redo are edits like any other. */
export function operationsBetween(from: FlowSnapshot, to: FlowSnapshot): FlowOperation[] {
  const kept = new Set(to.nodes.map((node) => node.key));
  const replaced = new Set(
    to.nodes
      .filter((node) => from.nodes.some((old) => old.key === node.key && old.type !== node.type))
      .map((node) => node.key),
  );
  const lines = new Map(to.connections.map((line) => [line.key, line]));
  const variables = new Map(to.variables.map((variable) => [variable.name, variable]));
  const gone = from.nodes.filter((node) => !kept.has(node.key));
  const lostEnd = (line: FlowSnapshot["connections"][number]) =>
    [line.sourceKey, line.targetKey].some((key) => !kept.has(key) || replaced.has(key));
  const disconnects = from.connections.filter((line) => !lines.has(line.key) && !lostEnd(line));
  const connects = to.connections.filter((line) => {
    const before = from.connections.find((old) => old.key === line.key);
    return !before || !same(before, line) || replaced.has(line.sourceKey) || replaced.has(line.targetKey);
  });
  return [
    ...disconnects.map((line) => ({ type: "disconnect" as const, key: line.key })),
    ...gone.map((node) => ({ type: "delete_node" as const, key: node.key })),
    ...nodeChanges(from, to),
    ...connects.map((connection) => ({ type: "connect" as const, connection })),
    ...from.variables
      .filter((variable) => !variables.has(variable.name))
      .map((variable) => ({ type: "delete_variable" as const, name: variable.name })),
    ...to.variables
      .filter((variable) => !from.variables.some((old) => same(old, variable)))
      .map((variable) => ({ type: "set_variable" as const, variable })),
    ...(same(from.trigger, to.trigger) ? [] : [{ type: "set_trigger" as const, trigger: to.trigger }]),
    ...(same(from.settings, to.settings) ? [] : [{ type: "set_settings" as const, settings: to.settings }]),
  ];
}
