import { z } from "zod";
import { renderTemplate } from "#domain/core/template-text.ts";
import { text } from "#domain/core/text.ts";
import { readAnswer } from "../answers/read-answer.ts";
import { key } from "../flow-definition.ts";
import { button } from "./message.ts";
import type { NodeAction, NodeContext, NodeKind, Port } from "./node-kind.ts";

export const ANSWER_KINDS = ["yes_no", "text", "number", "email", "phone", "choice"] as const;

const settings = z.strictObject({
  /** Empty: the message before it already asked. */
  text: text(4096, 0).default(""),
  answer: z.enum(ANSWER_KINDS).default("text"),
  variable: key.default("answer"),
  choices: z.array(button).max(10).default([]),
  retryText: text(1000).default("Sorry, I did not get that. Could you answer once more?"),
  maxTries: z.number().int().min(1).max(10).default(3),
  timeoutSeconds: z.number().int().min(10).max(2_592_000).nullable().default(null),
});
type Settings = z.infer<typeof settings>;

function ports({ answer, timeoutSeconds }: Settings): Port[] {
  const answered: Port[] =
    answer === "yes_no"
      ? [
          { key: "yes", label: "Yes", required: true },
          { key: "no", label: "No", required: true },
        ]
      : [{ key: "answered", label: "Answered", required: true }];
  return [
    ...answered,
    { key: "timeout", label: "No reply", required: timeoutSeconds !== null },
    { key: "failed", label: "Not understood", required: false },
  ];
}

function ask(s: Settings, words: string): NodeAction {
  if (words === "") return { do: "wait", command: { type: "wait_reply", timeoutSeconds: s.timeoutSeconds } };
  return {
    do: "effect",
    command: { type: "send_message", text: words, buttons: s.choices.slice(0, 3) },
    input: { text: words },
  };
}

function read(s: Settings, context: NodeContext, reply: { text: string; buttonId?: string }): NodeAction {
  const found = readAnswer(s.answer, reply, s.choices);
  if (found.understood) {
    const port = s.answer === "yes_no" ? (found.value === true ? "yes" : "no") : "answered";
    return {
      do: "leave",
      port,
      variables: { [s.variable]: found.value },
      output: { text: reply.text, value: found.value },
    };
  }
  if (context.state.tries + 1 >= s.maxTries)
    return { do: "leave", port: "failed", output: { text: reply.text } };
  return ask(s, renderTemplate(s.retryText, context.variables));
}

export const questionNode: NodeKind<Settings> = {
  type: "question",
  label: "Question",
  family: "ask",
  icon: "text-cursor-input",
  description: "Asks and waits for the customer's answer.",
  settings,
  defaults: settings.parse({}),
  ports,
  summary: (s) => (s.text === "" ? "Waits for the answer" : (s.text.split("\n")[0] ?? "")),
  templates: (s) => [s.text, s.retryText],
  writes: (s) => [s.variable],
  preview: (s) => ({ text: s.text, buttons: s.choices.slice(0, 3) }),
  problems: (s) =>
    s.answer === "choice" && s.choices.length === 0 ? ["A choice needs at least one option."] : [],
  waits: true,
  enter: (s, { variables }) => ask(s, renderTemplate(s.text, variables)),
  resume: (s, context, answer) => {
    if (answer.type === "reply") return read(s, context, answer);
    if (answer.type === "timer") return { do: "leave", port: "timeout" };
    return { do: "wait", command: { type: "wait_reply", timeoutSeconds: s.timeoutSeconds } };
  },
};
