import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAmount, percentOf, sumAmounts } from "#domain/money/amount.ts";
import { formatMinor, minorDecimals } from "#domain/money/currency.ts";
import { computeInvoice, type LineInput, TAX_MODES } from "./invoice.ts";

const line = (key: string, exact: string, taxRatePercent = "19"): LineInput => ({
  key,
  exact: parseAmount(exact),
  taxRatePercent,
});

const anyLines = fc.array(
  fc.record({
    exact: fc.bigInt({ min: 0n, max: 10n ** 18n }),
    taxRatePercent: fc.constantFrom("0", "7", "8.25", "19", "21.3"),
  }),
  { minLength: 1, maxLength: 20 },
);

describe("an invoice's figures", () => {
  it("take contained tax out of the prices: 119.00 at 19 % holds 19.00", () => {
    const figures = computeInvoice([line("a", "119")], { currency: "EUR", taxMode: "inclusive" });
    expect([figures.subtotal, figures.tax, figures.total].map((a) => formatMinor(a, "EUR"))).toEqual([
      "119.00",
      "19.00",
      "119.00",
    ]);
  });

  it("charge no tax where the receiver owes it", () => {
    const figures = computeInvoice([line("a", "100")], { currency: "EUR", taxMode: "reverse_charge" });
    expect([figures.tax, figures.total]).toEqual([0n, parseAmount("100")]);
  });

  it("take the discount before the tax, per rate rounded once", () => {
    const lines = [line("a", "10.05", "7"), line("b", "20.05"), line("c", "30.05")];
    const figures = computeInvoice(lines, { currency: "EUR", discountPercent: "10" });
    // 60.15 less 6.015, half-up 6.02; of three equal rests the first two get the coins.
    expect(figures.lines.map((one) => formatMinor(one.discount, "EUR"))).toEqual(["1.01", "2.01", "3.00"]);
    expect(figures.taxes.map((rate) => `${rate.ratePercent} ${formatMinor(rate.tax, "EUR")}`)).toEqual([
      "7 0.63",
      "19 8.57",
    ]);
    expect(formatMinor(figures.total, "EUR")).toBe("63.33");
  });

  it("add up whatever the lines, rates, discount, currency and kind of tax are", () => {
    fc.assert(
      fc.property(
        anyLines,
        fc.constantFrom("USD", "JPY", "KWD"),
        fc.constantFrom(...TAX_MODES),
        fc.integer({ min: 0, max: 10_000 }),
        (given, currency, taxMode, hundredths) => {
          const discountPercent = String(hundredths / 100);
          const inputs = given.map((one, i) => ({ ...one, key: `k${String(i).padStart(3, "0")}` }));
          const figures = computeInvoice(inputs, { currency, discountPercent, taxMode });
          const unit = 10n ** BigInt(12 - minorDecimals(currency));
          const net = figures.subtotal - figures.discount;
          const whole = [figures.subtotal, figures.discount, figures.tax, figures.total];
          const nearest = figures.taxes.every(({ ratePercent, base, tax }) => {
            if (taxMode === "reverse_charge") return tax === 0n;
            // The rounded tax is at most half a coin off: of the base, or of what the base holds.
            const off =
              taxMode === "exclusive"
                ? percentOf(base, ratePercent) - tax
                : percentOf(base - tax, ratePercent) - tax;
            return off * 2n <= unit * 2n && off * 2n >= -unit * 2n;
          });
          return (
            sumAmounts(figures.lines.map((one) => one.amount)) === figures.subtotal &&
            sumAmounts(figures.lines.map((one) => one.discount)) === figures.discount &&
            sumAmounts(figures.taxes.map((rate) => rate.base)) === net &&
            sumAmounts(figures.taxes.map((rate) => rate.tax)) === figures.tax &&
            figures.total === net + (taxMode === "exclusive" ? figures.tax : 0n) &&
            whole.every((amount) => amount % unit === 0n) &&
            nearest
          );
        },
      ),
    );
  });
});
