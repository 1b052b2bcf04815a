import type { Json } from "#domain/core/json.ts";
import type { ModelTask } from "./model-task.ts";

export type ModelAnswer = { output: Json; confidence: number | null };

/** The JSON in a model's text, also inside a code fence or after a word or two; undefined when there is none. */
function jsonIn(text: string): Json | undefined {
  const fenced = /```(?:json)?\s*([\s\S]*?)```/.exec(text)?.[1] ?? text;
  const from = fenced.search(/[{[]/);
  for (const candidate of [
    fenced,
    from >= 0 ? fenced.slice(from, Math.max(fenced.lastIndexOf("}"), fenced.lastIndexOf("]")) + 1) : "",
  ]) {
    try {
      return JSON.parse(candidate) as Json;
    } catch {
      // try the next reading
    }
  }
  return undefined;
}

const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const clean = (text: string) =>
  text
    .trim()
    .replace(/^["'“”]+|["'“”.]+$/g, "")
    .trim();

function readIntent(text: string, task: Extract<ModelTask, { kind: "classify" }>): ModelAnswer {
  const names = task.intents.map((intent) => intent.name);
  const parsed = jsonIn(text);
  const said = isObject(parsed) ? String(parsed.intent ?? parsed.name ?? parsed.label ?? "") : clean(text);
  const exact = names.find((name) => name.toLowerCase() === said.toLowerCase());
  const named =
    exact ??
    (isObject(parsed) ? undefined : names.find((name) => said.toLowerCase().includes(name.toLowerCase())));
  const given = isObject(parsed) ? Number(parsed.confidence ?? parsed.score) : Number.NaN;
  const confidence = Number.isFinite(given)
    ? Math.min(1, Math.max(0, given > 1 ? given / 100 : given))
    : named
      ? 0.8
      : 0;
  return { output: named ?? null, confidence };
}

function typed(value: Json | undefined, type: string): Json {
  if (value === undefined || value === null || value === "") return null;
  if (type === "number") return Number.isFinite(Number(value)) ? Number(value) : null;
  if (type === "boolean") return value === true || /^(true|yes)$/i.test(String(value));
  return typeof value === "string" ? value : String(value);
}

function readExtraction(text: string, task: Extract<ModelTask, { kind: "extract" }>): ModelAnswer {
  const parsed = jsonIn(text);
  if (task.fields.length === 0) {
    const one = isObject(parsed)
      ? (parsed[task.outputVariable] ?? parsed.value ?? parsed.result ?? Object.values(parsed)[0])
      : (parsed ?? clean(text));
    const value = typed(one, "string");
    return {
      output: typeof value === "string" && /^(null|none|n\/a|unknown)$/i.test(value) ? null : value,
      confidence: null,
    };
  }
  const found = isObject(parsed) ? parsed : {};
  const output = Object.fromEntries(
    task.fields.map((field) => [field.name, typed(found[field.name], field.type)]),
  );
  return { output, confidence: null };
}

/**
 * Reads a model's answer to a task. Models that were asked for JSON and answer in words are understood as far as the
 * words are plain; what does not name one of the choices is no choice.
 */
export function readModelAnswer(text: string, task: ModelTask): ModelAnswer {
  switch (task.kind) {
    case "classify":
      return readIntent(text, task);
    case "extract":
      return readExtraction(text, task);
    case "choose": {
      const parsed = jsonIn(text);
      const said = isObject(parsed) ? String(parsed.port ?? parsed.branch ?? "") : clean(text);
      const port =
        task.branches.find((branch) => branch.port.toLowerCase() === said.toLowerCase())?.port ?? null;
      return { output: { port }, confidence: null };
    }
    default:
      return { output: text, confidence: null };
  }
}
