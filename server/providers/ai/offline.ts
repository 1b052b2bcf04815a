import { LRUCache } from "lru-cache";
import { askModel, type IntentChoice, type ModelTask } from "#domain/ai/model-task.ts";
import { extractName } from "#domain/ai/offline/extract-name.ts";
import { wordsOf } from "#domain/ai/offline/features.ts";
import { type IntentClassifier, trainIntentClassifier } from "#domain/ai/offline/intent-classifier.ts";
import type { Json } from "#domain/core/json.ts";
import { once } from "#server/runtime/process.ts";
import type { ModelCall, ModelOutcome } from "./ai-port.ts";

const trained = once("ai.classifiers", () => new LRUCache<string, IntentClassifier>({ max: 500 }));

/** The classifier of a set of intents, trained once for the same examples. */
export function classifierOf(intents: readonly IntentChoice[]): IntentClassifier {
  const key = JSON.stringify(intents.map((intent) => [intent.name, intent.examples]));
  const known = trained.get(key);
  if (known) return known;
  const made = trainIntentClassifier(intents, 0);
  trained.set(key, made);
  return made;
}

/** The last line of a prompt usually holds the customer's words. */
function subject(prompt: string): string {
  return prompt.trim().split("\n").at(-1) ?? prompt;
}

function extract(task: Extract<ModelTask, { kind: "extract" }>): Json {
  const read = (type: string): Json => {
    const words = subject(task.prompt);
    if (type === "number") return Number(/-?\d+(?:\.\d+)?/.exec(words)?.[0] ?? Number.NaN) || null;
    return extractName(words, task.knownValues);
  };
  if (task.fields.length === 0) return read("string");
  return Object.fromEntries(task.fields.map((field) => [field.name, read(field.type)]));
}

function work(task: ModelTask): { output: Json; confidence: number | null } | null {
  if (task.kind === "classify") {
    const { intent, confidence } = classifierOf(task.intents).classify(task.text);
    return { output: intent, confidence };
  }
  if (task.kind === "extract") return { output: extract(task), confidence: null };
  if (task.kind === "choose") {
    const choices = task.branches.map((branch) => ({
      name: branch.port,
      description: "",
      examples: branch.description.split(/[;,\n]/),
    }));
    const { intent, confidence } = classifierOf(choices).classify(subject(task.prompt));
    return { output: { port: intent }, confidence };
  }
  return null;
}

/** Aurora offline: no key, no network, and honest about what it cannot do. Its tokens are its own words. */
export async function callOffline({ task }: ModelCall): Promise<ModelOutcome> {
  const started = performance.now();
  const ask = askModel(task);
  const usage = {
    inputTokens: wordsOf(task.kind === "classify" ? task.text : ask.prompt).length,
    outputTokens: 1,
  };
  const done = work(task);
  const durationMs = Math.round(performance.now() - started);
  if (done) return { ok: true, ...done, usage, durationMs };
  const error = "Aurora offline writes no texts of its own. Choose a provider with a model for this step.";
  return {
    ok: false,
    error,
    code: "ai.offline_cannot_generate",
    retryable: false,
    retryAfterSeconds: null,
    usage: null,
    unknown: false,
    durationMs,
  };
}
