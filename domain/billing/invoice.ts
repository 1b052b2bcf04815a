import { type Amount, percentOf, sumAmounts } from "#domain/money/amount.ts";
import { roundToMinor, spreadByLargestRemainder } from "#domain/money/currency.ts";

export const INVOICE_STATUSES = ["draft", "open", "paid", "void", "uncollectible"] as const;

export type LineInput = { key: string; exact: Amount; taxRatePercent: string };
export type LineFigures = {
  key: string;
  exact: Amount;
  amount: Amount;
  discount: Amount;
  taxRatePercent: string;
};

export type InvoiceFigures = {
  lines: LineFigures[];
  subtotal: Amount;
  discount: Amount;
  taxes: { ratePercent: string; base: Amount; tax: Amount }[];
  tax: Amount;
  total: Amount;
};

/**
 * The figures of an invoice: each line is its exact sum rounded once, half-up, to the minor unit; the subtotal is the
 * sum of the rounded lines; the discount is taken on the subtotal and spread over the lines by largest remainder; tax
 * is counted per rate on the summed discounted base, half-up once per rate; total = subtotal − discount + tax.
 */
export function computeInvoice(
  inputs: readonly LineInput[],
  options: { currency: string; discountPercent?: string },
): InvoiceFigures {
  const { currency, discountPercent = "0" } = options;
  const rounded = inputs.map((line) => ({ ...line, amount: roundToMinor(line.exact, currency) }));
  const subtotal = sumAmounts(rounded.map((line) => line.amount));
  const discount = roundToMinor(percentOf(subtotal, discountPercent), currency);
  const shares = spreadByLargestRemainder(
    rounded.map((line) => ({ key: line.key, exact: percentOf(line.amount, discountPercent) })),
    discount,
    currency,
  );
  const lines = rounded.map((line) => ({ ...line, discount: shares.get(line.key) ?? 0n }));
  const bases = new Map<string, Amount>();
  for (const line of lines) {
    bases.set(line.taxRatePercent, (bases.get(line.taxRatePercent) ?? 0n) + line.amount - line.discount);
  }
  const taxes = [...bases].map(([ratePercent, base]) => ({
    ratePercent,
    base,
    tax: roundToMinor(percentOf(base, ratePercent), currency),
  }));
  const tax = sumAmounts(taxes.map((rate) => rate.tax));
  return { lines, subtotal, discount, taxes, tax, total: subtotal - discount + tax };
}

/** `INV-2025-01-001`: the month and the position in the tenant's month. */
export function invoiceNumber(month: string, position: number): string {
  return `INV-${month.slice(0, 7)}-${String(position).padStart(3, "0")}`;
}
