"use client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "next/navigation";
import { useState } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { useLiveState } from "#components/trpc/live.tsx";
import { paged } from "#components/trpc/to-source.ts";
import { useDebounced } from "#components/ui/use-debounced.ts";
import { toCounts, toRow } from "./inbox-answers.ts";
import { InboxScreen } from "./inbox-screen.tsx";
import { OpenThread } from "./open-thread.tsx";
import { ThreadEmpty } from "./thread-empty.tsx";
import { ThreadSide } from "./thread-side.tsx";

const nothing = { views: [], channels: [] };
const views = new Set(["open", "mine", "unassigned", "bot", "escalated", "snoozed", "resolved"]);

function viewOf(given: string | null): string {
  return given && (views.has(given) || /^channel:[a-z]{2,20}$/.test(given)) ? given : "open";
}

/** The inbox, live: views, list, the open thread, the customer. It stays while one walks from thread to thread. */
export function InboxPage() {
  const trpc = useTRPC();
  const { base: home } = useWorkspace();
  const params = useParams<{ conversationId?: string }>();
  const view = viewOf(useSearchParams().get("view"));
  const [search, setSearch] = useState("");
  const words = useDebounced(search.trim());
  const live = useLiveState();
  const base = `${home}/inbox`;
  const currentId = params.conversationId ?? null;
  const counts = useQuery(trpc.inbox.counts.queryOptions());
  const list = useInfiniteQuery(
    trpc.inbox.list.infiniteQueryOptions(
      { view, limit: 30, ...(words ? { search: words } : {}) },
      { ...paged, placeholderData: (old) => old },
    ),
  );
  return (
    <InboxScreen
      base={base}
      view={view}
      counts={counts.data ? toCounts(counts.data) : nothing}
      live={live}
      rows={list.data?.pages.flatMap((page) => page.data.map(toRow)) ?? null}
      error={list.error && !list.data ? errorText(list.error) : null}
      onRetry={() => void list.refetch()}
      search={search}
      onSearch={setSearch}
      currentId={currentId}
      hasMore={list.hasNextPage && !list.isFetchingNextPage}
      onMore={() => void list.fetchNextPage()}
      thread={
        currentId ? (
          <OpenThread
            key={currentId}
            conversationId={currentId}
            backHref={view === "open" ? base : `${base}?view=${view}`}
          />
        ) : (
          <ThreadEmpty loading={false} />
        )
      }
      customer={currentId ? <ThreadSide conversationId={currentId} /> : null}
    />
  );
}
