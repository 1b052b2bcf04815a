"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { InvoiceRun, type RunOutcome } from "./invoice-run.tsx";
import { useChoices } from "./use-choices.ts";

const words: Record<string, string> = {
  created: "made",
  existing: "there already",
  nothing_to_bill: "nothing to bill",
  not_closed: "month not over",
  stopped: "stopped, see system events",
};

/** Invoices of all tenants and the run that makes them, from the server. */
export function InvoicesRunPage() {
  const trpc = useTRPC();
  const { tenants, tenantName } = useChoices();
  const list = useInfiniteQuery(trpc.platformInvoices.list.infiniteQueryOptions({ limit: 50 }, paged));
  const run = useMutation(trpc.platformInvoices.run.mutationOptions());
  const onRun = async (tenantId: string | null, period: string | null): Promise<RunOutcome> => {
    try {
      const { data } = await run.mutateAsync({
        ...(tenantId ? { tenantId } : {}),
        ...(period ? { period } : {}),
      });
      await list.refetch();
      const counts = new Map<string, number>();
      for (const one of data) counts.set(one.outcome, (counts.get(one.outcome) ?? 0) + 1);
      const text = [...counts].map(([outcome, count]) => `${count} ${words[outcome] ?? outcome}`).join(", ");
      return { ok: !counts.has("stopped"), text: text || "No tenant to bill" };
    } catch (error) {
      return { ok: false, text: errorText(error) };
    }
  };
  return (
    <InvoiceRun
      rows={
        list.data?.pages
          .flatMap((page) => page.data)
          .map((row) => ({ ...row, month: row.period, tenantName: tenantName(row.tenantId) ?? "–" })) ?? null
      }
      error={list.error && !list.data ? errorText(list.error) : null}
      onRetry={() => void list.refetch()}
      hasMore={list.hasNextPage}
      onMore={() => void list.fetchNextPage()}
      tenants={tenants}
      onRun={onRun}
    />
  );
}
