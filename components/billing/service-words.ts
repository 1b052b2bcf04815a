import { SERVICE_WORDS } from "#domain/billing/service-words.ts";

const services: Record<string, string> = SERVICE_WORDS;

/** What kind of use it is, as a person says it: "AI tokens". */
export function serviceWords(type: string): string {
  return services[type] ?? sentence(type);
}

const units: Record<string, string> = {
  per_1k_tokens: "per 1,000 tokens",
  per_1m_tokens: "per 1,000,000 tokens",
};

/** What a price is for: "per 1,000 tokens", "per minute". */
export function unitWords(unit: string): string {
  return units[unit] ?? unit.replaceAll("_", " ");
}

const rates: Record<string, string> = {
  input: "in",
  output: "out",
  cachedInput: "in, from the cache",
  cacheWrite: "written to the cache",
  cacheWrite1h: "written to the cache for an hour",
  reasoning: "reasoning",
  amount: "",
  carrierFee: "carrier fee",
};

/** Which rate of a price it is: "in", "out"; nothing for the only one. */
export function rateWords(part: string): string {
  return rates[part] ?? part;
}

const counted: Record<string, readonly [one: string, many: string]> = {
  sms: ["segment", "segments"],
  email: ["e-mail", "e-mails"],
  message: ["message", "messages"],
  api_call: ["call", "calls"],
};

/** How much of it was used, with its unit: "73 segments", "1,500 s"; exact. */
export function quantityWords(type: string, quantity: string | number): string {
  const [whole = "0", fraction] = String(quantity).split(".");
  const exact = `${Number(whole).toLocaleString("en-US")}${fraction ? `.${fraction}` : ""}`;
  if (type === "voice") return `${exact} s`;
  const [one, many] = counted[type] ?? ["", ""];
  return `${exact} ${exact === "1" ? one : many}`.trim();
}

/** Who entered it: a person's name, or the product where nobody did. */
export function whoWords(by: string): string {
  return by === "seed" || by === "system" ? "Aurora" : by;
}

/** A change in percent with its sign: "+33.33%". */
export function changeWords(percent: string | null): string {
  if (percent === null) return "";
  return `${percent.startsWith("-") ? "−" : "+"}${percent.replace("-", "")}%`;
}

/** A word of the database as the beginning of a sentence. */
export function sentence(word: string): string {
  const words = word.replaceAll("_", " ");
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
