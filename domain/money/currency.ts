import { AppError } from "#domain/core/app-error.ts";
import { divideFloor, divideHalfUp, formatScaled, powerOfTen } from "#domain/core/decimal.ts";
import { AMOUNT_DECIMALS, type Amount } from "./amount.ts";

const NO_MINOR = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" "));
const THREE_MINOR = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));
const TWO_MINOR = new Set(
  (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP " +
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR " +
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN " +
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP " +
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG"
  ).split(" "),
);

/** Whether a text is the code of a currency that Aurora bills in. */
export function isCurrency(code: string): boolean {
  return TWO_MINOR.has(code) || NO_MINOR.has(code) || THREE_MINOR.has(code);
}

/** How many decimals the currency's smallest coin has: 0, 2 or 3. Throws `invalid` for an unknown currency. */
export function minorDecimals(currency: string): number {
  if (TWO_MINOR.has(currency)) return 2;
  if (NO_MINOR.has(currency)) return 0;
  if (THREE_MINOR.has(currency)) return 3;
  throw new AppError(
    "invalid",
    "money.unknown_currency",
    `"${currency.slice(0, 8)}" is not a currency code.`,
  );
}

function minorUnit(currency: string): bigint {
  return powerOfTen(AMOUNT_DECIMALS - minorDecimals(currency));
}

/** Rounds once, half-up (a half away from zero), to the currency's minor unit. */
export function roundToMinor(amount: Amount, currency: string): Amount {
  const unit = minorUnit(currency);
  return divideHalfUp(amount, unit) * unit;
}

/** amount × part / whole, multiplied before divided and rounded once, half-up, to the currency's minor unit. */
export function shareToMinor(amount: Amount, part: number, whole: number, currency: string): Amount {
  const unit = minorUnit(currency);
  return divideHalfUp(amount * BigInt(part), BigInt(whole) * unit) * unit;
}

/** Decimal text with the currency's decimals ("319.00", "5000"); more only where the amount needs them. */
export function formatMinor(amount: Amount, currency: string): string {
  return formatScaled(amount, AMOUNT_DECIMALS, minorDecimals(currency));
}

/**
 * An amount for the eye: `minor` is cut at the minor unit and `tail` holds the exact digits that follow, so that
 * both joined are the exact amount ("0.01" + "0956").
 */
export function splitForDisplay(amount: Amount, currency: string): { minor: string; tail: string } {
  const decimals = minorDecimals(currency);
  const text = formatScaled(amount, AMOUNT_DECIMALS, decimals);
  const point = text.indexOf(".");
  if (point < 0) return { minor: text, tail: "" };
  const end = decimals === 0 ? point : point + 1 + decimals;
  return { minor: text.slice(0, end), tail: text.slice(end) };
}

/**
 * Shares of a rounded parent shown in minor units: each child is floored and the missing units go to the largest
 * remainders (ties: the smaller key). `total` must be a whole number of minor units; the shares sum to it.
 */
export function spreadByLargestRemainder(
  children: readonly { key: string; exact: Amount }[],
  total: Amount,
  currency: string,
): Map<string, Amount> {
  const unit = minorUnit(currency);
  const parts = children.map(({ key, exact }) => {
    const floor = divideFloor(exact, unit);
    return { key, floor, remainder: exact - floor * unit };
  });
  let missing = total / unit - parts.reduce((sum, part) => sum + part.floor, 0n);
  const order = [...parts].sort((a, b) =>
    a.remainder === b.remainder ? (a.key < b.key ? -1 : 1) : a.remainder > b.remainder ? -1 : 1,
  );
  if (missing < 0n) order.reverse();
  const step = missing < 0n ? -1n : 1n;
  for (let i = 0; missing !== 0n && order.length > 0; i = (i + 1) % order.length) {
    const part = order[i];
    if (!part) break;
    part.floor += step;
    missing -= step;
  }
  return new Map(parts.map((part) => [part.key, part.floor * unit]));
}
