import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { minorDecimals, roundToMinor } from "#domain/money/currency.ts";
import { cycleDay, cyclePeriod, daysBetween, periodsBeginningIn } from "./billing-cycle.ts";
import { type OverageRate, overageCost, overageInput, overageShare } from "./overage.ts";
import { shiftDay } from "./period.ts";
import { feeParts, type PlanStretch } from "./proration.ts";

const aDay = fc.integer({ min: 0, max: 20_000 }).map((days) => shiftDay("2000-01-01", days));
const january = { firstDay: "2025-01-01", endDay: "2025-02-01" };

describe("a billing cycle", () => {
  it("anchored on the 31st clamps and returns, also over a leap day", () => {
    const days = [0, 1, 2, 3, 12, 13].map((i) => cycleDay({ anchorDay: "2025-01-31", months: 1 }, i));
    expect(days).toEqual([
      "2025-01-31",
      "2025-02-28",
      "2025-03-31",
      "2025-04-30",
      "2026-01-31",
      "2026-02-28",
    ]);
    expect(cycleDay({ anchorDay: "2024-02-29", months: 12 }, 1)).toBe("2025-02-28");
    expect(cycleDay({ anchorDay: "2024-02-29", months: 12 }, 4)).toBe("2028-02-29");
  });

  it("has exactly one period for every day, and one beginning in every calendar month", () => {
    fc.assert(
      fc.property(aDay, aDay, fc.constantFrom(1, 2, 3, 6, 12), (anchorDay, day, months) => {
        const cycle = { anchorDay, months };
        const { index, firstDay, endDay } = cyclePeriod(cycle, day);
        expect(firstDay <= day && day < endDay).toBe(true);
        expect(endDay).toBe(cycleDay(cycle, index + 1));
        const month = {
          firstDay: `${day.slice(0, 7)}-01`,
          endDay: cycleDay({ anchorDay: `${day.slice(0, 7)}-01`, months: 1 }, 1),
        };
        expect(periodsBeginningIn({ anchorDay, months: 1 }, month)).toHaveLength(1);
      }),
    );
  });
});

describe("proration by days", () => {
  const stretch = (planId: string, fee: string, firstDay: string, endDay: string | null): PlanStretch => ({
    id: `${planId} ${firstDay}`,
    planId,
    fee: parseAmount(fee),
    firstDay,
    endDay,
  });

  it("gives the day of change to the new plan and multiplies before it divides", () => {
    const parts = feeParts(
      [stretch("basic", "49", "2024-06-01", "2025-01-16"), stretch("pro", "299", "2025-01-16", null)],
      january,
      "USD",
    );
    expect(parts.map((part) => [part.firstDay, part.endDay, part.days, formatAmount(part.amount)])).toEqual([
      ["2025-01-01", "2025-01-16", 15, "23.71"],
      ["2025-01-16", "2025-02-01", 16, "154.32"],
    ]);
    expect(feeParts([stretch("pro", "299", "2025-01-05", "2025-01-05")], january, "USD")).toEqual([]);
  });

  it("splits one fee into parts that add up to it, to the last coin, in every currency", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("USD", "JPY", "KWD"),
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.array(fc.integer({ min: 0, max: 31 }), { maxLength: 6 }),
        (currency, coins, cuts) => {
          const fee = parseAmount(coins) / 10n ** BigInt(minorDecimals(currency));
          const days = [0, ...cuts.sort((a, b) => a - b), 31].map((offset) => shiftDay("2025-01-01", offset));
          const stretches = days
            .slice(1)
            .map((end, i) => ({ id: String(i), planId: "p", fee, firstDay: days[i] ?? "", endDay: end }));
          const parts = feeParts(stretches, january, currency);
          expect(sumAmounts(parts.map((part) => part.amount))).toBe(fee);
          expect(parts.reduce((sum, part) => sum + part.days, 0)).toBe(31);
          for (const part of parts) {
            expect(part.amount >= 0n && roundToMinor(part.amount, currency) === part.amount).toBe(true);
            expect(part.days).toBe(daysBetween(part.firstDay, part.endDay));
          }
        },
      ),
    );
  });
});

describe("use beyond the allowance", () => {
  const flat: OverageRate = { model: "flat", per: 1000, price: "0.05" };
  const tiers = [
    { upTo: 100, price: "0.10" },
    { upTo: 1000, price: "0.05", flatFee: "1" },
    { upTo: null, price: "0.01" },
  ];
  const models: OverageRate[] = [
    flat,
    { model: "graduated", per: 1, tiers },
    { model: "volume", per: 1, tiers },
    { model: "package", per: 100, price: "2.5" },
  ];
  const cost = (rate: OverageRate, units: number) => formatAmount(overageCost(rate, parseAmount(units)));

  it("costs exactly 10.00 for 200,000 tokens at 0.05 per 1,000, and nothing without any", () => {
    expect(cost(flat, 200_000)).toBe("10");
    expect(models.map((rate) => cost(rate, 0))).toEqual(["0", "0", "0", "0"]);
  });

  it("is graduated by the unit, by volume for all, or by the begun package", () => {
    expect(cost(models[1] as OverageRate, 150)).toBe("13.5");
    expect(cost(models[2] as OverageRate, 150)).toBe("8.5");
    expect([100, 101].map((units) => cost(models[3] as OverageRate, units))).toEqual(["2.5", "5"]);
  });

  it("is shared by the calls in their order so that the shares sum to the whole, whatever the model", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 20 }),
        (rate, calls) => {
          let before = 0n;
          const shares = calls.map((units) => {
            const share = overageShare(rate, before, parseAmount(units));
            before += parseAmount(units);
            return share;
          });
          expect(sumAmounts(shares)).toBe(overageCost(rate, before));
        },
      ),
    );
  });

  it("refuses rates that say too little or too much", () => {
    const wrong = [
      { tokens: { model: "flat" } },
      { tokens: { model: "graduated", price: "1" } },
      { tokens: { model: "volume", tiers: [{ upTo: 10, price: "1" }] } },
      {
        tokens: {
          model: "graduated",
          tiers: [
            { upTo: null, price: "1" },
            { upTo: 5, price: "1" },
          ],
        },
      },
    ];
    for (const one of wrong) expect(overageInput.safeParse(one).success).toBe(false);
    expect(overageInput.safeParse({ tokens: { model: "flat", per: 1000, price: "0.05" } }).success).toBe(
      true,
    );
  });
});
