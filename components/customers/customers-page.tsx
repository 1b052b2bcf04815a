"use client";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { useDebounced } from "#components/ui/use-debounced.ts";
import { customerCreate, customerPatch } from "#domain/customers/customer-input.ts";
import { CustomerActs } from "./customer-acts.tsx";
import { CustomerRoom } from "./customer-room.tsx";
import { CustomerTalks } from "./customer-talks.tsx";

/** Everybody who ever wrote, from the server; `?open=` opens one. */
export function CustomersPage() {
  const trpc = useTRPC();
  const { allows } = useWorkspace();
  const openId = useSearchParams().get("open");
  const [search, setSearch] = useState("");
  const words = useDebounced(search.trim());
  const list = useInfiniteQuery(
    trpc.customers.list.infiniteQueryOptions(
      { limit: 50, ...(words ? { search: words } : {}) },
      { ...paged, placeholderData: (old) => old },
    ),
  );
  const opened = useQuery(
    trpc.customers.get.queryOptions({ id: openId ?? "" }, { enabled: openId !== null }),
  ).data;
  const create = useMutation(trpc.customers.create.mutationOptions());
  const update = useMutation(trpc.customers.update.mutationOptions());
  const archive = useMutation(trpc.customers.archive.mutationOptions());
  const edits = allows("customers.edit");
  const source = toSource(list, (row) => row, {
    create: edits ? (values) => create.mutateAsync(valid(customerCreate, values)) : undefined,
    update: edits ? (id, values) => update.mutateAsync({ id, ...valid(customerPatch, values) }) : undefined,
    archive: allows("customers.delete") ? (id) => archive.mutateAsync({ id }) : undefined,
  });
  const missing = opened && source.rows && !source.rows.some((row) => row.id === opened.id);
  return (
    <CustomerRoom
      key={openId ?? "all"}
      source={missing ? { ...source, rows: [opened, ...(source.rows ?? [])] } : source}
      search={search}
      onSearch={setSearch}
      openId={openId}
      below={(row) => (
        <>
          <CustomerTalks customerId={row.id} />
          <CustomerActs customer={row} />
        </>
      )}
    />
  );
}
