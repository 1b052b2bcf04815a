"use client";
import { signOut } from "next-auth/react";
import type { ReactNode } from "react";
import { ApiProvider } from "#components/trpc/client.tsx";
import { AppFrame } from "./app-frame.tsx";
import type { ShellView } from "./shell-view.ts";

/** The frame of a workspace with its line to the server. */
export function WorkspaceFrame(props: { view: ShellView; children: ReactNode }) {
  return (
    <ApiProvider tenant={props.view.tenant.slug} key={props.view.tenant.slug}>
      <AppFrame view={props.view} onSignOut={() => void signOut({ callbackUrl: "/sign-in" })}>
        {props.children}
      </AppFrame>
    </ApiProvider>
  );
}
