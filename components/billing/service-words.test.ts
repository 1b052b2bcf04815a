import { describe, expect, it } from "vitest";
import { cardWords } from "./card-words.ts";
import { changeWords, quantityWords, rateWords, serviceWords, unitWords, whoWords } from "./service-words.ts";

describe("what bills are about, in words", () => {
  it("names services, units and rates; what it does not know it humanises", () => {
    expect(serviceWords("api_call")).toBe("API calls");
    expect(serviceWords("new_kind")).toBe("New kind");
    expect(unitWords("per_1m_tokens")).toBe("per 1,000,000 tokens");
    expect(unitWords("per_minute")).toBe("per minute");
    expect([rateWords("amount"), rateWords("cacheWrite")]).toEqual(["", "written to the cache"]);
  });

  it("counts with the unit and drops no digit", () => {
    expect(quantityWords("sms", "1")).toBe("1 segment");
    expect(quantityWords("sms", 1878)).toBe("1,878 segments");
    expect(quantityWords("voice", "1500.25")).toBe("1,500.25 s");
    expect(quantityWords("bandwidth", "55814671")).toBe("55,814,671");
  });

  it("signs a change, and says who made it", () => {
    expect([changeWords("33.33"), changeWords("-5"), changeWords(null)]).toEqual(["+33.33%", "−5%", ""]);
    expect([whoWords("seed"), whoWords("Sam Staff")]).toEqual(["Aurora", "Sam Staff"]);
  });

  it("calls a means of payment what its owner calls it", () => {
    expect(cardWords("visa ••••4242")).toBe("Visa •••• 4242");
    expect(cardWords("visa •••• 4242")).toBe("Visa •••• 4242");
    expect(cardWords("bank_transfer")).toBe("Bank transfer");
    expect(cardWords("odd_brand")).toBe("Odd brand");
    expect(cardWords(null)).toBeNull();
  });
});
