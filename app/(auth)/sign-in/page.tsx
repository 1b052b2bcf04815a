import type { Metadata } from "next";
import { SignInPage } from "#components/auth/sign-in-page.tsx";
import { createCaller } from "#server/trpc/caller.ts";

export const metadata: Metadata = { title: "Sign in" };

/** Only a path of this house may follow a sign-in. */
function safeNext(value: string | string[] | undefined): string {
  if (typeof value !== "string") return "/";
  try {
    const url = new URL(value, "http://here");
    return url.origin === "http://here" && url.pathname.startsWith("/") ? url.pathname + url.search : "/";
  } catch {
    return "/";
  }
}

export default async function Page(props: { searchParams: Promise<Record<string, string | string[]>> }) {
  const query = await props.searchParams;
  const caller = await createCaller(null);
  const doors = await caller.demo.doors().catch(() => []);
  return <SignInPage demoDoors={doors} next={safeNext(query.callbackUrl)} />;
}
