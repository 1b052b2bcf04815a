import { z } from "zod";
import { renderJson } from "#domain/core/template-text.ts";
import { key } from "../flow-definition.ts";
import type { Json, Variables } from "../run/state.ts";
import { ERROR, NEXT, type NodeKind } from "./node-kind.ts";

const settings = z.strictObject({
  connectorId: z.string().max(64),
  endpointId: z.string().max(64),
  inputs: z.record(z.string().max(64), z.json()).default({}),
  /** The whole mapped result goes here… */
  outputVariable: key.nullable().default(null),
  /** …or single mapped values into variables of their own: `{ order_id: "orderId" }`. */
  outputs: z.record(key, z.string().max(120)).default({}),
});
type Settings = z.infer<typeof settings>;

function texts(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((part) => texts(part as Json));
}

function filled(s: Settings, output: Json): Variables {
  const result = typeof output === "object" && output !== null && !Array.isArray(output) ? output : {};
  const single = Object.entries(s.outputs).map(([name, from]) => [name, result[from] ?? null] as const);
  return { ...Object.fromEntries(single), ...(s.outputVariable ? { [s.outputVariable]: output } : {}) };
}

export const apiCallNode: NodeKind<Settings> = {
  type: "api_call",
  label: "API call",
  family: "do",
  icon: "plug",
  description: "Calls an endpoint of a connector.",
  settings,
  defaults: { connectorId: "", endpointId: "", inputs: {}, outputVariable: "result", outputs: {} },
  ports: () => [NEXT, ERROR],
  summary: (s) => (s.outputVariable ? `→ ${s.outputVariable}` : `→ ${Object.keys(s.outputs).join(", ")}`),
  templates: (s) => texts(s.inputs as Json),
  writes: (s) => [...(s.outputVariable ? [s.outputVariable] : []), ...Object.keys(s.outputs)],
  problems: (s) =>
    s.connectorId === "" || s.endpointId === "" ? ["Choose a connector and an endpoint."] : [],
  enter: (s, { variables }) => {
    const inputs = renderJson(s.inputs as Json, variables) as Record<string, Json>;
    return {
      do: "effect",
      command: { type: "call_api", connectorId: s.connectorId, endpointId: s.endpointId, inputs },
      input: { inputs },
    };
  },
  resume: (s, _context, answer) => {
    const output = answer.type === "output" ? answer.output : null;
    return { do: "leave", port: "next", variables: filled(s, output), output };
  },
};
