import { aiNode } from "./ai.ts";
import { apiCallNode } from "./api-call.ts";
import { conditionNode } from "./condition.ts";
import { delayNode } from "./delay.ts";
import { endNode } from "./end.ts";
import { handOffNode } from "./hand-off.ts";
import { messageNode } from "./message.ts";
import type { NodeKind } from "./node-kind.ts";
import { questionNode } from "./question.ts";
import { setVariableNode } from "./set-variable.ts";
import { startNode } from "./start.ts";
import { templateNode } from "./template.ts";

export const NODE_TYPES = [
  "start",
  "message",
  "template",
  "question",
  "ai",
  "api_call",
  "condition",
  "set_variable",
  "delay",
  "hand_off",
  "end",
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/** Any kind, its settings already parsed by its own schema before its functions are called. */
export type AnyNodeKind = NodeKind<never>;

/** Every kind of node. A type without a declaration here is a compile error. */
export const NODE_KINDS: Readonly<Record<NodeType, AnyNodeKind>> = {
  start: startNode as unknown as AnyNodeKind,
  message: messageNode as unknown as AnyNodeKind,
  template: templateNode as unknown as AnyNodeKind,
  question: questionNode as unknown as AnyNodeKind,
  ai: aiNode as unknown as AnyNodeKind,
  api_call: apiCallNode as unknown as AnyNodeKind,
  condition: conditionNode as unknown as AnyNodeKind,
  set_variable: setVariableNode as unknown as AnyNodeKind,
  delay: delayNode as unknown as AnyNodeKind,
  hand_off: handOffNode as unknown as AnyNodeKind,
  end: endNode as unknown as AnyNodeKind,
};

/** The kind of a stored node's type, or undefined for a type this product does not know. */
export function nodeKind(type: string): AnyNodeKind | undefined {
  return Object.hasOwn(NODE_KINDS, type) ? NODE_KINDS[type as NodeType] : undefined;
}

type ParsedNode = { ok: true; kind: AnyNodeKind; settings: never } | { ok: false; problem: string };
/** Versions are never changed, so what was read of a node holds as long as the node itself. */
const parsedNodes = new WeakMap<object, ParsedNode>();

/** A node's kind with its settings parsed, or the reason why they cannot be. */
export function parseNode(node: { type: string; settings: unknown }): ParsedNode {
  const known = parsedNodes.get(node);
  if (known) return known;
  const parsed = readNode(node);
  parsedNodes.set(node, parsed);
  return parsed;
}

function readNode(node: {
  type: string;
  settings: unknown;
}): { ok: true; kind: AnyNodeKind; settings: never } | { ok: false; problem: string } {
  const kind = nodeKind(node.type);
  if (!kind) return { ok: false, problem: `There is no kind of node called ${node.type}.` };
  const parsed = kind.settings.safeParse(node.settings);
  if (parsed.success) return { ok: true, kind, settings: parsed.data };
  const issue = parsed.error.issues[0];
  return {
    ok: false,
    problem: issue
      ? `${issue.path.join(".") || "settings"}: ${issue.message}`
      : "Its settings are not valid.",
  };
}
