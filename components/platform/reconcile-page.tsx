"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { ReconcileScreen } from "./reconcile-screen.tsx";

/** Compares records, roll-ups and invoices when asked to. */
export function ReconcilePage() {
  const trpc = useTRPC();
  const kept = useQuery(trpc.reconcile.list.queryOptions({ limit: 1 }));
  const run = useMutation(trpc.reconcile.run.mutationOptions({ onSuccess: () => void kept.refetch() }));
  return (
    <ReconcileScreen
      rows={
        run.data?.data.map((row) => ({ ...row, rollUps: row.dailyRollUps, invoices: row.invoiced })) ?? null
      }
      last={kept.data?.data[0] ?? null}
      error={run.error ? errorText(run.error) : null}
      busy={run.isPending}
      onRun={() => run.mutate({})}
    />
  );
}
