const brands: Record<string, string> = {
  visa: "Visa",
  mastercard: "Mastercard",
  amex: "American Express",
  discover: "Discover",
  jcb: "JCB",
  diners: "Diners Club",
  unionpay: "UnionPay",
  card: "Card",
  paypal: "PayPal",
  sepa_debit: "SEPA debit",
  us_bank_account: "Bank account",
  bank_transfer: "Bank transfer",
};

/** A means of payment as its owner calls it: "visa ••••4242" becomes "Visa •••• 4242". */
export function cardWords(method: string | null): string | null {
  if (method === null) return null;
  const [brand = "", ...rest] = method
    .replace(/\s*(•+)\s*/u, " $1 ")
    .trim()
    .split(" ");
  const plain = brand.replaceAll("_", " ");
  return [brands[brand] ?? plain.slice(0, 1).toUpperCase() + plain.slice(1), ...rest].join(" ");
}
