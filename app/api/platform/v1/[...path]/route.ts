import { handleRestRequest } from "#server/rest/handle-request.ts";

export const dynamic = "force-dynamic";

type RouteContext = { params: Promise<{ path: string[] }> };

async function handler(request: Request, context: RouteContext): Promise<Response> {
  return handleRestRequest(request, "platform", (await context.params).path);
}

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST, handler as PUT };
