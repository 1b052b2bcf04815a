import { z } from "zod";
import { readPath } from "#domain/core/template-text.ts";
import { text } from "#domain/core/text.ts";
import { evaluateRule, OPERATORS } from "../answers/evaluate-rule.ts";
import { key } from "../flow-definition.ts";
import type { NodeKind } from "./node-kind.ts";

const rule = z.strictObject({
  variable: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[A-Za-z_][\w.]*$/, "a path such as product_data.stock"),
  operator: z.enum(OPERATORS),
  value: z.json().default(null),
});
const branch = z.strictObject({
  port: key,
  label: text(60),
  match: z.enum(["all", "any"]).default("all"),
  rules: z.array(rule).min(1).max(20),
});

const settings = z.strictObject({
  branches: z.array(branch).min(1).max(12),
  elseLabel: text(60).default("Otherwise"),
});
type Settings = z.infer<typeof settings>;
type Rule = z.infer<typeof rule>;

const SIGN: Partial<Record<Rule["operator"], string>> = {
  equals: "=",
  not_equals: "≠",
  greater_than: ">",
  at_least: "≥",
  less_than: "<",
  at_most: "≤",
};

const describe = (r: Rule) =>
  `${r.variable} ${SIGN[r.operator] ?? r.operator.replaceAll("_", " ")} ${r.value ?? ""}`.trim();

export const conditionNode: NodeKind<Settings> = {
  type: "condition",
  label: "Condition",
  family: "decide",
  icon: "git-branch",
  description: "Takes the first branch whose rules hold.",
  settings,
  defaults: {
    branches: [
      {
        port: "yes",
        label: "Yes",
        match: "all",
        rules: [{ variable: "user_message", operator: "is_set", value: null }],
      },
    ],
    elseLabel: "No",
  },
  ports: (s) => [
    ...s.branches.map((b) => ({ key: b.port, label: b.label, required: true })),
    { key: "else", label: s.elseLabel, required: true },
  ],
  summary: (s) => s.branches[0]?.rules.map(describe).join(" and ") ?? "",
  templates: (s) => s.branches.flatMap((b) => b.rules.map((r) => `{{ ${r.variable} }}`)),
  enter: (s, { variables }) => {
    for (const b of s.branches) {
      const results = b.rules.map((r) => evaluateRule(readPath(variables, r.variable), r.operator, r.value));
      const holds = b.match === "all" ? results.every(Boolean) : results.some(Boolean);
      if (holds)
        return { do: "leave", port: b.port, output: { branch: b.label, because: b.rules.map(describe) } };
    }
    return { do: "leave", port: "else", output: { branch: s.elseLabel, because: [] } };
  },
};
