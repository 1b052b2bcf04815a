"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { notify } from "#components/ui/toaster.tsx";
import { PriceChangeRoom } from "./price-change-room.tsx";

/** Changes of provider prices and rules, from the server; tenants are written to about one from here. */
export function PriceChangesPage() {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.pricingHistory.list.infiniteQueryOptions({ limit: 50 }, paged));
  const tell = useMutation(
    trpc.pricingHistory.notify.mutationOptions({
      onSuccess: ({ tenants }) =>
        notify(
          tenants === 1
            ? "1 tenant is written to"
            : `${tenants.toLocaleString("en-US")} tenants are written to, each once`,
        ),
      onError: (error) => notify(errorText(error)),
      onSettled: () => void list.refetch(),
    }),
  );
  return (
    <PriceChangeRoom
      source={toSource(list, (row) => ({ ...row, serviceType: row.type }))}
      onNotify={(id) => tell.mutate({ id })}
    />
  );
}
