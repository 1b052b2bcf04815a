"use client";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { attempt, errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { notify } from "#components/ui/toaster.tsx";
import { VersionList } from "./version-list.tsx";

/** A flow's versions, from the server. */
export function VersionsPage(props: { flowId: string }) {
  const id = props.flowId;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { allows, base } = useWorkspace();
  const flow = useQuery(trpc.flows.get.queryOptions({ id }));
  const list = useInfiniteQuery(trpc.flows.versions.infiniteQueryOptions({ id, limit: 50 }, paged));
  const rollback = useMutation(trpc.flows.rollback.mutationOptions());
  const goBack = async (version: number) => {
    const problem = await attempt(async () => {
      await rollback.mutateAsync({ id, version });
      notify(`v${version} is live`);
    });
    await queries.invalidateQueries({ queryKey: trpc.flows.pathKey() });
    return problem;
  };
  const failure = flow.error ?? (list.data ? null : list.error);
  const live = flow.data?.publishedVersion;
  return (
    <VersionList
      here={`${base}/flows/${id}`}
      flowName={flow.data?.name ?? "Versions"}
      rows={
        flow.data
          ? (list.data?.pages
              .flatMap((page) => page.data)
              .map((row) => ({ ...row, live: row.version === live })) ?? null)
          : null
      }
      error={failure ? errorText(failure) : null}
      onRetry={() => void (flow.error ? flow.refetch() : list.refetch())}
      hasMore={list.hasNextPage}
      onMore={() => void list.fetchNextPage()}
      onGoBack={allows("flows.publish") ? goBack : null}
    />
  );
}
