import { type Amount, lesserAmount, sumAmounts } from "#domain/money/amount.ts";
import { roundToMinor } from "#domain/money/currency.ts";

/** What an invoice stands at. */
export type InvoiceStanding = {
  total: Amount;
  tax: Amount;
  credited: Amount;
  walletApplied: Amount;
  amountPaid: Amount;
  currency: string;
};

/** What is still to pay: total − credits − wallet − paid. */
export function amountDue(standing: InvoiceStanding): Amount {
  return standing.total - standing.credited - standing.walletApplied - standing.amountPaid;
}

/** At most so much can still be credited: what was invoiced less what was credited. */
export function creditable(standing: InvoiceStanding): Amount {
  return standing.total - standing.credited;
}

/**
 * Where a credit goes: it first lowers what is due; the rest was paid already and comes out of the payments, then out
 * of the wallet's share. The three parts sum to the credit, given that it is not above `creditable`.
 */
export function splitCredit(standing: InvoiceStanding, credit: Amount) {
  const toDue = lesserAmount(credit, amountDue(standing));
  const fromPaid = lesserAmount(credit - toDue, standing.amountPaid);
  return { toDue, fromPaid, fromWallet: credit - toDue - fromPaid };
}

/**
 * The tax in a credit: the share of the invoice's tax in all credits so far, half-up, less what earlier notes took.
 * So the notes of a wholly credited invoice hold exactly its tax.
 */
export function taxInCredit(
  standing: InvoiceStanding,
  credit: Amount,
  earlierTax: readonly Amount[],
): Amount {
  if (standing.total === 0n) return 0n;
  const credited = standing.credited + credit;
  const exact = (standing.tax * credited * 2n + standing.total) / (standing.total * 2n);
  return roundToMinor(exact, standing.currency) - sumAmounts(earlierTax);
}
