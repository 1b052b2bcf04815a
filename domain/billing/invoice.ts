import { divideHalfUp, parseDecimal, powerOfTen } from "#domain/core/decimal.ts";
import { AMOUNT_DECIMALS, type Amount, percentOf, sumAmounts } from "#domain/money/amount.ts";
import { minorDecimals, roundToMinor, spreadByLargestRemainder } from "#domain/money/currency.ts";

export const INVOICE_STATUSES = ["draft", "open", "paid", "void", "uncollectible"] as const;

/** Whether tax comes on top of the prices, is contained in them, or is owed by the receiver of the bill. */
export const TAX_MODES = ["exclusive", "inclusive", "reverse_charge"] as const;
export type TaxMode = (typeof TAX_MODES)[number];

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
 * is counted per rate on the summed discounted base, half-up once per rate; total = subtotal − discount + tax. Where
 * prices contain the tax it is the part in the base and total = subtotal − discount; under reverse charge it is 0.
 */
export function computeInvoice(
  inputs: readonly LineInput[],
  options: { currency: string; discountPercent?: string; taxMode?: TaxMode },
): InvoiceFigures {
  const { currency, discountPercent = "0", taxMode = "exclusive" } = options;
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
    tax: taxOn(base, ratePercent, currency, taxMode),
  }));
  const tax = sumAmounts(taxes.map((rate) => rate.tax));
  const total = subtotal - discount + (taxMode === "exclusive" ? tax : 0n);
  return { lines, subtotal, discount, taxes, tax, total };
}

function taxOn(base: Amount, ratePercent: string, currency: string, mode: TaxMode): Amount {
  if (mode === "reverse_charge") return 0n;
  if (mode === "exclusive") return roundToMinor(percentOf(base, ratePercent), currency);
  // base × rate / (100 + rate), rounded once: going over 12 decimals first could round a half twice.
  const { n, d } = parseDecimal(ratePercent);
  const unit = powerOfTen(AMOUNT_DECIMALS - minorDecimals(currency));
  return divideHalfUp(base * n, (100n * d + n) * unit) * unit;
}

/** `INV-2025-01-001`: the month and the position in the tenant's month. */
export function invoiceNumber(month: string, position: number): string {
  return `INV-${month.slice(0, 7)}-${String(position).padStart(3, "0")}`;
}
