import { parseDecimal } from "#domain/core/decimal.ts";
import { type Amount, parseAmount } from "#domain/money/amount.ts";
import type { NewRecord } from "./decide-group.ts";

/** Exact sums over records; quantities and money are scaled by 10^12. */
export type Sums = {
  first: NewRecord;
  requests: number;
  failed: number;
  unpriced: number;
  input: Amount;
  cached: Amount;
  output: Amount;
  total: Amount;
  cost: Amount;
  price: Amount;
  covered: Amount;
  billable: Amount;
  /** The latest occurrence, ISO. */
  last: string;
};

const SCALE = 10n ** 12n;

/** A recorded quantity as a scaled whole number. */
function scaled(value: number): Amount {
  if (value === 0) return 0n;
  return parseDecimal(value).d === 1n ? BigInt(value) * SCALE : parseAmount(value);
}

function emptySums(first: NewRecord): Sums {
  const zero = {
    input: 0n,
    cached: 0n,
    output: 0n,
    total: 0n,
    cost: 0n,
    price: 0n,
    covered: 0n,
    billable: 0n,
  };
  return { first, requests: 0, failed: 0, unpriced: 0, ...zero, last: first.fact.occurredAt };
}

/** Sums records by a key, in the order of the keys; a null key leaves a record out. */
export function sumBy(
  records: readonly NewRecord[],
  keyOf: (record: NewRecord) => string | null | undefined,
): Sums[] {
  const groups = new Map<string, Sums>();
  for (const record of records) {
    const key = keyOf(record);
    if (key === null || key === undefined) continue;
    let sums = groups.get(key);
    if (!sums) {
      sums = emptySums(record);
      groups.set(key, sums);
    }
    const { recorded, priced, fact } = record;
    sums.requests += 1;
    if (fact.status === "failed") sums.failed += 1;
    if (priced.unpriced) sums.unpriced += 1;
    sums.input += scaled(recorded.input);
    sums.cached += scaled(recorded.cached);
    sums.output += scaled(recorded.output);
    sums.total += scaled(recorded.total);
    sums.cost += priced.providerCost;
    sums.price += priced.clientPrice;
    sums.covered += record.covered;
    sums.billable += record.billablePrice;
    if (fact.occurredAt > sums.last) sums.last = fact.occurredAt;
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sums]) => sums);
}
