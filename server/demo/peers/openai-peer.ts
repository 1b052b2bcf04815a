import { randomUUID } from "node:crypto";
import { countTokens } from "gpt-tokenizer/model/gpt-4";
import { extractName } from "#domain/ai/offline/extract-name.ts";
import { trainIntentClassifier } from "#domain/ai/offline/intent-classifier.ts";

type Message = { role: string; content: string };
type ChatBody = {
  model?: string;
  messages?: Message[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  response_format?: {
    type: string;
    json_schema?: {
      name?: string;
      schema?: { properties?: Record<string, { type?: unknown; enum?: string[] }> };
    };
  };
};

const refuse = (status: number, code: string, message: string) =>
  Response.json({ error: { message, type: "invalid_request_error", param: null, code } }, { status });

/** Intents as a prompt may list them: `- name: description. Examples: "…"; "…"`. */
function listedIntents(prompt: string): { name: string; examples: string[] }[] {
  return [...prompt.matchAll(/^- ([\w-]+): .*?Examples: (.*)$/gm)].map((match) => ({
    name: match[1] ?? "",
    examples: [...(match[2] ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((example) => example[1] ?? ""),
  }));
}

const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";

function classify(prompt: string): { intent: string; confidence: number } | null {
  const intents = listedIntents(prompt);
  if (intents.length === 0) return null;
  const words = lastLine(prompt).replace(/^Message:\s*/, "");
  const { intent, confidence } = trainIntentClassifier(intents).classify(words);
  return { intent: intent ?? "none", confidence: Math.round(confidence * 100) / 100 };
}

/** The answer to what the prompt asks, by its own words and schema; nothing here knows any sentence beforehand. */
function answerOf(body: ChatBody): string {
  const prompt = (body.messages ?? []).filter((message) => message.role === "user").at(-1)?.content ?? "";
  const properties = body.response_format?.json_schema?.schema?.properties;
  if (!properties) return extractName(lastLine(prompt)) ?? lastLine(prompt);
  if ("intent" in properties) return JSON.stringify(classify(prompt) ?? { intent: "none", confidence: 0 });
  const values = Object.entries(properties).map(([name, schema]) => {
    if (Array.isArray(schema.enum)) return [name, schema.enum[0] ?? null];
    const numeric = JSON.stringify(schema.type ?? "").includes("number");
    return [
      name,
      numeric ? Number(/\d+(?:\.\d+)?/.exec(lastLine(prompt))?.[0]) || null : extractName(lastLine(prompt)),
    ];
  });
  return JSON.stringify(Object.fromEntries(values));
}

function usageOf(body: ChatBody, answer: string) {
  const schema = body.response_format?.json_schema?.schema;
  const said = [
    ...(body.messages ?? []).map((message) => `${message.role}\n${message.content}`),
    schema ? JSON.stringify(schema) : "",
  ];
  const prompt = countTokens(said.join("\n"));
  const completion = countTokens(answer);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}

function streamed(id: string, model: string, answer: string, usage: unknown | null): Response {
  const chunk = (choices: unknown[], extra: object = {}) =>
    `data: ${JSON.stringify({ id, object: "chat.completion.chunk", created: Math.floor(Date.now() / 1000), model, choices, ...extra })}\n\n`;
  const pieces = answer.match(/.{1,12}/gs) ?? [];
  const lines = [
    chunk([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]),
    ...pieces.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
    ...(usage ? [chunk([], { usage })] : []),
    "data: [DONE]\n\n",
  ];
  return new Response(lines.join(""), { headers: { "content-type": "text/event-stream" } });
}

/** Vectors of hashed character trigrams: near texts are near, and nothing else is claimed. */
function embed(text: string): number[] {
  const vector = new Array<number>(64).fill(0);
  const padded = `  ${text.toLowerCase()} `;
  for (let at = 0; at + 3 <= padded.length; at += 1) {
    let hash = 0;
    for (const letter of padded.slice(at, at + 3)) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
    vector[hash % 64] = (vector[hash % 64] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((part) => part / length);
}

function chat(body: ChatBody): Response {
  if (!body.model) return refuse(400, "missing_required_parameter", "You must provide a model parameter.");
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    return refuse(400, "missing_required_parameter", "Missing required parameter: 'messages'.");
  }
  const answer = answerOf(body);
  const usage = usageOf(body, answer);
  const id = `chatcmpl-${randomUUID().replaceAll("-", "")}`;
  if (body.stream) return streamed(id, body.model, answer, body.stream_options?.include_usage ? usage : null);
  const message = { role: "assistant", content: answer, refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: "stop" }];
  return Response.json({
    id,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: body.model,
    choices,
    usage,
  });
}

/** OpenAI's `chat/completions` and `embeddings`, answered by Aurora offline's own rules, tokens counted for real. */
export function createOpenAiPeer(apiKey: string) {
  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (request.headers.get("authorization") !== `Bearer ${apiKey}`) {
      return refuse(401, "invalid_api_key", "Incorrect API key provided.");
    }
    const body = (await request.json().catch(() => null)) as
      | (ChatBody & { input?: string | string[] })
      | null;
    if (request.method !== "POST" || !body)
      return refuse(400, "invalid_body", "We could not parse the JSON body of your request.");
    if (pathname.endsWith("/chat/completions")) return chat(body);
    if (!pathname.endsWith("/embeddings"))
      return refuse(404, "unknown_url", `Unknown request URL: ${request.method} ${pathname}.`);
    const inputs = Array.isArray(body.input) ? body.input : [String(body.input ?? "")];
    const tokens = inputs.reduce((sum, text) => sum + countTokens(text), 0);
    const data = inputs.map((text, index) => ({ object: "embedding", index, embedding: embed(text) }));
    return Response.json({
      object: "list",
      data,
      model: body.model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  };
}
