"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { signOut } from "next-auth/react";
import { type ReactNode, useMemo, useState } from "react";
import { ApiProvider, useTRPC } from "#components/trpc/client.tsx";
import { LiveLine } from "#components/trpc/live.tsx";
import { AppFrame } from "./app-frame.tsx";
import type { PaletteItem } from "./command-palette.tsx";
import { type ShellAnswer, type ShellPerson, shellView } from "./shell-view.ts";
import { useLiveRefresh } from "./use-live-refresh.ts";
import { useSearchHits } from "./use-search-hits.tsx";
import { type Workspace, WorkspaceContext } from "./workspace.ts";

/** The frame of a workspace with its line to the server; the first answer comes with the page. */
export function WorkspaceFrame(props: { first: ShellAnswer; person: ShellPerson; children: ReactNode }) {
  const { slug } = props.first.tenant;
  return (
    <ApiProvider tenant={slug} key={slug}>
      <LiveLine slug={slug}>
        <Frame {...props} />
      </LiveLine>
    </ApiProvider>
  );
}

function Frame(props: { first: ShellAnswer; person: ShellPerson; children: ReactNode }) {
  const { person } = props;
  const trpc = useTRPC();
  const router = useRouter();
  useLiveRefresh();
  const shell = useQuery(
    trpc.shell.get.queryOptions(undefined, { initialData: props.first, refetchInterval: 60_000 }),
  ).data;
  const [words, setWords] = useState("");
  const found: PaletteItem[] = useSearchHits(words, `/${shell.tenant.slug}`, router.push);
  const workspace = useMemo<Workspace>(
    () => ({
      base: `/${shell.tenant.slug}`,
      slug: shell.tenant.slug,
      name: shell.tenant.name,
      userId: person.id,
      userName: person.name,
      currency: shell.tenant.currency,
      demo: shell.demo,
      offsetMs: shell.tenant.offsetMs,
      permissions: shell.permissions,
    }),
    [shell, person],
  );
  return (
    <WorkspaceContext value={workspace}>
      <AppFrame
        view={shellView(shell, person)}
        onSignOut={() => void signOut({ callbackUrl: "/sign-in" })}
        found={found}
        onSearch={setWords}
      >
        {props.children}
      </AppFrame>
    </WorkspaceContext>
  );
}
