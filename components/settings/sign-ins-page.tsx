"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { notify } from "#components/ui/toaster.tsx";
import { SignInRoom } from "./people-rooms.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

/** The person's own sign-ins, from the server. */
export function SignInsPage() {
  const { base } = useWorkspace();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const list = useQuery(trpc.sessions.list.queryOptions());
  const end = useMutation(
    trpc.sessions.end.mutationOptions({
      onSuccess: () => {
        notify("The sign-in was ended");
        void queries.invalidateQueries({ queryKey: trpc.sessions.list.queryKey() });
      },
      onError: (error) => notify(errorText(error)),
    }),
  );
  return (
    <SignInRoom
      rows={list.data?.data ?? null}
      error={list.error ? errorText(list.error) : null}
      onRetry={() => void list.refetch()}
      tabs={<SettingsTabs base={base} />}
      onEnd={(id) => end.mutate({ id })}
    />
  );
}
