import { describe, expect, it } from "vitest";
import { judgePrice, readLiteLlmList, readPriceFile, readPriceLine, sourcesAgree } from "./price-import.ts";

const START = "2026-12-01T00:00:00.000Z";
const book = (input: string, output: string, given: object = {}) => ({
  unit: "per_1m_tokens" as const,
  currency: "USD",
  parts: { input, output },
  ...given,
});

describe("the sanity band", () => {
  it("knows new, unchanged, inside and outside", () => {
    const now = book("2.5", "10");
    expect(judgePrice(null, now)).toEqual({ verdict: "new", factor: null });
    expect(judgePrice(now, book("2.50", "10.0"))).toEqual({ verdict: "unchanged", factor: null });
    expect(judgePrice(now, book("2", "20"))).toEqual({ verdict: "inside", factor: "2" });
    expect(judgePrice(now, book("7.5", "10")).verdict).toBe("inside");
    expect(judgePrice(now, book("7.500001", "10"))).toEqual({ verdict: "outside", factor: "3.01" });
    expect(judgePrice(now, book("0.8", "10")).verdict).toBe("outside");
  });

  it("holds a price by the thousand against one by the million", () => {
    const thousand = {
      unit: "per_1k_tokens" as const,
      currency: "USD",
      parts: { input: "0.0025", output: "0.01" },
    };
    expect(judgePrice(thousand, book("2.5", "10")).verdict).toBe("unchanged");
    // The classic slip of a price list: a price for a million written as one for a thousand.
    expect(
      judgePrice(book("2.5", "10"), { ...thousand, parts: { input: "2.5", output: "10" } }),
    ).toMatchObject({
      verdict: "outside",
      factor: "1000",
    });
  });

  it("never takes nothing, another currency or other tiers for the same", () => {
    const now = book("2.5", "10");
    expect(judgePrice(now, book("0", "10"))).toEqual({ verdict: "outside", factor: null });
    expect(judgePrice(now, { ...now, currency: "EUR" }).verdict).toBe("outside");
    expect(judgePrice(now, { ...now, tiers: [{ above: 1000, parts: { input: "5" } }] }).verdict).toBe(
      "inside",
    );
  });

  it("lets two sources differ by a hundredth", () => {
    expect(sourcesAgree(book("2.5", "10"), book("2.52", "10"))).toBe(true);
    expect(sourcesAgree(book("2.5", "10"), book("2.53", "10"))).toBe(false);
    expect(sourcesAgree(book("1.5", "7.5"), book("3", "15"))).toBe(false);
  });
});

describe("a price list", () => {
  it("reads the community's list by model, exactly and with its long contexts", () => {
    const list = {
      sample_spec: { litellm_provider: "one of many", input_cost_per_token: 0 },
      "gpt-x": {
        litellm_provider: "openai",
        input_cost_per_token: 2.5e-6,
        output_cost_per_token: 1e-5,
        cache_read_input_token_cost: 2.5e-7,
      },
      "groq/llama-x": {
        litellm_provider: "groq",
        input_cost_per_token: 5.9e-7,
        output_cost_per_token: 7.9e-7,
      },
      "gemini-x": {
        litellm_provider: "gemini",
        input_cost_per_token: 1.25e-6,
        input_cost_per_token_above_200k_tokens: 2.5e-6,
        output_cost_per_token: 1e-5,
        output_cost_per_token_above_200k_tokens: 1.5e-5,
      },
      "dall-e-x": { litellm_provider: "openai", output_cost_per_image: 0.04 },
    };
    const lines = readPriceFile(list);
    expect(lines).toEqual(readLiteLlmList(list));
    expect(lines.map((line) => [line.provider, line.model])).toEqual([
      ["openai", "gpt-x"],
      ["groq", "llama-x"],
      ["gemini", "gemini-x"],
    ]);
    const read = lines.map((line) => readPriceLine(line, START));
    expect(read[0]).toMatchObject({
      price: { validFrom: START, parts: { input: "2.5", cachedInput: "0.25", output: "10" } },
    });
    expect(read[1]).toMatchObject({ price: { parts: { input: "0.59", output: "0.79" } } });
    expect(read[2]).toMatchObject({
      price: { tiers: [{ above: 200_000, parts: { input: "2.5", output: "15" } }] },
    });
  });

  it("says of a line that is no price which field is wrong, and goes on", () => {
    const wrong = readPriceLine(
      {
        provider: "openai",
        model: "m",
        serviceType: "token",
        currency: "USD",
        unit: "per_1k_tokens",
        parts: { input: "-1" },
      },
      START,
    );
    expect(wrong).toMatchObject({ name: "openai / m" });
    expect("reason" in wrong && wrong.reason.startsWith("parts")).toBe(true);
    expect(readPriceFile("what")).toEqual([]);
  });
});
