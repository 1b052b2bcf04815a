import { z } from "zod";
import { renderTemplate } from "#domain/core/template-text.ts";
import { text } from "#domain/core/text.ts";
import { ERROR, NEXT_OR_END, type NodeKind } from "./node-kind.ts";

const settings = z.strictObject({
  templateId: z.string().max(64).describe("The message template to send."),
  language: z
    .string()
    .max(12)
    .nullable()
    .default(null)
    .describe("Empty: the customer's language, else the default."),
  variables: z.record(z.string().max(64), text(1000, 0)).default({}),
});
type Settings = z.infer<typeof settings>;

export const templateNode: NodeKind<Settings> = {
  type: "template",
  label: "Template",
  family: "say",
  icon: "file-text",
  description: "Sends a message template with its variables filled in.",
  settings,
  defaults: { templateId: "", language: null, variables: {} },
  ports: () => [NEXT_OR_END, ERROR],
  summary: (s) => `Template · ${Object.keys(s.variables).length} variables`,
  templates: (s) => Object.values(s.variables),
  problems: (s) => (s.templateId === "" ? ["Choose a template."] : []),
  enter: (s, { variables }) => {
    const filled = Object.fromEntries(
      Object.entries(s.variables).map(([name, value]) => [name, renderTemplate(value, variables)]),
    );
    const command = {
      type: "send_template" as const,
      templateId: s.templateId,
      language: s.language,
      variables: filled,
    };
    return { do: "effect", command, input: { templateId: s.templateId, variables: filled } };
  },
  resume: (_s, _c, answer) => ({
    do: "leave",
    port: "next",
    output: answer.type === "output" ? answer.output : null,
  }),
};
