import { describe, expect, it } from "vitest";
import { priceBookInput } from "#domain/billing/price-book.ts";
import { bookExtras, bookFromForm } from "./price-book-form.ts";

describe("the form of a price book", () => {
  it("puts rates, higher rates, hours and the rest apart", () => {
    const { book, rest } = bookFromForm({
      provider: "openai",
      unit: "per_1m_tokens",
      input: "5",
      output: "30",
      cachedInput: "",
      amount: "9",
      tiers: ["272000 input=10 output=45"],
      windows: ["mon-fri 01:00-04:00 UTC x0.5", "22:00-02:00 Europe/Berlin 0.9"],
    });
    expect(rest).toEqual({ provider: "openai" });
    const read = priceBookInput.parse(book);
    expect(read.parts).toEqual({ input: "5", output: "30" });
    expect(read.tiers).toEqual([{ above: 272000, parts: { input: "10", output: "45" } }]);
    expect(read.windows?.map((one) => [one.days, one.from, one.timezone, one.multiplier])).toEqual([
      ["mon-fri", "01:00", "UTC", "0.5"],
      [undefined, "22:00", "Europe/Berlin", "0.9"],
    ]);
    expect(bookExtras(read)[0]).toBe("Above 272,000: input 10, output 45");
  });

  it("keeps started minutes of voice, and nothing of tokens", () => {
    const { book } = bookFromForm({
      unit: "per_minute",
      amount: "0.02",
      input: "5",
      incrementSeconds: 60,
    });
    expect(priceBookInput.parse(book)).toEqual({
      unit: "per_minute",
      parts: { amount: "0.02" },
      minimum: { incrementSeconds: 60 },
    });
  });

  it("leaves a line that says nothing to be refused by the schema", () => {
    const { book } = bookFromForm({ unit: "per_unit", amount: "1", windows: ["sometimes"] });
    expect(priceBookInput.safeParse(book).success).toBe(false);
  });
});
