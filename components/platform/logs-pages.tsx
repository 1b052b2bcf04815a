"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { notify } from "#components/ui/toaster.tsx";
import { JournalRoom, MailRoom, SystemEventRoom } from "./log-rooms.tsx";

/** How often a log is read again while somebody looks at it. */
const again = { ...paged, refetchInterval: 10_000 };

/** The tenant that the address narrows a log to, and the row that it opens. */
function usePlace() {
  const params = useSearchParams();
  const tenantId = params.get("tenant");
  return { openId: params.get("open"), ofTenant: tenantId ? { tenantId } : {} };
}

/** Mail that was sent or kept, from the server; `tenant` and `open` in the address lead to one. */
export function MailPage() {
  const trpc = useTRPC();
  const { openId, ofTenant } = usePlace();
  const list = useInfiniteQuery(trpc.mail.list.infiniteQueryOptions({ limit: 50, ...ofTenant }, again));
  return <MailRoom openId={openId} source={toSource(list, (row) => ({ ...row, to: row.to.join(", ") }))} />;
}

/** Webhook requests as they came, from the server; each can be played again. */
export function JournalPage() {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.webhookJournal.list.infiniteQueryOptions({ limit: 50 }, again));
  const replay = useMutation(
    trpc.webhookJournal.replay.mutationOptions({
      onSuccess: () => notify("It is worked off again; nothing is doubled"),
      onError: (error) => notify(errorText(error)),
      onSettled: () => void list.refetch(),
    }),
  );
  return <JournalRoom source={toSource(list, (row) => row)} onReplay={(id) => replay.mutate({ id })} />;
}

/** What the platform noticed by itself, from the server. */
export function SystemEventsPage() {
  const trpc = useTRPC();
  const { ofTenant } = usePlace();
  const list = useInfiniteQuery(
    trpc.platformSystemEvents.list.infiniteQueryOptions({ limit: 50, resolved: false, ...ofTenant }, again),
  );
  const resolve = useMutation(trpc.platformSystemEvents.resolve.mutationOptions());
  const source = toSource(list, (row) => row, { archive: (id) => resolve.mutateAsync({ id }) });
  return <SystemEventRoom source={source} />;
}
