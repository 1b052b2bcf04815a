import { mollieGateway } from "./mollie.ts";
import type { PaymentGateway } from "./payment-gateway.ts";
import { paypalGateway } from "./paypal.ts";
import { paystackGateway } from "./paystack.ts";
import { razorpayGateway } from "./razorpay.ts";
import { squareGateway } from "./square.ts";
import { stripeGateway } from "./stripe.ts";

const ADAPTERS: Readonly<Record<string, PaymentGateway>> = Object.fromEntries(
  [stripeGateway, paypalGateway, razorpayGateway, paystackGateway, mollieGateway, squareGateway].map(
    (adapter) => [adapter.provider, adapter],
  ),
);

/** The adapter of a provider, or null: those without one are settled by hand, or brought along (docs/payments.md). */
export function findAdapter(provider: string): PaymentGateway | null {
  return ADAPTERS[provider] ?? null;
}
