import type { PricingRule } from "./pricing-rule.ts";
import type { ProviderPrice } from "./provider-price.ts";
import { SERVICE_WORDS } from "./service-words.ts";

const WHOSE = {
  platform: "the platform's rule",
  plan: "the plan's rule",
  tenant: "this workspace's own rule",
};

/** The rates of a price whose own name is no word; the only rate of a price needs none. */
const RATES: Record<string, string> = {
  amount: "",
  carrierFee: "carrier fee ",
  cachedInput: "cached input ",
  cacheWrite: "written to the cache ",
  cacheWrite1h: "written to the cache for an hour ",
};

/** Small in the middle of a sentence, but for what is written in capitals. */
const inSentence = (words: string) => (/^[A-Z]{2}/.test(words) ? words : words.toLowerCase());

/**
 * A rule as a person reads it: "Markup 66%, by the plan's rule for openai gpt-4". No rule: sold at cost. Without
 * `costs` it keeps the markup to itself, because with the price it tells the cost.
 */
export function ruleWords(rule: PricingRule | null, { costs = true } = {}): string {
  if (!rule) return costs ? "No rule, sold at cost" : "No rule of its own";
  const subject = [rule.provider, rule.model].filter((part) => part !== null).join(" ");
  const about = subject || (rule.serviceType ? inSentence(SERVICE_WORDS[rule.serviceType]) : "");
  const markup = costs ? `Markup ${rule.markupPercent}%` : "Priced";
  const terms = rule.markupPercent === null ? "Fixed price" : markup;
  const side = rule.trial ? `, side ${rule.trial.side} of the trial “${rule.trial.name}”` : "";
  return `${terms}${terms === "Priced" ? "" : ","} by ${WHOSE[rule.scope]}${about ? ` for ${about}` : ""}${side}`;
}

/** A provider's price as a person reads it: its rates and the day it began. */
export function rateWords(price: ProviderPrice | null): string {
  if (!price) return "No provider price in force";
  const rates = Object.entries(price.parts).map(([part, rate]) => `${RATES[part] ?? `${part} `}${rate}`);
  const unit = price.unit.replaceAll("_", " ");
  return `${price.provider}: ${rates.join(", ")} ${price.currency} ${unit}, from ${price.validFrom.slice(0, 10)}`;
}
