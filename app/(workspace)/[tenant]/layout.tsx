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
  const me = await caller.me.get().catch(() => null);
  if (!me) redirect(`/sign-in?callbackUrl=/${encodeURIComponent(tenant)}/inbox`);
  const here = me.workspaces.find((one) => one.slug === tenant);
  if (!here) notFound();
  return (
    <WorkspaceFrame
      view={{
        tenant: { slug: here.slug, name: here.name, plan: here.role.replaceAll("_", " ") },
        tenants: me.workspaces.map((one) => ({ slug: one.slug, name: one.name })),
        person: { id: me.id, name: me.name, email: me.email, role: here.role },
        isOperator: me.staff,
        demo: false,
        openConversations: null,
        spend: null,
        time: { locale: "en-US", timeZone: "UTC", offsetMs: 0 },
      }}
    >
      {props.children}
    </WorkspaceFrame>
  );
}
