import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normaliseUsage, USAGE_NORMALISERS } from "./normalise-usage.ts";
import { type Quantities, recordedQuantities, TOKEN_PARTS } from "./quantities.ts";
import { countSegments, measureSms } from "./sms-segments.ts";

const n = fc.integer({ min: 0, max: 2_000_000 });

type Shape = { usage: Record<string, unknown>; total: number };

const chat = fc.tuple(n, n, n, n).map(
  ([fresh, cached, said, thought]): Shape => ({
    usage: {
      prompt_tokens: fresh + cached,
      completion_tokens: said + thought,
      total_tokens: fresh + cached + said + thought,
      prompt_tokens_details: { cached_tokens: cached },
      completion_tokens_details: { reasoning_tokens: thought },
    },
    total: fresh + cached + said + thought,
  }),
);

const responses = fc.tuple(n, n, n, n).map(
  ([fresh, cached, said, thought]): Shape => ({
    usage: {
      input_tokens: fresh + cached,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: said + thought,
      output_tokens_details: { reasoning_tokens: thought },
    },
    total: fresh + cached + said + thought,
  }),
);

/** Thought counted beside the answer, as some compatible servers do: only their total has it. */
const beside = fc
  .tuple(
    n,
    n,
    n.filter((tokens) => tokens > 0),
  )
  .map(
    ([prompt, said, thought]): Shape => ({
      usage: {
        prompt_tokens: prompt,
        completion_tokens: said,
        total_tokens: prompt + said + thought,
        completion_tokens_details: { reasoning_tokens: thought },
      },
      total: prompt + said + thought,
    }),
  );

const embedded = n.map(
  (input): Shape => ({ usage: { prompt_tokens: input, total_tokens: input }, total: input }),
);

const SHAPES: Record<string, fc.Arbitrary<Shape>> = {
  groq: chat.map(({ usage, total }) => ({ usage: { ...usage, queue_time: 0.04, total_time: 2.2 }, total })),
  together: fc.oneof(chat, embedded),
  mistral: fc.oneof(
    embedded,
    fc.tuple(n, n, n).map(([fresh, cached, said]) => ({
      usage: {
        prompt_tokens: fresh + cached,
        num_cached_tokens: cached,
        completion_tokens: said,
        total_tokens: fresh + cached + said,
      },
      total: fresh + cached + said,
    })),
  ),
  "openai-compatible": fc.oneof(chat, responses, beside),
  openai: fc.oneof(chat, responses, embedded),
  anthropic: fc.tuple(n, n, n, n, n).map(([input, output, read, five, hour]) => ({
    usage: {
      input_tokens: input,
      output_tokens: output,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: five + hour,
      cache_creation: { ephemeral_5m_input_tokens: five, ephemeral_1h_input_tokens: hour },
    },
    total: input + output + read + five + hour,
  })),
  google: fc.tuple(n, n, n, n).map(([fresh, cached, said, thought]) => ({
    usage: {
      promptTokenCount: fresh + cached,
      cachedContentTokenCount: cached,
      candidatesTokenCount: said,
      thoughtsTokenCount: thought,
      totalTokenCount: fresh + cached + said + thought,
    },
    total: fresh + cached + said + thought,
  })),
  deepseek: fc.tuple(n, n, n).map(([hit, miss, said]) => ({
    usage: {
      prompt_tokens: hit + miss,
      prompt_cache_hit_tokens: hit,
      prompt_cache_miss_tokens: miss,
      completion_tokens: said,
      total_tokens: hit + miss + said,
    },
    total: hit + miss + said,
  })),
  cohere: fc.tuple(n, n).map(([input, output]) => ({
    usage: {
      billed_units: { input_tokens: input, output_tokens: output },
      tokens: { input_tokens: input + 495 },
    },
    total: input + output,
  })),
  ollama: fc.tuple(n, n).map(([input, output]) => ({
    usage: { prompt_eval_count: input, eval_count: output },
    total: input + output,
  })),
  offline: fc.tuple(n, n).map(([input, output]) => ({
    usage: { inputTokens: input, outputTokens: output },
    total: input + output,
  })),
};

function partSum(q: Quantities): number {
  return TOKEN_PARTS.reduce((sum, part) => sum + (q[part] ?? 0), 0);
}

describe("usage normalisers", () => {
  for (const provider of Object.keys(USAGE_NORMALISERS)) {
    it(`makes the parts of ${provider} add up to the provider's total`, () => {
      fc.assert(
        fc.property(SHAPES[provider] ?? chat, ({ usage, total }) => {
          const read = normaliseUsage(provider, usage);
          return read?.total === total && partSum(read.quantities) === total;
        }),
      );
    });
  }

  it("are there for every provider that the product names", () => {
    const named =
      "anthropic cohere deepseek google groq huggingface localai mistral offline ollama openai openai-compatible together";
    expect(Object.keys(USAGE_NORMALISERS).sort()).toEqual(named.split(" "));
  });

  for (const [provider, { cached }] of Object.entries(USAGE_NORMALISERS)) {
    it(`keeps ${provider}'s word that cached tokens are ${cached}`, () => {
      fc.assert(
        fc.property(SHAPES[provider] ?? chat, ({ usage }) => {
          const q = normaliseUsage(provider, usage)?.quantities ?? {};
          const stated = Number(usage.prompt_tokens ?? usage.input_tokens ?? usage.promptTokenCount ?? 0);
          if (cached === "none") return q.cachedInput === undefined;
          if (cached === "outside") return (q.input ?? 0) === stated;
          return (q.input ?? 0) + (q.cachedInput ?? 0) === stated;
        }),
      );
    });
  }

  it("charges thought that a compatible server counts beside its answer", () => {
    const usage = {
      prompt_tokens: 300,
      completion_tokens: 20,
      total_tokens: 520,
      prompt_tokens_details: { cached_tokens: 299 },
      completion_tokens_details: { reasoning_tokens: 200 },
    };
    expect(normaliseUsage("openai-compatible", usage)).toEqual({
      quantities: { input: 1, cachedInput: 299, output: 20, reasoning: 200 },
      total: 520,
    });
  });

  it("reads speech that is billed by its length", () => {
    expect(normaliseUsage("openai", { type: "duration", seconds: 37 })).toEqual({
      quantities: { seconds: 37 },
      total: 37,
    });
  });

  it("counts OpenAI's cached tokens inside and Anthropic's outside the input", () => {
    const openai = normaliseUsage("openai", {
      prompt_tokens: 100,
      completion_tokens: 10,
      prompt_tokens_details: { cached_tokens: 60 },
    });
    const anthropic = normaliseUsage("anthropic", {
      input_tokens: 40,
      output_tokens: 10,
      cache_read_input_tokens: 60,
    });
    expect(openai?.quantities).toEqual({ input: 40, cachedInput: 60, output: 10 });
    expect(anthropic?.quantities).toEqual({ input: 40, cachedInput: 60, output: 10 });
    expect(recordedQuantities("token", openai?.quantities ?? {})).toEqual({
      input: 100,
      cached: 60,
      output: 10,
      total: 110,
    });
  });

  it("prices the remainder of a cache write whose split is smaller than its total", () => {
    const read = normaliseUsage("anthropic", {
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens: 100,
      cache_creation: { ephemeral_1h_input_tokens: 30 },
    });
    expect(read?.quantities).toMatchObject({ cacheWrite: 70, cacheWrite1h: 30 });
  });

  it("reads what Cohere bills, not the preamble it counts", () => {
    const usage = {
      billed_units: { input_tokens: 12, output_tokens: 7 },
      tokens: { input_tokens: 507, output_tokens: 10 },
    };
    expect(normaliseUsage("cohere", usage)?.quantities).toEqual({ input: 12, output: 7 });
    expect(normaliseUsage("cohere", { meta: { billed_units: { search_units: 2 } } })?.quantities).toEqual({
      units: 2,
    });
  });

  it("reads an unlisted provider by the shape of its usage, and gives up on what has none", () => {
    expect(normaliseUsage("acme", { prompt_tokens: 3, completion_tokens: 4 })?.total).toBe(7);
    for (const bad of [null, 1, "x", [], {}, { prompt_tokens: "12" }])
      expect(normaliseUsage("acme", bad)).toBeNull();
    expect(normaliseUsage("__proto__", {})).toBeNull();
  });

  it("never makes a negative part out of odd figures", () => {
    const odd = normaliseUsage("openai", {
      prompt_tokens: 5,
      completion_tokens: -3,
      prompt_tokens_details: { cached_tokens: 9 },
    });
    expect(odd?.quantities).toEqual({ input: 0, cachedInput: 5, output: 0 });
  });
});

describe("text-message segments", () => {
  it("cuts GSM-7 at 160 and 153, UCS-2 at 70 and 67", () => {
    expect([0, 1, 160, 161, 306, 307].map((c) => countSegments(c, "GSM-7"))).toEqual([0, 1, 1, 2, 2, 3]);
    expect([0, 1, 70, 71, 134, 135].map((c) => countSegments(c, "UCS-2"))).toEqual([0, 1, 1, 2, 2, 3]);
  });

  it("measures texts in their cheapest encoding", () => {
    expect(measureSms("a".repeat(160))).toEqual({ encoding: "GSM-7", characters: 160, segments: 1 });
    expect(measureSms("€".repeat(80))).toEqual({ encoding: "GSM-7", characters: 160, segments: 1 });
    expect(measureSms(`${"a".repeat(152)}€${"b".repeat(10)}`)).toMatchObject({
      characters: 164,
      segments: 2,
    });
    expect(measureSms("ж".repeat(71))).toEqual({ encoding: "UCS-2", characters: 71, segments: 2 });
    expect(measureSms("👍".repeat(35))).toEqual({ encoding: "UCS-2", characters: 70, segments: 1 });
    expect(measureSms("👍".repeat(67)).segments).toBe(3);
  });
});
