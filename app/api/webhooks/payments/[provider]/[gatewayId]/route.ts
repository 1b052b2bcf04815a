import { acceptPaymentWebhook } from "#server/billing/payments/accept-payment-webhook.ts";

export const dynamic = "force-dynamic";

type RouteContext = { params: Promise<{ provider: string; gatewayId: string }> };

export async function POST(request: Request, context: RouteContext): Promise<Response> {
  const { provider, gatewayId } = await context.params;
  return acceptPaymentWebhook(request, provider, gatewayId);
}
