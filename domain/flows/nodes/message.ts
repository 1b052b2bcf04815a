import { z } from "zod";
import { renderTemplate } from "#domain/core/template-text.ts";
import { text } from "#domain/core/text.ts";
import { ERROR, NEXT_OR_END, type NodeKind } from "./node-kind.ts";

export const button = z.strictObject({ id: text(256), title: text(20) });

const settings = z.strictObject({
  text: text(4096).describe("What the customer reads; {{variables}} are filled in."),
  buttons: z.array(button).max(3).default([]),
});
type Settings = z.infer<typeof settings>;

export const messageNode: NodeKind<Settings> = {
  type: "message",
  label: "Message",
  family: "say",
  icon: "message-square-text",
  description: "Says something to the customer.",
  settings,
  defaults: { text: "Hello.", buttons: [] },
  ports: () => [NEXT_OR_END, ERROR],
  summary: ({ text: said }) => said.split("\n")[0] ?? "",
  templates: (s) => [s.text, ...s.buttons.map((b) => b.title)],
  preview: (s) => ({ text: s.text, buttons: s.buttons }),
  enter: (s, { variables }) => {
    const said = renderTemplate(s.text, variables);
    const buttons = s.buttons.map((b) => ({ id: b.id, title: renderTemplate(b.title, variables) }));
    return { do: "effect", command: { type: "send_message", text: said, buttons }, input: { text: said } };
  },
  resume: (_s, _c, answer) => ({
    do: "leave",
    port: "next",
    output: answer.type === "output" ? answer.output : null,
  }),
};
