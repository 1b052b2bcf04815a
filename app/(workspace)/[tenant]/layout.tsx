import { notFound, redirect } from "next/navigation";
import type { ReactNode } from "react";
import { WorkspaceFrame } from "#components/shell/workspace-frame.tsx";
import { createCaller } from "#server/trpc/caller.ts";

/** Every room of a workspace: for its members only; to others it is not there. */
export default async function WorkspaceLayout(props: {
  params: Promise<{ tenant: string }>;
  children: ReactNode;
}) {
  const { tenant } = await props.params;
  const caller = await createCaller(tenant);
  const person = await caller.me.get().catch(() => null);
  if (!person) redirect(`/sign-in?callbackUrl=/${encodeURIComponent(tenant)}/inbox`);
  if (!person.workspaces.some((one) => one.slug === tenant)) notFound();
  const first = await caller.shell.get();
  return (
    <WorkspaceFrame first={first} person={person}>
      {props.children}
    </WorkspaceFrame>
  );
}
