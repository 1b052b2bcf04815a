"use client";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTRPC } from "#components/trpc/client.tsx";
import { attempt } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";

/** How often a running run is read, and how often it is looked whether one was started elsewhere. */
const RUNNING_MS = 1000;
const QUIET_MS = 15_000;

/** Runs of invoices, the newest first, read again each second while one is under way; and the newest one's problems. */
export function useInvoiceRuns() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const runs = useInfiniteQuery(
    trpc.invoiceRuns.list.infiniteQueryOptions(
      { limit: 20 },
      {
        ...paged,
        refetchInterval: (query) =>
          query.state.data?.pages[0]?.data.some((run) => run.status === "running") ? RUNNING_MS : QUIET_MS,
      },
    ),
  );
  const rows = runs.data?.pages.flatMap((page) => page.data) ?? null;
  const newest = rows?.[0] ?? null;
  const bad = newest ? newest.stopped + newest.failed : 0;
  const detail = useQuery(
    trpc.invoiceRuns.get.queryOptions(
      { id: newest?.id ?? "" },
      { enabled: bad > 0, ...(newest?.status === "running" ? { refetchInterval: 2000 } : {}) },
    ),
  );
  const refresh = () => {
    void runs.refetch();
    for (const queryKey of [trpc.platformInvoices.pathKey(), trpc.invoiceRuns.get.queryKey()])
      void queries.invalidateQueries({ queryKey });
  };
  const mark = `${newest?.id} ${newest?.status}`;
  const before = useRef(mark);
  useEffect(() => {
    if (before.current === mark) return;
    before.current = mark;
    void queries.invalidateQueries({ queryKey: trpc.platformInvoices.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.invoiceRuns.get.queryKey() });
  }, [mark, queries, trpc]);
  const create = useMutation(trpc.invoiceRuns.create.mutationOptions({ onSettled: refresh }));
  const cancel = useMutation(trpc.invoiceRuns.cancel.mutationOptions({ onSettled: refresh }));
  return {
    list: runs,
    rows,
    newest,
    problems: bad > 0 && detail.data?.id === newest?.id ? (detail.data?.problems ?? []) : [],
    start: (period: string | null) => attempt(() => create.mutateAsync(period ? { period } : {})),
    stop: (id: string) => attempt(() => cancel.mutateAsync({ id })),
  };
}
