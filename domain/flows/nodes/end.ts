import { z } from "zod";
import { text } from "#domain/core/text.ts";
import type { NodeKind } from "./node-kind.ts";

const settings = z.strictObject({
  outcome: text(60).default("done"),
  resolve: z.boolean().default(true).describe("Resolves the conversation."),
});
type Settings = z.infer<typeof settings>;

export const endNode: NodeKind<Settings> = {
  type: "end",
  label: "End",
  family: "end",
  icon: "circle-check",
  description: "Ends the run with an outcome.",
  settings,
  defaults: settings.parse({}),
  ports: () => [],
  summary: (s) => (s.resolve ? `${s.outcome}, conversation resolved` : s.outcome),
  enter: (s) => ({
    do: "finish",
    status: "completed",
    outcome: s.outcome,
    ...(s.resolve ? { command: { type: "resolve" as const } } : {}),
  }),
};
