import { describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { listProviderPrices } from "../provider-prices.ts";
import { seedProviderPrices, shippedPrices } from "./seed-prices.ts";

useTestDatabase();

describe("the shipped price list", () => {
  it("is valid, has gpt-4 of the demo, and is seeded once", async () => {
    const prices = shippedPrices();
    expect(prices.length).toBeGreaterThan(95);
    expect(await seedProviderPrices()).toBe(prices.length);
    expect(await seedProviderPrices()).toBe(0);
    const { data } = await listProviderPrices({ limit: 10, provider: "openai", model: "gpt-4" });
    expect(data.map((price) => price.parts)).toEqual([{ input: "0.03", output: "0.06" }]);
  });
});
