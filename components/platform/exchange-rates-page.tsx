"use client";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { exchangeRateInput } from "#domain/billing/exchange-rate.ts";
import { ExchangeRateRoom } from "./exchange-rate-room.tsx";

/** Exchange rates and the pairs that lack one, from the server. */
export function ExchangeRatesPage() {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.exchangeRates.list.infiniteQueryOptions({ limit: 50 }, paged));
  const missing = useQuery(trpc.exchangeRates.missing.queryOptions({}));
  const changed = { onSuccess: () => void missing.refetch() };
  const create = useMutation(trpc.exchangeRates.create.mutationOptions(changed));
  const remove = useMutation(trpc.exchangeRates.delete.mutationOptions(changed));
  const source = toSource(list, (row) => row, {
    create: (values) => create.mutateAsync(valid(exchangeRateInput, values)),
    archive: (id) => remove.mutateAsync({ id }),
  });
  return <ExchangeRateRoom source={source} missing={missing.data?.data ?? []} />;
}
