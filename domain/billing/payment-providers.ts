/** The providers the product names, in the console's order, as `key → name`; those without an adapter are brought along. */
export const PAYMENT_PROVIDERS = {
  stripe: "Stripe",
  paypal: "PayPal",
  razorpay: "Razorpay",
  mercadopago: "Mercado Pago",
  flutterwave: "Flutterwave",
  paytabs: "PayTabs",
  paddle: "Paddle",
  paytm: "Paytm",
  instamojo: "Instamojo",
  cashfree: "Cashfree",
  payu: "PayU",
  mollie: "Mollie",
  square: "Square",
  braintree: "Braintree",
  authorize: "Authorize.Net",
  twocheckout: "2Checkout",
  paystack: "Paystack",
  coinbase: "Coinbase",
  payfast: "PayFast",
  xendit: "Xendit",
  manual: "Bank transfer",
} as const;

export const PAYMENT_PROVIDER_KEYS = Object.keys(PAYMENT_PROVIDERS) as [
  keyof typeof PAYMENT_PROVIDERS,
  ...(keyof typeof PAYMENT_PROVIDERS)[],
];
