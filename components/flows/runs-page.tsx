"use client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { RunList } from "./run-list.tsx";

/** The runs of a flow, from the server. */
export function RunsPage(props: { flowId: string }) {
  const trpc = useTRPC();
  const { base } = useWorkspace();
  const flow = useQuery(trpc.flows.get.queryOptions({ id: props.flowId }));
  const list = useInfiniteQuery(
    trpc.flowExecutions.list.infiniteQueryOptions({ flowId: props.flowId, limit: 50 }, paged),
  );
  const failure = flow.error ?? (list.data ? null : list.error);
  const nodes = new Map(flow.data?.draft.nodes.map((node) => [node.key, node.name]));
  return (
    <RunList
      base={`${base}/flows`}
      flowId={props.flowId}
      flowName={flow.data?.name ?? "Runs"}
      rows={
        list.data?.pages
          .flatMap((page) => page.data)
          .map((row) => ({
            id: row.id,
            customerName: row.customerName ?? "Nobody",
            status: row.status,
            version: row.flowVersion,
            stepName: row.currentNodeId ? (nodes.get(row.currentNodeId) ?? row.currentNodeId) : null,
            startedAt: row.startedAt,
            durationMs: row.durationMs,
            price: row.clientPrice,
            currency: row.currency,
          })) ?? null
      }
      error={failure ? errorText(failure) : null}
      onRetry={() => void (flow.error ? flow.refetch() : list.refetch())}
      hasMore={list.hasNextPage}
      onMore={() => void list.fetchNextPage()}
    />
  );
}
