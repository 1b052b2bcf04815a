import type { ModelTask } from "#domain/ai/model-task.ts";
import type { AiProviderType } from "#domain/ai/provider-type.ts";
import type { Json } from "#domain/core/json.ts";

/** A provider with its key opened; lives in memory only. */
export type ConnectedAiProvider = {
  id: string;
  type: AiProviderType;
  name: string;
  apiBaseUrl: string | null;
  apiKey: string | null;
  model: string;
  settings: { temperature?: number; maxTokens?: number; topP?: number; timeoutSeconds?: number };
};

export type ModelCall = {
  provider: ConnectedAiProvider;
  model: string;
  task: ModelTask;
  signal?: AbortSignal;
};

export type ModelOutcome =
  | { ok: true; output: Json; confidence: number | null; usage: unknown; durationMs: number }
  | {
      ok: false;
      error: string;
      code: string;
      retryable: boolean;
      retryAfterSeconds: number | null;
      /** What the provider charged all the same, where it says so. */
      usage: unknown;
      /** The request may have been worked on without our hearing of it. */
      unknown: boolean;
      durationMs: number;
    };

export type AiAdapter = (call: ModelCall) => Promise<ModelOutcome>;
