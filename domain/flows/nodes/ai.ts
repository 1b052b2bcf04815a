import { z } from "zod";
import { renderTemplate } from "#domain/core/template-text.ts";
import { text } from "#domain/core/text.ts";
import { key } from "../flow-definition.ts";
import type { Json, Variables } from "../run/state.ts";
import { ERROR, NEXT, type NodeAction, type NodeKind, type Port } from "./node-kind.ts";

const field = z.strictObject({
  name: key,
  type: z.enum(["string", "number", "boolean"]).default("string"),
  description: text(300, 0).default(""),
});
const branch = z.strictObject({ port: key, label: text(60), description: text(300, 0).default("") });

const settings = z.strictObject({
  mode: z.enum(["generate", "extract", "classify"]).default("extract"),
  prompt: text(8000).describe("What the model is given; {{variables}} are filled in."),
  instructions: text(4000, 0).default(""),
  outputVariable: key.default("ai_output"),
  fields: z.array(field).max(30).default([]),
  branches: z.array(branch).max(12).default([]),
  providerId: z.uuid().nullable().default(null).describe("Empty: the workspace's default provider."),
  model: text(120).nullable().default(null),
});
type Settings = z.infer<typeof settings>;

function ports(s: Settings): Port[] {
  const branches = s.branches.map((b) => ({ key: b.port, label: b.label, required: true }));
  return s.mode === "classify" ? [...branches, ERROR] : [NEXT, ERROR];
}

function leave(s: Settings, output: Json): NodeAction {
  if (s.mode === "classify") {
    const port = typeof output === "object" && output !== null && !Array.isArray(output) ? output.port : null;
    return typeof port === "string" && s.branches.some((b) => b.port === port)
      ? { do: "leave", port, variables: { [s.outputVariable]: port }, output }
      : { do: "fail", error: "The model chose none of the branches." };
  }
  if (s.mode === "extract" && s.fields.length === 0 && (output === null || output === "")) {
    return { do: "fail", error: `Nothing was found for ${s.outputVariable}.` };
  }
  return { do: "leave", port: "next", variables: { [s.outputVariable]: output } as Variables, output };
}

export const aiNode: NodeKind<Settings> = {
  type: "ai",
  label: "AI",
  family: "think",
  icon: "sparkles",
  description: "Asks a model to generate a text, extract values or choose a branch.",
  settings,
  defaults: settings.parse({ prompt: "{{ user_message }}" }),
  ports,
  summary: (s) => `${s.model ?? "Default model"} → ${s.outputVariable}`,
  templates: (s) => [s.prompt, s.instructions],
  writes: (s) => [s.outputVariable],
  problems: (s) =>
    s.mode === "classify" && s.branches.length < 2 ? ["Classifying needs two branches or more."] : [],
  enter: (s, { variables }) => {
    const prompt = renderTemplate(s.prompt, variables);
    const instructions = renderTemplate(s.instructions, variables);
    const { mode, outputVariable, fields, providerId, model } = s;
    const branches = s.branches.map((b) => ({ port: b.port, description: b.description || b.label }));
    const command = {
      type: "call_ai" as const,
      mode,
      prompt,
      instructions,
      outputVariable,
      fields,
      branches,
      providerId,
      model,
    };
    return { do: "effect", command, input: { prompt } };
  },
  resume: (s, _context, answer) =>
    answer.type === "output" ? leave(s, answer.output) : { do: "fail", error: "No answer." },
};
