import { z } from "zod";
import { compareRatio, multiplyRatio, parseDecimal, powerOfTen, type Ratio } from "#domain/core/decimal.ts";
import { text } from "#domain/core/text.ts";
import { instantInput } from "#domain/core/time-input.ts";
import { formatAmount, parseAmount } from "#domain/money/amount.ts";
import type { PriceBook } from "./price-book.ts";
import { compareRates } from "./price-change.ts";
import { providerPriceInput } from "./provider-price.ts";

/** A rate more than this many times the one in force, either way, lies outside the band. */
export const SANITY_BAND = 3;
/** Two sources may differ by this share of the larger rate before staff are told. */
const SOURCES_AGREE_WITHIN_PERCENT = 1n;

/** A list of prices by one source. Nothing of it is applied: each line becomes a proposal. */
export const priceListInput = z.strictObject({
  source: text(100).describe(
    "Where the list is from; a later list of the same source replaces its open proposals.",
  ),
  validFrom: instantInput.describe("When the prices shall begin, unless a line says so itself."),
  prices: z
    .array(z.record(z.string(), z.unknown()))
    .min(1)
    .max(2000)
    .describe("Provider prices in the shape of `POST /provider-prices`, `validFrom` optional."),
});

export type ImportedPrice = z.output<typeof providerPriceInput>;

export type ReadLine = { price: ImportedPrice } | { name: string; reason: string };

/** Reads a line of a list; one that is no price says why, the others go on. */
export function readPriceLine(line: Record<string, unknown>, validFrom: string): ReadLine {
  const name = [line.provider, line.model].map((part) => String(part ?? "?")).join(" / ");
  const read = providerPriceInput.safeParse({ validFrom, ...line });
  if (read.success) return { price: read.data };
  const [issue] = read.error.issues;
  return {
    name: name.slice(0, 300),
    reason: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unreadable"}`,
  };
}

type Book = Pick<PriceBook, "unit" | "parts"> & { currency: string };

/** How a proposed price stands to the one in force. */
export type Verdict = "unchanged" | "new" | "inside" | "outside";

/** The largest factor between two rates of the same part, one or more; null where a rate appears, goes, or was 0. */
function largestFactor(current: Book, proposed: Book): Ratio | null {
  let largest: Ratio = { n: 1n, d: 1n };
  for (const { old, new: now } of compareRates(current, proposed)) {
    if (old === now) continue;
    const [a, b] = [parseAmount(old ?? "0"), parseAmount(now ?? "0")];
    // A part that a book leaves out falls back to another rate, so there is nothing to hold it against.
    if (old === null || now === null) continue;
    if (a <= 0n || b <= 0n) return null;
    const factor = a > b ? { n: a, d: b } : { n: b, d: a };
    if (compareRatio(factor, largest) > 0) largest = factor;
  }
  return largest;
}

const shapeOf = (book: Partial<Pick<PriceBook, "tiers" | "windows" | "minimum">>) =>
  JSON.stringify([book.tiers ?? [], book.windows ?? [], book.minimum ?? null]);

/**
 * Judges a proposed price by the sanity band: `outside` where a rate moves by more than three times either way, goes to
 * or from nothing, or the currency changes. `factor` has two decimals.
 */
export function judgePrice(
  current: (PriceBook & { currency: string }) | null,
  proposed: PriceBook & { currency: string },
): { verdict: Verdict; factor: string | null } {
  if (!current) return { verdict: "new", factor: null };
  const same = compareRates(current, proposed).every((rate) => rate.old === rate.new);
  const currency = current.currency === proposed.currency;
  if (same && currency && shapeOf(current) === shapeOf(proposed))
    return { verdict: "unchanged", factor: null };
  const factor = largestFactor(current, proposed);
  if (!factor) return { verdict: "outside", factor: null };
  const hundredths = (factor.n * 100n + factor.d - 1n) / factor.d;
  const wide = compareRatio(factor, { n: BigInt(SANITY_BAND), d: 1n }) > 0;
  return {
    verdict: wide || !currency ? "outside" : "inside",
    factor: formatAmount(hundredths * powerOfTen(10)),
  };
}

/** Whether two sources name the same rates, within one per cent. */
export function sourcesAgree(a: Book, b: Book): boolean {
  if (a.currency !== b.currency) return false;
  return compareRates(a, b).every(({ old, new: now }) => {
    if (old === null || now === null) return true;
    const [x, y] = [parseAmount(old), parseAmount(now)];
    const [low, high] = x < y ? [x, y] : [y, x];
    return (high - low) * 100n <= high * SOURCES_AGREE_WITHIN_PERCENT;
  });
}

const LITELLM_PARTS = {
  input: "input_cost_per_token",
  cachedInput: "cache_read_input_token_cost",
  cacheWrite: "cache_creation_input_token_cost",
  cacheWrite1h: "cache_creation_input_token_cost_above_1hr",
  output: "output_cost_per_token",
  reasoning: "output_cost_per_reasoning_token",
};
const ABOVE = /_above_(\d+)k_tokens$/;

const perMillion = (rate: unknown): string | null => {
  if (typeof rate !== "number" && typeof rate !== "string") return null;
  const { n, d } = multiplyRatio(parseDecimal(rate), parseDecimal(1_000_000));
  return formatAmount((n * powerOfTen(12)) / d);
};

function litellmParts(entry: Record<string, unknown>, suffix: string): Record<string, string> {
  const parts: Record<string, string> = {};
  for (const [part, key] of Object.entries(LITELLM_PARTS)) {
    const rate = perMillion(entry[`${key}${suffix}`]);
    if (rate !== null) parts[part] = rate;
  }
  return parts;
}

/**
 * Turns LiteLLM's `model_prices_and_context_window.json` (USD for one token, an object by model name) into lines of
 * a price list. Lines that are not priced by token are left out.
 */
export function readLiteLlmList(list: Record<string, unknown>): Record<string, unknown>[] {
  return Object.entries(list).flatMap(([name, value]) => {
    const entry = value as Record<string, unknown> | null;
    const provider = entry?.litellm_provider;
    if (!entry || typeof provider !== "string" || name === "sample_spec") return [];
    const parts = litellmParts(entry, "");
    if (parts.input === undefined) return [];
    const sizes = new Set(Object.keys(entry).flatMap((key) => ABOVE.exec(key)?.[1] ?? []));
    const tiers = [...sizes]
      .map((size) => ({ above: Number(size) * 1000, parts: litellmParts(entry, `_above_${size}k_tokens`) }))
      .sort((a, b) => a.above - b.above);
    const model = name.startsWith(`${provider}/`) ? name.slice(provider.length + 1) : name;
    const base = { provider, model, serviceType: "token", currency: "USD", unit: "per_1m_tokens" };
    return [{ ...base, parts, ...(tiers.length > 0 ? { tiers } : {}) }];
  });
}

/** A file's content as lines of a price list: a list of prices, `{ prices }`, or LiteLLM's object by model. */
export function readPriceFile(content: unknown): Record<string, unknown>[] {
  if (Array.isArray(content)) return content as Record<string, unknown>[];
  if (typeof content !== "object" || content === null) return [];
  const { prices } = content as { prices?: unknown };
  if (Array.isArray(prices)) return prices as Record<string, unknown>[];
  return readLiteLlmList(content as Record<string, unknown>);
}
