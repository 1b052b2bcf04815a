import { z } from "zod";
import { renderJson } from "#domain/core/template-text.ts";
import { key } from "../flow-definition.ts";
import type { Json, Variables } from "../run/state.ts";
import { NEXT, type NodeKind } from "./node-kind.ts";

const settings = z.strictObject({
  assignments: z
    .array(z.strictObject({ variable: key, value: z.json() }))
    .min(1)
    .max(50),
});
type Settings = z.infer<typeof settings>;

export const setVariableNode: NodeKind<Settings> = {
  type: "set_variable",
  label: "Set variables",
  family: "do",
  icon: "variable",
  description: "Gives variables new values.",
  settings,
  defaults: { assignments: [{ variable: "note", value: "" }] },
  ports: () => [NEXT],
  summary: (s) => s.assignments.map((a) => a.variable).join(", "),
  templates: (s) => s.assignments.flatMap((a) => (typeof a.value === "string" ? [a.value] : [])),
  writes: (s) => s.assignments.map((a) => a.variable),
  enter: (s, { variables }) => {
    const changed: Variables = {};
    for (const a of s.assignments)
      changed[a.variable] = renderJson(a.value as Json, { ...variables, ...changed });
    return { do: "leave", port: "next", variables: changed, output: changed };
  },
};
