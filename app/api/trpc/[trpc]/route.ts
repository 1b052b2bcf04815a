import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { makeContext } from "#server/auth/make-context.ts";
import { appRouter } from "#server/trpc/router.ts";

export const dynamic = "force-dynamic";

function handler(request: Request): Promise<Response> {
  const slug = request.headers.get("x-aurora-tenant") ?? new URL(request.url).searchParams.get("tenant");
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: () => makeContext(request, slug),
  });
}

export { handler as GET, handler as POST };
