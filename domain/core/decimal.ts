import { AppError } from "./app-error.ts";

/** An exact number: numerator / denominator, the denominator above 0. Not reduced; short-lived by design. */
export type Ratio = { readonly n: bigint; readonly d: bigint };

export const ZERO: Ratio = { n: 0n, d: 1n };

const PLAIN = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
const remembered = new Map<string, Ratio>();

const MAX_LENGTH = 64;

/** 10 to the power of `exponent` (0 or more). */
export function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

function read(text: string): Ratio {
  const match = text.length <= MAX_LENGTH ? PLAIN.exec(text) : null;
  if (!match)
    throw new AppError(
      "invalid",
      "money.malformed_decimal",
      `"${text.slice(0, 40)}" is not a decimal number.`,
    );
  const [, sign, whole = "", fraction = "", exponentText] = match;
  const exponent = Number(exponentText ?? 0) - fraction.length;
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  return exponent >= 0
    ? { n: digits * powerOfTen(exponent), d: 1n }
    : { n: digits, d: powerOfTen(-exponent) };
}

/**
 * Reads a decimal text or a JSON number exactly (a number by its shortest decimal form, so 0.1 is one tenth).
 * Throws `invalid` for anything else, also for infinities.
 */
export function parseDecimal(value: string | number): Ratio {
  const text = typeof value === "number" ? String(value) : value;
  const known = remembered.get(text);
  if (known) return known;
  const ratio = read(text);
  if (remembered.size > 5000) remembered.clear();
  remembered.set(text, ratio);
  return ratio;
}

export function addRatio(a: Ratio, b: Ratio): Ratio {
  if (a.n === 0n) return b;
  if (b.n === 0n) return a;
  if (a.d === b.d) return { n: a.n + b.n, d: a.d };
  return { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
}

export function multiplyRatio(a: Ratio, b: Ratio): Ratio {
  return { n: a.n * b.n, d: a.d * b.d };
}

export function divideRatio(a: Ratio, divisor: bigint): Ratio {
  return { n: a.n, d: a.d * divisor };
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareRatio(a: Ratio, b: Ratio): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** n / d to the nearest whole, a half away from zero. `d` is above 0. */
export function divideHalfUp(n: bigint, d: bigint): bigint {
  const negative = n < 0n;
  const magnitude = negative ? -n : n;
  const rounded = (magnitude * 2n + d) / (d * 2n);
  return negative ? -rounded : rounded;
}

/** n / d to the next whole towards minus infinity. `d` is above 0. */
export function divideFloor(n: bigint, d: bigint): bigint {
  const quotient = n / d;
  return n % d < 0n ? quotient - 1n : quotient;
}

/** n / d to the next whole towards plus infinity. `d` is above 0. */
export function divideCeiling(n: bigint, d: bigint): bigint {
  return -divideFloor(-n, d);
}

/** A whole number of 10^-`decimals` as plain decimal text without trailing zeros; keeps at least `keep` decimals. */
export function formatScaled(scaled: bigint, decimals: number, keep = 0): string {
  const negative = scaled < 0n;
  const digits = (negative ? -scaled : scaled).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  let fraction = digits.slice(digits.length - decimals);
  let end = fraction.length;
  while (end > keep && fraction[end - 1] === "0") end -= 1;
  fraction = fraction.slice(0, end);
  return `${negative ? "-" : ""}${whole}${fraction ? `.${fraction}` : ""}`;
}
