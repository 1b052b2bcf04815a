"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { useDebounced } from "#components/ui/use-debounced.ts";
import { providerPriceInput } from "#domain/billing/provider-price.ts";
import { bookExtras, bookFromForm } from "./price-book-form.ts";
import { ProviderPriceRoom } from "./provider-price-room.tsx";

function fromForm(values: FieldValues): object {
  const { book, rest } = bookFromForm(values);
  return { ...rest, ...book };
}

/** What providers charge, from the server. */
export function PricesPage() {
  const trpc = useTRPC();
  const [search, setSearch] = useState("");
  const words = useDebounced(search.trim());
  const list = useInfiniteQuery(
    trpc.providerPrices.list.infiniteQueryOptions(
      { limit: 50, ...(words ? { search: words } : {}) },
      { ...paged, placeholderData: (old) => old },
    ),
  );
  const create = useMutation(trpc.providerPrices.create.mutationOptions());
  const remove = useMutation(trpc.providerPrices.delete.mutationOptions());
  const source = toSource(list, (row) => ({ ...row, parts: given(row.parts), extras: bookExtras(row) }), {
    create: (values) => create.mutateAsync(valid(providerPriceInput, fromForm(values))),
    archive: (id) => remove.mutateAsync({ id }),
  });
  return <ProviderPriceRoom source={source} search={search} onSearch={setSearch} />;
}

function given(parts: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, rate]) => (rate === undefined ? [] : [[name, rate]])),
  );
}
