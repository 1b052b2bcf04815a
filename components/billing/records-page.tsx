"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { RecordList } from "./record-list.tsx";

/** Single records, from the server; `?conversationId=` or `?provider=&model=` narrow them. */
export function RecordsPage() {
  const trpc = useTRPC();
  const { base } = useWorkspace();
  const query = useSearchParams();
  const conversationId = query.get("conversationId");
  const provider = query.get("provider");
  const model = query.get("model");
  const list = useInfiniteQuery(
    trpc.usage.list.infiniteQueryOptions(
      {
        limit: 50,
        ...(conversationId ? { conversationId } : {}),
        ...(provider ? { provider } : {}),
        ...(model ? { model } : {}),
      },
      paged,
    ),
  );
  return (
    <RecordList
      base={`${base}/billing`}
      only={[provider, model].filter(Boolean).join(" ") || null}
      conversationHref={conversationId ? `${base}/inbox/${conversationId}` : null}
      rows={
        list.data?.pages
          .flatMap((page) => page.data)
          .map((row) => ({
            ...row,
            inputQuantity: String(row.inputQuantity),
            outputQuantity: String(row.outputQuantity),
            totalQuantity: String(row.totalQuantity),
          })) ?? null
      }
      error={list.error && !list.data ? errorText(list.error) : null}
      onRetry={() => void list.refetch()}
      hasMore={list.hasNextPage}
      onMore={() => void list.fetchNextPage()}
    />
  );
}
