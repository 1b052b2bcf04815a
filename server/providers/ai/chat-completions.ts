import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, jsonSchema, NoObjectGeneratedError, Output } from "ai";
import { askModel } from "#domain/ai/model-task.ts";
import { CHAT_COMPLETIONS_BASE } from "#domain/ai/provider-type.ts";
import { readModelAnswer } from "#domain/ai/read-model-answer.ts";
import { AppError } from "#domain/core/app-error.ts";
import { failureOf, guardedFetch, readLimited } from "#server/runtime/net/guarded-fetch.ts";
import type { ConnectedAiProvider, ModelCall, ModelOutcome } from "./ai-port.ts";

const TIMEOUT_SECONDS = 60;
const MAX_ANSWER = 16 * 1024 * 1024;

/** The AI SDK's fetch, through the guarded egress and with one time limit over the whole call. */
function egress(timeoutMs: number): typeof fetch {
  const call = async (input: string | URL | Request, init?: RequestInit) => {
    const headers = Object.fromEntries(new Headers(init?.headers));
    const response = await guardedFetch(String(input), {
      method: init?.method ?? "POST",
      headers,
      body: (init?.body as string | undefined) ?? null,
      signal: init?.signal ?? null,
      timeoutMs,
    });
    const bytes = await readLimited(response, MAX_ANSWER);
    const { status, headers: received } = response;
    return new Response(bytes.length === 0 ? null : new Uint8Array(bytes), { status, headers: received });
  };
  return call as typeof fetch;
}

type Model = ReturnType<ReturnType<typeof createOpenAICompatible>>;
/** By the provider's own object, which lives as long as the catalogue that read it. */
const models = new WeakMap<ConnectedAiProvider, Map<string, Model>>();

function modelOf(provider: ConnectedAiProvider, model: string): Model {
  const known = models.get(provider) ?? new Map<string, Model>();
  models.set(provider, known);
  const made = known.get(model) ?? makeModel(provider, model);
  known.set(model, made);
  return made;
}

function makeModel(provider: ConnectedAiProvider, model: string): Model {
  const baseURL = provider.apiBaseUrl ?? CHAT_COMPLETIONS_BASE[provider.type];
  if (!baseURL)
    throw new AppError(
      "precondition",
      "ai.no_address",
      `${provider.name} has no address. Enter its apiBaseUrl.`,
    );
  const timeoutMs = (provider.settings.timeoutSeconds ?? TIMEOUT_SECONDS) * 1000;
  return createOpenAICompatible({
    name: provider.type,
    // The SDK appends its paths to the text; `self:` is resolved by the egress.
    baseURL: baseURL.replace(/\/+$/, ""),
    ...(provider.apiKey ? { apiKey: provider.apiKey } : {}),
    fetch: egress(timeoutMs),
    includeUsage: true,
    supportsStructuredOutputs: true,
  })(model);
}

const rawUsage = (
  usage: { raw?: unknown; inputTokens?: number | undefined; outputTokens?: number | undefined } | undefined,
) =>
  usage?.raw ??
  (usage ? { prompt_tokens: usage.inputTokens ?? 0, completion_tokens: usage.outputTokens ?? 0 } : null);

/** Errors that never heal by waiting, though they come with HTTP 429. */
const FINAL = /insufficient_quota|credit_balance_exhausted|billing_hard_limit|invalid_api_key/;

function refusal(error: unknown, durationMs: number): ModelOutcome {
  const base = { ok: false as const, usage: null, durationMs, unknown: false, retryAfterSeconds: null };
  if (error instanceof AppError) return { ...base, error: error.message, code: error.code, retryable: false };
  if (APICallError.isInstance(error)) {
    const status = error.statusCode ?? 0;
    const wait = Number(error.responseHeaders?.["retry-after"]);
    const final = FINAL.test(error.responseBody ?? "");
    return {
      ...base,
      error:
        status === 0
          ? `The provider did not answer: ${error.message}`
          : `The provider answered ${status}: ${error.message}`,
      code: `http_${status}`,
      retryable:
        !final && (status === 0 || status === 408 || status === 409 || status === 429 || status >= 500),
      retryAfterSeconds: Number.isFinite(wait) && wait > 0 ? wait : null,
      unknown: status === 0 && failureOf(error.cause ?? error).sent === "unknown",
    };
  }
  const failure = failureOf(error);
  const message = `The provider did not answer: ${failure.message}`;
  return {
    ...base,
    error: message,
    code: failure.code,
    retryable: true,
    unknown: failure.sent === "unknown",
  };
}

/**
 * Calls a provider that speaks OpenAI's chat completions, once: the only retry loop is the gateway's. An answer that
 * is not the JSON asked for is still an answer, read as far as its words are plain.
 */
export async function callChatCompletions({
  provider,
  model,
  task,
  signal,
}: ModelCall): Promise<ModelOutcome> {
  const ask = askModel(task);
  const started = performance.now();
  const took = () => Math.round(performance.now() - started);
  const { temperature = 0, maxTokens, topP } = provider.settings;
  try {
    const result = await generateText({
      model: modelOf(provider, model),
      ...(ask.instructions ? { instructions: ask.instructions } : {}),
      prompt: ask.prompt,
      ...(ask.schema
        ? { output: Output.object({ schema: jsonSchema(ask.schema.schema as never), name: ask.schema.name }) }
        : {}),
      maxOutputTokens: Math.min(ask.maxOutputTokens, maxTokens ?? ask.maxOutputTokens),
      temperature,
      ...(topP === undefined ? {} : { topP }),
      maxRetries: 0,
      ...(signal ? { abortSignal: signal } : {}),
    });
    return {
      ok: true,
      ...readModelAnswer(result.text, task),
      usage: rawUsage(result.usage),
      durationMs: took(),
    };
  } catch (error) {
    if (NoObjectGeneratedError.isInstance(error) && error.text) {
      return {
        ok: true,
        ...readModelAnswer(error.text, task),
        usage: rawUsage(error.usage),
        durationMs: took(),
      };
    }
    return refusal(error, took());
  }
}
