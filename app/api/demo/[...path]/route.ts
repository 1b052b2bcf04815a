import { serveDemoPeer } from "#server/demo/serve-peers.ts";

export const dynamic = "force-dynamic";

type RouteContext = { params: Promise<{ path: string[] }> };

async function handler(request: Request, context: RouteContext): Promise<Response> {
  return serveDemoPeer(request, (await context.params).path[0] ?? "");
}

export { handler as GET, handler as POST };
