import type { Quantities } from "./quantities.ts";

type Raw = Record<string, unknown>;

/** Whether a provider's input count includes the tokens it read from its cache. */
type CacheConvention = "inside" | "outside" | "none";

/** What a provider reported, in our parts. `total` is the provider's own total; the parts add up to it. */
export type NormalisedUsage = { quantities: Quantities; total: number };

export type UsageNormaliser = { cached: CacheConvention; read: (usage: Raw) => NormalisedUsage | null };

function record(value: unknown): Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function has(usage: Raw, ...keys: string[]): boolean {
  return keys.some((key) => typeof usage[key] === "number");
}

/** Parts out of an input that includes its cached tokens and an output that includes its reasoning tokens. */
function inside(input: number, cached: number, output: number, reasoning: number): NormalisedUsage {
  const read = Math.min(cached, input);
  const thought = Math.min(reasoning, output);
  const quantities: Quantities = { input: input - read, output: output - thought };
  if (read > 0) quantities.cachedInput = read;
  if (thought > 0) quantities.reasoning = thought;
  return { quantities, total: input + output };
}

/**
 * What the provider's total has beyond its input and output is thought that it counts beside them (xAI does, and
 * Gemini behind its compatible door): it is charged as output, so it must not be lost.
 */
function withTotal(read: NormalisedUsage, total: number, reasoning: number): NormalisedUsage {
  const beyond = total - read.total;
  if (beyond <= 0) return read;
  const { reasoning: inside = 0, output = 0, ...rest } = read.quantities;
  // Thought that lies beside the output was not inside it.
  const wrongly = beyond === reasoning ? inside : 0;
  const thought = inside - wrongly + beyond;
  return { quantities: { ...rest, output: output + wrongly, reasoning: thought }, total };
}

/** Speech that is billed by its length. */
function duration(usage: Raw): NormalisedUsage | null {
  const { seconds } = usage;
  if (typeof seconds !== "number" || !(seconds >= 0)) return null;
  return { quantities: { seconds }, total: seconds };
}

function chatCompletions(usage: Raw): NormalisedUsage | null {
  if (!has(usage, "prompt_tokens", "completion_tokens")) return null;
  const cached = count(record(usage.prompt_tokens_details).cached_tokens) || count(usage.cached_tokens);
  const reasoning = count(record(usage.completion_tokens_details).reasoning_tokens);
  const read = inside(count(usage.prompt_tokens), cached, count(usage.completion_tokens), reasoning);
  return withTotal(read, count(usage.total_tokens), reasoning);
}

function responses(usage: Raw): NormalisedUsage | null {
  if (!has(usage, "input_tokens", "output_tokens")) return null;
  const cached = count(record(usage.input_tokens_details).cached_tokens);
  const reasoning = count(record(usage.output_tokens_details).reasoning_tokens);
  return inside(count(usage.input_tokens), cached, count(usage.output_tokens), reasoning);
}

function anthropic(usage: Raw): NormalisedUsage | null {
  if (!has(usage, "input_tokens", "output_tokens")) return null;
  const input = count(usage.input_tokens);
  const output = count(usage.output_tokens);
  const read = count(usage.cache_read_input_tokens);
  const split = record(usage.cache_creation);
  const hour = count(split.ephemeral_1h_input_tokens);
  // The split may be missing or smaller than the total; the rest is a five-minute write, never free.
  const written = Math.max(
    count(usage.cache_creation_input_tokens),
    hour + count(split.ephemeral_5m_input_tokens),
  );
  const quantities: Quantities = { input, output };
  if (read > 0) quantities.cachedInput = read;
  if (hour > 0) quantities.cacheWrite1h = hour;
  if (written > hour) quantities.cacheWrite = written - hour;
  return { quantities, total: input + output + read + written };
}

function google(usage: Raw): NormalisedUsage | null {
  if (!has(usage, "promptTokenCount", "candidatesTokenCount", "totalTokenCount")) return null;
  const input = count(usage.promptTokenCount) + count(usage.toolUsePromptTokenCount);
  const thoughts = count(usage.thoughtsTokenCount);
  const output = count(usage.candidatesTokenCount) + thoughts;
  const read = inside(input, count(usage.cachedContentTokenCount), output, thoughts);
  return withTotal(read, count(usage.totalTokenCount), 0);
}

function deepseek(usage: Raw): NormalisedUsage | null {
  if (!has(usage, "prompt_cache_hit_tokens", "prompt_cache_miss_tokens")) return chatCompletions(usage);
  const hit = count(usage.prompt_cache_hit_tokens);
  const input = Math.max(count(usage.prompt_tokens), hit + count(usage.prompt_cache_miss_tokens));
  const reasoning = count(record(usage.completion_tokens_details).reasoning_tokens);
  return inside(input, hit, count(usage.completion_tokens), reasoning);
}

/** Cohere bills its `billed_units`; `tokens` also counts a preamble that is not charged. */
function cohere(usage: Raw): NormalisedUsage | null {
  const billed = record(usage.billed_units ?? record(usage.meta).billed_units);
  if (has(billed, "search_units")) {
    return { quantities: { units: count(billed.search_units) }, total: count(billed.search_units) };
  }
  if (!has(billed, "input_tokens", "output_tokens")) return chatCompletions(usage);
  return inside(count(billed.input_tokens), 0, count(billed.output_tokens), 0);
}

function ollama(usage: Raw): NormalisedUsage | null {
  if (!has(usage, "prompt_eval_count", "eval_count")) return chatCompletions(usage);
  return inside(count(usage.prompt_eval_count), 0, count(usage.eval_count), 0);
}

function mistral(usage: Raw): NormalisedUsage | null {
  const cached = count(usage.num_cached_tokens);
  if (cached === 0) return chatCompletions(usage);
  return inside(count(usage.prompt_tokens), cached, count(usage.completion_tokens), 0);
}

/** Aurora offline and the AI SDK count in camelCase, cached tokens inside the input. */
function camelCase(usage: Raw): NormalisedUsage | null {
  if (!has(usage, "inputTokens", "outputTokens")) return null;
  const cached = count(record(usage.inputTokenDetails).cacheReadTokens) || count(usage.cachedInputTokens);
  const reasoning = count(record(usage.outputTokenDetails).reasoningTokens) || count(usage.reasoningTokens);
  return inside(count(usage.inputTokens), cached, count(usage.outputTokens), reasoning);
}

const compatible: UsageNormaliser = {
  cached: "inside",
  read: (usage) => chatCompletions(usage) ?? responses(usage) ?? duration(usage),
};

/** One normaliser per AI provider, each saying how the provider counts cached tokens. */
export const USAGE_NORMALISERS: Readonly<Record<string, UsageNormaliser>> = {
  openai: compatible,
  anthropic: { cached: "outside", read: anthropic },
  google: { cached: "inside", read: google },
  mistral: { cached: "inside", read: mistral },
  groq: compatible,
  cohere: { cached: "none", read: cohere },
  together: compatible,
  deepseek: { cached: "inside", read: deepseek },
  ollama: { cached: "none", read: ollama },
  localai: compatible,
  huggingface: compatible,
  "openai-compatible": compatible,
  offline: { cached: "none", read: camelCase },
};

function byShape(usage: Raw): NormalisedUsage | null {
  if (has(usage, "cache_read_input_tokens", "cache_creation_input_tokens")) return anthropic(usage);
  return (
    chatCompletions(usage) ??
    responses(usage) ??
    google(usage) ??
    camelCase(usage) ??
    ollama(usage) ??
    cohere(usage) ??
    duration(usage)
  );
}

/** Reads a provider's own usage object. An unlisted provider is read by the object's shape; null: unreadable. */
export function normaliseUsage(provider: string, usage: unknown): NormalisedUsage | null {
  const raw = record(usage);
  const normaliser = Object.hasOwn(USAGE_NORMALISERS, provider) ? USAGE_NORMALISERS[provider] : undefined;
  return normaliser?.read(raw) ?? byShape(raw);
}
