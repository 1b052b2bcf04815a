import { AppError } from "#domain/core/app-error.ts";
import { guardedFetch, readLimited } from "#server/runtime/net/guarded-fetch.ts";

export type Json = Record<string, unknown>;

export type GatewayCall = {
  provider: string;
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers: Record<string, string>;
  /** An object goes as JSON, a text as it is. */
  body?: Json | string;
};

export type GatewayAnswer = { status: number; ok: boolean; json: Json };

const MAX_ANSWER = 2 * 1024 * 1024;

/**
 * Calls a provider. Throws `unavailable` for a network failure, 429 and 5xx (try again with the same ids),
 * `precondition` when the keys are refused; every other answer comes back.
 */
export async function callGateway(call: GatewayCall): Promise<GatewayAnswer> {
  const { provider, method, url, headers, body } = call;
  const text = typeof body === "object" ? JSON.stringify(body) : (body ?? null);
  const type: Record<string, string> = typeof body === "object" ? { "content-type": "application/json" } : {};
  const unavailable = (reason: string) =>
    new AppError("unavailable", "payments.gateway_unavailable", `${provider} did not answer: ${reason}`);
  const answer = await guardedFetch(url, { method, headers: { ...type, ...headers }, body: text }).catch(
    (error: unknown) => {
      if (error instanceof AppError) throw error;
      throw unavailable(error instanceof Error ? error.message : String(error));
    },
  );
  const raw = (await readLimited(answer, MAX_ANSWER)).toString("utf8");
  if (answer.status === 429 || answer.status >= 500) throw unavailable(`status ${answer.status}`);
  if (answer.status === 401 || answer.status === 403) {
    throw new AppError("precondition", "payments.gateway_refused", `${provider} does not accept the keys.`);
  }
  const json = raw === "" ? {} : parse(raw);
  if (!json) throw unavailable("the answer is no JSON");
  return { status: answer.status, ok: answer.ok, json };
}

function parse(raw: string): Json | null {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}

/** The answer's body, or `precondition` with the provider's own words. */
export function accepted(provider: string, answer: GatewayAnswer): Json {
  if (answer.ok) return answer.json;
  const reason = JSON.stringify(answer.json).slice(0, 500);
  throw new AppError(
    "precondition",
    "payments.gateway_refused",
    `${provider} refused (${answer.status}): ${reason}`,
  );
}

/** A field that is an object, or an empty one. */
export function objectAt(value: Json | undefined, name: string): Json {
  const inner = value?.[name];
  return typeof inner === "object" && inner !== null ? (inner as Json) : {};
}

/** The objects of a list, or none. */
export function listAt(value: Json, name: string): Json[] {
  return Array.isArray(value[name]) ? (value[name] as Json[]) : [];
}

/** A field that is a text with something in it, else null. */
export function textAt(value: Json, name: string): string | null {
  const inner = value[name];
  return typeof inner === "string" && inner !== "" ? inner : null;
}
