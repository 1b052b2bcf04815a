"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { RoomState } from "#components/ui/room-state.tsx";
import { toInvoiceRow } from "./invoice-answers.ts";
import { InvoiceList } from "./invoice-list.tsx";

/** All invoices, from the server. */
export function InvoicesPage() {
  const trpc = useTRPC();
  const { base, offsetNow } = useWorkspace();
  const list = useInfiniteQuery(trpc.invoices.list.infiniteQueryOptions({ limit: 50 }, paged));
  if (!list.data)
    return (
      <RoomState
        title="The invoices did not load."
        error={list.error ? errorText(list.error) : null}
        onRetry={() => void list.refetch()}
      />
    );
  const now = Date.parse(offsetNow());
  return (
    <InvoiceList
      base={`${base}/billing`}
      invoices={list.data.pages.flatMap((page) => page.data.map((invoice) => toInvoiceRow(invoice, now)))}
      hasMore={list.hasNextPage}
      onMore={() => void list.fetchNextPage()}
    />
  );
}
