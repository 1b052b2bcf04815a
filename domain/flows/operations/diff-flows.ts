import type { FlowSnapshot } from "../flow-definition.ts";

export type FlowChange = {
  what: "node" | "connection" | "variable" | "trigger" | "settings";
  change: "added" | "changed" | "removed";
  key: string;
  name: string;
};

function compare<T>(
  what: FlowChange["what"],
  before: readonly T[],
  after: readonly T[],
  keyOf: (part: T) => string,
  nameOf: (part: T) => string,
): FlowChange[] {
  const old = new Map(before.map((part) => [keyOf(part), part]));
  const fresh = new Map(after.map((part) => [keyOf(part), part]));
  const changes: FlowChange[] = [];
  for (const [key, part] of fresh) {
    const known = old.get(key);
    if (!known) changes.push({ what, change: "added", key, name: nameOf(part) });
    else if (JSON.stringify(known) !== JSON.stringify(part))
      changes.push({ what, change: "changed", key, name: nameOf(part) });
  }
  for (const [key, part] of old)
    if (!fresh.has(key)) changes.push({ what, change: "removed", key, name: nameOf(part) });
  return changes;
}

/** What was added, changed and removed between two states of a flow. */
export function diffFlows(before: FlowSnapshot, after: FlowSnapshot): FlowChange[] {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return [
    ...compare(
      "node",
      before.nodes,
      after.nodes,
      (n) => n.key,
      (n) => n.name,
    ),
    ...compare(
      "connection",
      before.connections,
      after.connections,
      (c) => c.key,
      (c) => c.label || `${c.sourceKey} → ${c.targetKey}`,
    ),
    ...compare(
      "variable",
      before.variables,
      after.variables,
      (v) => v.name,
      (v) => v.name,
    ),
    ...(same(before.trigger, after.trigger)
      ? []
      : [{ what: "trigger", change: "changed", key: "trigger", name: "Trigger" } as const]),
    ...(same(before.settings, after.settings)
      ? []
      : [{ what: "settings", change: "changed", key: "settings", name: "Settings" } as const]),
  ];
}
