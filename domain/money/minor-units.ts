import { AppError } from "#domain/core/app-error.ts";
import { powerOfTen } from "#domain/core/decimal.ts";
import { AMOUNT_DECIMALS, type Amount } from "./amount.ts";
import { minorDecimals } from "./currency.ts";

/**
 * An amount as the whole number of minor units that payment providers take (319.00 USD → 31900, 500 JPY → 500,
 * 1.250 KWD → 1250). `decimals` overrides the currency's own where a provider counts differently. Throws `invalid`
 * for an amount between two units or beyond what a JSON number holds exactly.
 */
export function toMinorUnits(amount: Amount, currency: string, decimals = minorDecimals(currency)): number {
  const unit = powerOfTen(AMOUNT_DECIMALS - decimals);
  const units = amount / unit;
  if (units * unit !== amount || units > BigInt(Number.MAX_SAFE_INTEGER) || units < 0n) {
    const message = `The amount is no whole number of ${currency} units of ${decimals} decimals.`;
    throw new AppError("invalid", "money.not_in_minor_units", message);
  }
  return Number(units);
}

/** The amount of a whole number of minor units. Throws `invalid` for a fraction. */
export function fromMinorUnits(
  units: number | bigint,
  currency: string,
  decimals = minorDecimals(currency),
): Amount {
  if (typeof units === "number" && !Number.isSafeInteger(units)) {
    throw new AppError("invalid", "money.not_in_minor_units", "Minor units are whole numbers.");
  }
  return BigInt(units) * powerOfTen(AMOUNT_DECIMALS - decimals);
}
