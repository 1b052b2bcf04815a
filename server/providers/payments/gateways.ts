import type { PaymentGateway } from "./payment-gateway.ts";
import { stripeGateway } from "./stripe.ts";

const ADAPTERS: Readonly<Record<string, PaymentGateway>> = {
  stripe: stripeGateway,
};

/** The adapter of a provider, or null: those without one are settled by hand, or brought along (docs/payments.md). */
export function findAdapter(provider: string): PaymentGateway | null {
  return ADAPTERS[provider] ?? null;
}
