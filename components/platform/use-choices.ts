"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client.tsx";

const quiet = { staleTime: 30_000 };

/** Tenants and plans to choose from in the console's forms. */
export function useChoices() {
  const trpc = useTRPC();
  const tenants = useQuery(trpc.tenants.list.queryOptions({ limit: 100 }, quiet)).data?.data ?? [];
  const plans = useQuery(trpc.plans.list.queryOptions({ limit: 100 }, quiet)).data?.data ?? [];
  const tenantName = (id: string | null) => tenants.find((one) => one.id === id)?.name ?? null;
  const planName = (id: string | null) => plans.find((one) => one.id === id)?.name ?? null;
  return { tenants, plans, tenantName, planName };
}
