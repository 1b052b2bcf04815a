"use client";
import { signOut } from "next-auth/react";
import type { ReactNode } from "react";
import { ApiProvider } from "#components/trpc/client.tsx";
import { PlatformFrame } from "./platform-frame.tsx";
import type { ShellPerson } from "./shell-view.ts";

/** The operator's frame with its line to the server. */
export function PlatformShell(props: { person: ShellPerson; children: ReactNode }) {
  const { person } = props;
  const first = person.workspaces[0];
  return (
    <ApiProvider tenant={null}>
      <PlatformFrame
        person={person}
        back={first ? { label: `Back to ${first.name}`, href: `/${first.slug}/inbox` } : null}
        onSignOut={() => void signOut({ callbackUrl: "/sign-in" })}
      >
        {props.children}
      </PlatformFrame>
    </ApiProvider>
  );
}
