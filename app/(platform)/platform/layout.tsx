import { notFound, redirect } from "next/navigation";
import type { ReactNode } from "react";
import { PlatformShell } from "#components/shell/platform-shell.tsx";
import { createCaller } from "#server/trpc/caller.ts";

/** The operator's console: for the platform's staff; to others it is not there. */
export default async function PlatformLayout(props: { children: ReactNode }) {
  const caller = await createCaller(null);
  const person = await caller.me.get().catch(() => null);
  if (!person) redirect("/sign-in?callbackUrl=/platform");
  if (!person.staff) notFound();
  return <PlatformShell person={person}>{props.children}</PlatformShell>;
}
