import { router, tenantQuery } from "#server/trpc/procedures.ts";
import { getShell } from "./get-shell.ts";

export const shellRouter = router({
  get: tenantQuery("tenant.view").query(({ ctx }) => getShell(ctx.actor)),
});
