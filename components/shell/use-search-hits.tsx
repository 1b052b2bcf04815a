"use client";
import { useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import { useTRPC } from "#components/trpc/client.tsx";
import { Avatar } from "#components/ui/avatar.tsx";
import { useDebounced } from "#components/ui/use-debounced.ts";
import type { PaletteItem } from "./command-palette.tsx";

/** Customers and flows that the typed words find, for the palette. */
export function useSearchHits(words: string, base: string, go: (href: string) => void): PaletteItem[] {
  const trpc = useTRPC();
  const search = useDebounced(words.trim());
  const ready = search.length >= 2;
  const customers = useQuery(trpc.customers.list.queryOptions({ search, limit: 6 }, { enabled: ready }));
  const flows = useQuery(trpc.flows.list.queryOptions({ limit: 100 }, { enabled: ready, staleTime: 60_000 }));
  if (!ready) return [];
  const lower = search.toLowerCase();
  return [
    ...(customers.data?.data ?? []).map((row) => ({
      id: row.id,
      label: row.name,
      hint: [row.phone, row.email].filter(Boolean).join(" · "),
      icon: <Avatar id={row.id} name={row.name} size="tiny" />,
      group: "Found",
      run: () => go(`${base}/customers?open=${row.id}`),
    })),
    ...(flows.data?.data ?? [])
      .filter((row) => row.name.toLowerCase().includes(lower))
      .slice(0, 4)
      .map((row) => ({
        id: row.id,
        label: row.name,
        hint: "Flow",
        icon: <Workflow size={15} strokeWidth={1.6} aria-hidden="true" />,
        group: "Found",
        run: () => go(`${base}/flows/${row.id}`),
      })),
  ];
}
