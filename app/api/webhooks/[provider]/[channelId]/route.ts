import { acceptWebhook, answerHandshake } from "#server/inbox/accept-webhook.ts";

export const dynamic = "force-dynamic";

type RouteContext = { params: Promise<{ provider: string; channelId: string }> };

export async function GET(request: Request, context: RouteContext): Promise<Response> {
  const { provider, channelId } = await context.params;
  return answerHandshake(request, provider, channelId);
}

export async function POST(request: Request, context: RouteContext): Promise<Response> {
  const { provider, channelId } = await context.params;
  return acceptWebhook(request, provider, channelId);
}
