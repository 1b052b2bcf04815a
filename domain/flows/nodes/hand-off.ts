import { z } from "zod";
import { renderTemplate } from "#domain/core/template-text.ts";
import { text } from "#domain/core/text.ts";
import type { NodeKind } from "./node-kind.ts";

const settings = z.strictObject({
  reason: text(300).default("The flow handed over."),
  message: text(1000, 0).default("A colleague will be with you in a moment."),
});
type Settings = z.infer<typeof settings>;

export const handOffNode: NodeKind<Settings> = {
  type: "hand_off",
  label: "Hand off",
  family: "people",
  icon: "hand",
  description: "Gives the conversation to a person.",
  settings,
  defaults: settings.parse({}),
  ports: () => [],
  summary: (s) => s.reason,
  templates: (s) => [s.reason, s.message],
  enter: (s, { variables }) => ({
    do: "finish",
    status: "handed_off",
    outcome: "handed_off",
    command: {
      type: "hand_off",
      reason: renderTemplate(s.reason, variables),
      message: renderTemplate(s.message, variables),
    },
  }),
};
