"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { formProblem, valid } from "#components/trpc/form-problem.ts";
import { paged } from "#components/trpc/to-source.ts";
import { notify } from "#components/ui/toaster.tsx";
import { apiKeyCreate } from "#domain/people/member-input.ts";
import { ApiKeyRoom } from "./api-key-room.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

/** Keys of programs, from the server. */
export function ApiKeysPage() {
  const trpc = useTRPC();
  const { allows, base } = useWorkspace();
  const may = allows("apikeys.manage");
  const list = useInfiniteQuery(trpc.apiKeys.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.apiKeys.create.mutationOptions());
  const revoke = useMutation(
    trpc.apiKeys.revoke.mutationOptions({
      onSuccess: () => notify("The key was revoked"),
      onError: (error) => notify(errorText(error)),
      onSettled: () => void list.refetch(),
    }),
  );
  const onCreate = async (name: string) => {
    try {
      const made = await create.mutateAsync(valid(apiKeyCreate, { name }));
      void list.refetch();
      return { key: made.key };
    } catch (error) {
      const problem = formProblem(error);
      return problem.fields[0]?.message ?? problem.message;
    }
  };
  return (
    <ApiKeyRoom
      rows={list.data?.pages.flatMap((page) => page.data) ?? null}
      error={list.error && !list.data ? errorText(list.error) : null}
      onRetry={() => void list.refetch()}
      hasMore={list.hasNextPage}
      onMore={() => void list.fetchNextPage()}
      tabs={<SettingsTabs base={base} />}
      onCreate={may ? onCreate : null}
      onRevoke={may ? (id) => revoke.mutate({ id }) : null}
    />
  );
}
