import { AppError } from "#domain/core/app-error.ts";
import type { FlowSnapshot } from "../flow-definition.ts";
import type { FlowOperation } from "./operation.ts";

const refuse = (code: string, message: string) => new AppError("conflict", `flows.${code}`, message);

function requireNode(flow: FlowSnapshot, key: string): void {
  if (!flow.nodes.some((node) => node.key === key))
    throw refuse("node_missing", `The step ${key} is not there any more.`);
}

const changeNode = (
  flow: FlowSnapshot,
  key: string,
  change: Partial<FlowSnapshot["nodes"][number]>,
): FlowSnapshot => {
  requireNode(flow, key);
  return { ...flow, nodes: flow.nodes.map((node) => (node.key === key ? { ...node, ...change } : node)) };
};

function connect(flow: FlowSnapshot, connection: FlowSnapshot["connections"][number]): FlowSnapshot {
  requireNode(flow, connection.sourceKey);
  requireNode(flow, connection.targetKey);
  // A port has one line: a new one replaces the old.
  const others = flow.connections.filter(
    (line) =>
      line.key !== connection.key &&
      !(line.sourceKey === connection.sourceKey && line.sourcePort === connection.sourcePort),
  );
  return { ...flow, connections: [...others, connection] };
}

/** Applies one edit to a flow and returns the new one; the old is untouched. Throws `conflict` where it cannot apply. */
export function applyOperation(flow: FlowSnapshot, operation: FlowOperation): FlowSnapshot {
  switch (operation.type) {
    case "add_node":
      if (flow.nodes.some((node) => node.key === operation.node.key)) {
        throw refuse("node_exists", `There is a step ${operation.node.key} already.`);
      }
      return { ...flow, nodes: [...flow.nodes, operation.node] };
    case "move_node":
      return changeNode(flow, operation.key, { x: operation.x, y: operation.y });
    case "rename_node":
      return changeNode(flow, operation.key, { name: operation.name });
    case "set_node_settings":
      return changeNode(flow, operation.key, { settings: operation.settings });
    case "delete_node":
      requireNode(flow, operation.key);
      return {
        ...flow,
        nodes: flow.nodes.filter((node) => node.key !== operation.key),
        connections: flow.connections.filter(
          (line) => line.sourceKey !== operation.key && line.targetKey !== operation.key,
        ),
      };
    case "connect":
      return connect(flow, operation.connection);
    case "disconnect":
      return { ...flow, connections: flow.connections.filter((line) => line.key !== operation.key) };
    case "set_variable": {
      const others = flow.variables.filter((variable) => variable.name !== operation.variable.name);
      return { ...flow, variables: [...others, operation.variable] };
    }
    case "delete_variable":
      return { ...flow, variables: flow.variables.filter((variable) => variable.name !== operation.name) };
    case "set_trigger":
      return { ...flow, trigger: operation.trigger };
    case "set_settings":
      return { ...flow, settings: operation.settings };
  }
}

/** Applies edits in order. */
export function applyOperations(flow: FlowSnapshot, operations: readonly FlowOperation[]): FlowSnapshot {
  return operations.reduce(applyOperation, flow);
}
