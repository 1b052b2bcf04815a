import { redirect } from "next/navigation";
import { createCaller } from "#server/trpc/caller.ts";

/** The front door: your first workspace, the console for staff without one, else the sign-in page. */
export default async function Home() {
  const caller = await createCaller(null);
  const me = await caller.me.get().catch(() => null);
  if (!me) redirect("/sign-in");
  const first = me.workspaces[0];
  redirect(first ? `/${first.slug}/inbox` : me.staff ? "/platform" : "/sign-in");
}
