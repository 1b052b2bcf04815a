import { headers } from "next/headers";
import { makeContext } from "#server/auth/make-context.ts";
import { createCallerFactory } from "./procedures.ts";
import { appRouter } from "./router.ts";

const factory = createCallerFactory(appRouter);

/** A tRPC caller for a page's server side: the same tenancy and permissions as over HTTP hold for it. */
export async function createCaller(tenantSlug: string | null) {
  const incoming = await headers();
  return factory(await makeContext({ headers: new Headers(incoming), method: "GET" }, tenantSlug));
}
