import { expect } from "vitest";
import { withTenant } from "#db/tenant.ts";
import {
  cents,
  type Entry,
  type ExpectedLine,
  type IndependentLedger,
  percentCents,
  plain,
  units,
} from "./independent-ledger.ts";
import type { Year } from "./year-world.ts";

/** What a month's invoice must come to. */
export type Bill = {
  month: string;
  lines: ExpectedLine[];
  fees: bigint[];
  minimum: bigint | null;
  discount: string;
};

/** Closes a month in the bookkeeper's books: usage, the plan's fees, and what usage lacks to the plan's minimum. */
export function closeBill(
  ledger: IndependentLedger,
  given: { month: string; fees: bigint[]; least: bigint; discount: string },
): Bill {
  const { month, fees, least, discount } = given;
  const lines = ledger.close(month);
  const own = lines.filter((line) => !line.late).reduce((sum, line) => sum + cents(line.exact), 0n);
  return { month, lines, fees, minimum: least > own ? least - own : null, discount };
}

/** Subtotal, discount, tax and total of a bill at 8.875 % tax. */
export function figures({ lines, fees, minimum, discount: percent }: Bill) {
  const amounts = [...lines.map((line) => line.exact), ...fees, ...(minimum === null ? [] : [minimum])];
  const subtotal = amounts.map(cents).reduce((sum, one) => sum + one, 0n);
  const discount = percentCents(subtotal, percent);
  const tax = percentCents(subtotal - discount, "8.875");
  return { subtotal, discount, tax, total: subtotal - discount + tax };
}

/** An amount of cents as an invoice shows it. */
export const money = (amount: bigint) => {
  const [whole, rest = ""] = plain(amount).split(".");
  return `${whole}.${rest.padEnd(2, "0")}`;
};
/** Day and hour roll-ups hold what the bookkeeper added up. */
export async function expectRollUps(year: Year): Promise<void> {
  const sums = (key: (one: Entry) => string) => {
    const map = new Map<string, bigint[]>();
    for (const one of year.ledger.entries) {
      const sum = map.get(key(one)) ?? [0n, 0n, 0n, 0n];
      map.set(
        key(one),
        [1n, one.cost, one.price, one.total].map((part, i) => part + (sum[i] ?? 0n)),
      );
    }
    return [...map].map(([name, sum]) => `${name} ${sum[0]} ${sum.slice(1).map(plain).join(" ")}`).sort();
  };
  const read = (table: "usage_daily" | "usage_hourly", column: "day" | "hour") =>
    withTenant(year.tenantId, async (tx) => {
      const rows =
        await tx.sql`select ${tx.sql(column)} as at, service_type, provider, model, sum(requests)::int as n, sum(provider_cost)::text as cost,
        sum(client_price)::text as price, sum(total_quantity)::text as total from ${tx.sql(table)} group by 1, 2, 3, 4`;
      return rows
        .map((row) =>
          [
            row.at,
            row.service_type,
            row.provider,
            row.model,
            row.n,
            ...[row.cost, row.price, row.total].map((one) => plain(units(String(one)))),
          ].join(" "),
        )
        .sort();
    });
  const of = (one: Entry) => `${one.type} ${one.provider} ${one.model}`;
  expect(await read("usage_daily", "day")).toEqual(sums((one) => `${one.day} ${of(one)}`));
  expect(await read("usage_hourly", "hour")).toEqual(
    sums((one) => `${one.at.slice(0, 13)}:00:00.000Z ${of(one)}`),
  );
}

/** Every line of an invoice and every day of a line is the bookkeeper's. */
export async function expectLines(year: Year, id: string, bill: Bill): Promise<void> {
  const { data, total } = await year.shop.invoices.lines({ id });
  expect(total.equal).toBe(true);
  const fees = data.filter((line) => line.kind === "subscription").map((line) => line.amountExact);
  expect(fees.sort()).toEqual(bill.fees.map(plain).sort());
  expect(data.filter((line) => line.kind === "minimum").map((line) => line.amountExact)).toEqual(
    bill.minimum === null ? [] : [plain(bill.minimum)],
  );
  const usage = data.filter((line) => line.usageMonth !== null);
  const name = (line: { type: string | null; provider: string | null; model: string | null }) =>
    `${line.type} ${line.provider} ${line.model}`;
  expect(
    usage
      .map((line) => [
        line.kind === "late_usage",
        line.usageMonth,
        name(line),
        line.requests,
        line.amountExact,
        line.amount,
      ])
      .sort(),
  ).toEqual(
    bill.lines
      .map((line) => [
        line.late,
        line.month,
        name(line),
        line.entries.length,
        plain(line.exact),
        money(cents(line.exact)),
      ])
      .sort(),
  );
  for (const line of usage) {
    const known = bill.lines.find((one) => one.month === line.usageMonth && name(one) === name(line));
    const days = await year.shop.invoices.days({ id, lineId: line.id, limit: 100 });
    const expected = new Map<string, bigint>();
    for (const one of known?.entries ?? [])
      expected.set(one.day, (expected.get(one.day) ?? 0n) + one.billable);
    expect(days.data.map((one) => [one.day, one.amountExact])).toEqual(
      [...expected].sort().map(([day, exact]) => [day, plain(exact)]),
    );
    expect(days.data.reduce((sum, one) => sum + units(one.amount), 0n)).toBe(units(line.amount));
    expect(days.total.equal).toBe(true);
  }
}
