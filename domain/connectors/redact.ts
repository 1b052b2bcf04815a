import type { Json } from "#domain/core/json.ts";

const SECRET_NAME =
  /authori[sz]ation|token|secret|password|api[-_]?key|consumer[-_]?key|cookie|credential|signature/i;
const MAX_TEXT = 4000;

function redactText(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, "•••");
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean;
}

/** A copy of a request or an answer for the log: secret fields and every occurrence of a secret are blacked out. */
export function redact(value: Json, secrets: readonly string[], name = ""): Json {
  if (SECRET_NAME.test(name) && value !== null) return "•••";
  if (typeof value === "string") return redactText(value, secrets);
  if (Array.isArray(value)) return value.slice(0, 200).map((part) => redact(part, secrets));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redact(part, secrets, key)]));
  }
  return value;
}

/** An address with secrets in its query blacked out. */
export function redactUrl(url: string, secrets: readonly string[]): string {
  const parsed = URL.parse(url);
  if (!parsed) return redactText(url, secrets);
  for (const key of [...parsed.searchParams.keys()]) {
    if (SECRET_NAME.test(key)) return redactText(url.replace(/\?.*$/, "?•••"), secrets);
  }
  return redactText(url, secrets);
}
