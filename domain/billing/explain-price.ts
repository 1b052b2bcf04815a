import { formatAmount } from "#domain/money/amount.ts";
import type { Charge } from "./charge-book.ts";
import type { PricedFact, PricedUsage } from "./price-usage.ts";
import type { PricingRule } from "./pricing-rule.ts";

function nameRule(rule: PricingRule): string {
  const narrowing = [rule.serviceType, rule.provider, rule.model].filter((part) => part !== null).join(" / ");
  const span = rule.validFrom === null ? "" : ` from ${rule.validFrom}`;
  const { trial } = rule;
  const side = trial
    ? `, side ${trial.side} of the trial “${trial.name}”, ${trial.percent} % of the tenants`
    : "";
  return `${rule.scope} rule ${rule.id} (${narrowing || "any service"}${span}${side})`;
}

function terms(charge: Charge): string {
  return charge.parts.map((part) => `${part.quantity} ${part.part} at ${part.rate}`).join(" + ");
}

function conditions(charge: Charge): string {
  const notes: string[] = [];
  if (charge.tierAbove !== null)
    notes.push(`more than ${charge.tierAbove} prompt tokens: the whole call takes that tier`);
  if (charge.window) {
    const { days, from, to, timezone, multiplier } = charge.window;
    notes.push(`${days ? `${days} ` : ""}${from}–${to} ${timezone}: rates × ${multiplier}`);
  }
  return notes.length > 0 ? ` (${notes.join("; ")})` : "";
}

function costSentence(fact: PricedFact, priced: PricedUsage): string {
  if (fact.status === "unsettled")
    return `Nobody knows how the call ended: the reserved estimate ${formatAmount(priced.providerCost)} stands as its cost.`;
  if (fact.ownKey)
    return "The tenant's own provider key paid the provider, so the call costs the platform 0.";
  const { price, costCharge } = priced;
  if (!price || !costCharge)
    return `No price of ${fact.provider} / ${fact.model} is in force at that time, so the call is unpriced.`;
  const unit = price.unit.replaceAll("_", " ");
  const { exchange } = priced;
  const oneToOne = fact.currency && !exchange && fact.currency !== price.currency;
  const rate = exchange
    ? ` × ${exchange.rate}, the rate of ${exchange.base} to ${exchange.quote} from ${exchange.month.slice(0, 7)} on`
    : oneToOne
      ? `, counted one to one as ${fact.currency} because no exchange rate was entered for the month`
      : "";
  return `Cost ${formatAmount(priced.providerCost)} ${exchange?.quote ?? price.currency} = ${terms(costCharge)} ${unit}${conditions(costCharge)}${rate}, price version ${price.id} from ${price.validFrom}.`;
}

function saleSentence(fact: PricedFact, priced: PricedUsage, costs: boolean): string {
  if (fact.status === "failed") return "A failed call costs the tenant nothing: price 0.";
  if (fact.status === "unsettled") return "What cannot be proven is not billed: price 0.";
  const { rule, saleCharge } = priced;
  if (!rule)
    return fact.ownKey
      ? "No rule sets a fee: price 0."
      : `No pricing rule matches${costs ? ": sold at cost" : ", price"} ${formatAmount(priced.clientPrice)}.`;
  if (saleCharge) {
    const unit = rule.fixedPrice?.unit.replaceAll("_", " ") ?? "";
    return `Price ${formatAmount(priced.clientPrice)} = ${terms(saleCharge)} ${unit}${conditions(saleCharge)}, fixed by ${nameRule(rule)}.`;
  }
  if (!costs) return `Price ${formatAmount(priced.clientPrice)} by ${nameRule(rule)}.`;
  return `Price ${formatAmount(priced.clientPrice)} = cost + ${rule.markupPercent} % markup by ${nameRule(rule)}.`;
}

/**
 * "Why this price", in plain sentences: rates, tier, hours, the rule that won and which rules it outranked. Without
 * `costs` it says nothing of what the platform pays.
 */
export function explainPrice(fact: PricedFact, priced: PricedUsage, { costs = true } = {}): string {
  const sentences = [...(costs ? [costSentence(fact, priced)] : []), saleSentence(fact, priced, costs)];
  if (priced.rule && priced.outranked.length > 0) {
    sentences.push(
      `It outranks ${priced.outranked.map(nameRule).join(", ")}: tenant before plan before platform, then model before provider before type, then the latest start.`,
    );
  }
  return sentences.join(" ");
}
