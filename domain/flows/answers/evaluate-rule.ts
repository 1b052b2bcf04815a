import type { Json } from "../run/state.ts";

export const OPERATORS = [
  "equals",
  "not_equals",
  "greater_than",
  "at_least",
  "less_than",
  "at_most",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "is_one_of",
  "is_set",
  "is_empty",
  "is_true",
  "is_false",
] as const;
export type Operator = (typeof OPERATORS)[number];

/** A decimal number as [sign, digits before, digits after], compared exactly: prices never pass through a float. */
function compareNumbers(left: string, right: string): number {
  const parse = (value: string) => /^\s*(-?)0*(\d+)(?:\.(\d+))?\s*$/.exec(value);
  const [a, b] = [parse(left), parse(right)];
  if (!a || !b) return Number.NaN;
  const scale = Math.max(a[3]?.length ?? 0, b[3]?.length ?? 0);
  const value = (m: RegExpExecArray) => BigInt(`${m[1]}${m[2]}${(m[3] ?? "").padEnd(scale, "0")}`);
  const difference = value(a) - value(b);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}

const isEmpty = (value: Json | undefined) =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
const asText = (value: Json | undefined) =>
  (typeof value === "object" ? JSON.stringify(value) : String(value ?? "")).toLowerCase();

function order(left: Json | undefined, right: Json): number {
  return compareNumbers(String(left), String(right));
}

function contains(left: Json | undefined, right: Json): boolean {
  return Array.isArray(left)
    ? left.some((part) => asText(part) === asText(right))
    : asText(left).includes(asText(right));
}

function equals(left: Json | undefined, right: Json): boolean {
  const numbers = order(left, right);
  return Number.isNaN(numbers) ? asText(left) === asText(right) : numbers === 0;
}

const EVALUATE: Record<Operator, (left: Json | undefined, right: Json) => boolean> = {
  equals,
  not_equals: (l, r) => !equals(l, r),
  greater_than: (l, r) => order(l, r) > 0,
  at_least: (l, r) => order(l, r) >= 0,
  less_than: (l, r) => order(l, r) < 0,
  at_most: (l, r) => order(l, r) <= 0,
  contains,
  not_contains: (l, r) => !contains(l, r),
  starts_with: (l, r) => asText(l).startsWith(asText(r)),
  ends_with: (l, r) => asText(l).endsWith(asText(r)),
  is_one_of: (l, r) => Array.isArray(r) && r.some((part) => equals(l, part)),
  is_set: (l) => !isEmpty(l),
  is_empty: (l) => isEmpty(l),
  is_true: (l) => l === true || asText(l) === "true",
  is_false: (l) => l === false || asText(l) === "false",
};

/** Whether a rule holds: numbers are compared exactly as decimals, texts without regard to case. */
export function evaluateRule(left: Json | undefined, operator: Operator, right: Json): boolean {
  return EVALUATE[operator](left, right);
}
