import type { Json } from "#domain/core/json.ts";

export type IntentChoice = { name: string; description: string; examples: readonly string[] };
export type ExtractField = { name: string; type: string; description: string };

/** What a model may be asked to do; every provider, offline included, gets the same. */
export type ModelTask =
  | { kind: "classify"; text: string; intents: readonly IntentChoice[] }
  | {
      kind: "extract";
      prompt: string;
      instructions: string;
      outputVariable: string;
      fields: readonly ExtractField[];
      knownValues: readonly string[];
    }
  | {
      kind: "choose";
      prompt: string;
      instructions: string;
      branches: readonly { port: string; description: string }[];
    }
  | { kind: "generate"; prompt: string; instructions: string };

export type ModelAsk = {
  instructions: string;
  prompt: string;
  /** JSON Schema of the answer; none for free text. */
  schema: { name: string; schema: Record<string, Json> } | null;
  maxOutputTokens: number;
};

const object = (properties: Record<string, Json>, required: string[]): Record<string, Json> => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

function askClassify(task: Extract<ModelTask, { kind: "classify" }>): ModelAsk {
  const lines = task.intents.map((intent) => {
    const examples = intent.examples
      .slice(0, 10)
      .map((example) => JSON.stringify(example))
      .join("; ");
    return `- ${intent.name}: ${intent.description || "no description"}. Examples: ${examples}`;
  });
  return {
    instructions:
      'You classify what a customer wants. Choose exactly one of the intents, or "none" when nothing fits. ' +
      "Answer with JSON: the intent's name and your confidence from 0 to 1.",
    prompt: `Intents:\n${lines.join("\n")}\n\nMessage: ${task.text}`,
    schema: {
      name: "intent",
      schema: object(
        {
          intent: { type: "string", enum: [...task.intents.map((intent) => intent.name), "none"] },
          confidence: { type: "number" },
        },
        ["intent", "confidence"],
      ),
    },
    maxOutputTokens: 64,
  };
}

function askExtract(task: Extract<ModelTask, { kind: "extract" }>): ModelAsk {
  const fields =
    task.fields.length > 0 ? task.fields : [{ name: task.outputVariable, type: "string", description: "" }];
  const properties = Object.fromEntries(
    fields.map((field) => [
      field.name,
      {
        type: [field.type, "null"],
        ...(field.description ? { description: field.description } : {}),
      } as Json,
    ]),
  );
  const known =
    task.knownValues.length > 0 ? `\nKnown values: ${task.knownValues.slice(0, 300).join("; ")}` : "";
  return {
    instructions: `${task.instructions || "Extract the values from the text. Use null for what the text does not say; never invent."}${known}`,
    prompt: task.prompt,
    schema: {
      name: "extraction",
      schema: object(
        properties,
        fields.map((field) => field.name),
      ),
    },
    maxOutputTokens: 400,
  };
}

function askChoose(task: Extract<ModelTask, { kind: "choose" }>): ModelAsk {
  const lines = task.branches.map((branch) => `- ${branch.port}: ${branch.description}`);
  return {
    instructions: `${task.instructions || "Choose the branch that fits the text."}\nBranches:\n${lines.join("\n")}`,
    prompt: task.prompt,
    schema: {
      name: "branch",
      schema: object({ port: { type: "string", enum: task.branches.map((branch) => branch.port) } }, [
        "port",
      ]),
    },
    maxOutputTokens: 64,
  };
}

/** A task as the words and the answer schema that a language model gets. */
export function askModel(task: ModelTask): ModelAsk {
  switch (task.kind) {
    case "classify":
      return askClassify(task);
    case "extract":
      return askExtract(task);
    case "choose":
      return askChoose(task);
    default:
      return { instructions: task.instructions, prompt: task.prompt, schema: null, maxOutputTokens: 800 };
  }
}

/** Upper estimate of a call's tokens before it is made: about three characters a token, and the answer's limit. */
export function estimateTokens(ask: ModelAsk): { input: number; output: number } {
  const characters =
    ask.instructions.length + ask.prompt.length + (ask.schema ? JSON.stringify(ask.schema).length : 0);
  return { input: Math.ceil(characters / 3) + 20, output: ask.maxOutputTokens };
}
