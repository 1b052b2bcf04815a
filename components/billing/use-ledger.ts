"use client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { allPages } from "#components/trpc/all-pages.ts";
import { useTRPC, useTRPCClient } from "#components/trpc/client.tsx";
import { paged } from "#components/trpc/to-source.ts";

/** Where in an invoice one stands; each part needs the one before it. */
export interface LedgerPlace {
  line: string | null;
  day: string | null;
  conversation: string | null;
  message: string | null;
  call: string | null;
}

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const idOrNone = (value: string | null) => (value === "none" || (value && uuid.test(value)) ? value : null);

/** Reads the place out of an address; what comes after a hole, or is not an id, counts as not given. */
export function readPlace(query: { get: (name: string) => string | null }): LedgerPlace {
  const line = idOrNone(query.get("line"));
  const dayGiven = query.get("day");
  const day = line && dayGiven && /^\d{4}-\d{2}-\d{2}$/.test(dayGiven) ? dayGiven : null;
  const conversation = day ? idOrNone(query.get("conversation")) : null;
  const message = conversation ? idOrNone(query.get("message")) : null;
  const call = message ? idOrNone(query.get("call")) : null;
  return { line, day, conversation, message, call };
}

/** The levels of an invoice that are open, each as its query; a level that is not open asks nothing. */
export function useLedger(invoiceId: string, place: LedgerPlace) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const id = invoiceId;
  const { line, day, conversation, message, call } = place;
  const lines = useQuery({
    queryKey: trpc.invoices.lines.queryKey({ id }),
    queryFn: () => allPages((cursor) => client.invoices.lines.query({ id, limit: 100, cursor })),
  });
  const kept = { ...paged, staleTime: 300_000 };
  const days = useInfiniteQuery(
    trpc.invoices.days.infiniteQueryOptions(
      { id, lineId: line ?? "", limit: 100 },
      { ...kept, enabled: line !== null },
    ),
  );
  const conversations = useInfiniteQuery(
    trpc.invoices.conversations.infiniteQueryOptions(
      { id, lineId: line ?? "", day: day ?? "", limit: 50 },
      { ...kept, enabled: day !== null },
    ),
  );
  const at = { id, lineId: line ?? "", day: day ?? "", conversationId: conversation ?? "" };
  const messages = useInfiniteQuery(
    trpc.invoices.messages.infiniteQueryOptions(
      { ...at, limit: 50 },
      { ...kept, enabled: conversation !== null },
    ),
  );
  const records = useInfiniteQuery(
    trpc.invoices.records.infiniteQueryOptions(
      { ...at, messageId: message ?? "", limit: 100 },
      { ...kept, enabled: message !== null },
    ),
  );
  const slip = useQuery(
    trpc.usage.get.queryOptions({ id: call ?? "" }, { enabled: call !== null, staleTime: 300_000 }),
  );
  return { lines, days, conversations, messages, records, slip };
}

export type Ledger = ReturnType<typeof useLedger>;
