import { acceptPaymentWebhook } from "#server/billing/payments/accept-payment-webhook.ts";
import { STRIPE_GATEWAY } from "#server/billing/payments/open-gateway.ts";

export const dynamic = "force-dynamic";

/** The platform's own Stripe account. */
export async function POST(request: Request): Promise<Response> {
  return acceptPaymentWebhook(request, "stripe", STRIPE_GATEWAY);
}
