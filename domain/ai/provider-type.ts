/** Every kind of AI provider the product knows by name. */
export const AI_PROVIDER_TYPES = [
  "openai",
  "anthropic",
  "google",
  "mistral",
  "groq",
  "cohere",
  "together",
  "deepseek",
  "ollama",
  "localai",
  "huggingface",
  "openai-compatible",
  "offline",
] as const;
export type AiProviderType = (typeof AI_PROVIDER_TYPES)[number];

/**
 * Kinds that speak OpenAI's chat completions, with their documented base address (version included); null: the tenant
 * must give one. Source: each provider's API reference.
 */
export const CHAT_COMPLETIONS_BASE: Readonly<Partial<Record<AiProviderType, string | null>>> = {
  openai: "https://api.openai.com/v1",
  mistral: "https://api.mistral.ai/v1",
  groq: "https://api.groq.com/openai/v1",
  together: "https://api.together.xyz/v1",
  deepseek: "https://api.deepseek.com/v1",
  ollama: "http://localhost:11434/v1",
  localai: "http://localhost:8080/v1",
  huggingface: "https://router.huggingface.co/v1",
  "openai-compatible": null,
};

/** Kinds that this version can call; the others have protocols of their own. */
export const CALLABLE_TYPES = AI_PROVIDER_TYPES.filter(
  (type) => type === "offline" || type in CHAT_COMPLETIONS_BASE,
);
