"use client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { monthLabel } from "#components/billing/spend-answers.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { RoomState } from "#components/ui/room-state.tsx";
import { previousMonth } from "#domain/billing/period.ts";
import type { ProfitBy } from "#domain/billing/profit.ts";
import { ProfitScreen } from "./profit-screen.tsx";
import { monthsBetween, type ProfitMoney, type ProfitRowView } from "./profit-view.ts";
import { RunPanel } from "./run-panel.tsx";
import { useInvoiceRuns } from "./use-invoice-runs.ts";

type Answer = ProfitMoney & {
  key: string;
  currency: string;
  requests: number;
  tenantName: string | null;
  serviceType: string | null;
  provider: string | null;
  model: string | null;
  conversationId: string | null;
  tenant: ProfitRowView["tenant"];
};

function toRow(row: Answer, by: ProfitBy): ProfitRowView {
  const { key, currency, requests, revenue, providerCost, profit, marginPercent, markupPercent } = row;
  const named: Record<ProfitBy, [string | null, string | null]> = {
    tenant: [row.tenantName, null],
    model: [row.model, row.provider],
    service: [row.serviceType, null],
    conversation: [row.tenantName, row.conversationId?.slice(-8) ?? null],
  };
  const [name, detail] = named[by];
  const money = { revenue, providerCost, profit, marginPercent, markupPercent };
  return { key, name: name ?? "–", detail, currency, requests, tenant: row.tenant, ...money };
}

/** What the platform earns, from the server; month and grouping are chosen here. */
export function ProfitPage() {
  const trpc = useTRPC();
  const runs = useInvoiceRuns();
  const [month, setMonth] = useState<string | null>(null);
  const [by, setBy] = useState<ProfitBy>("tenant");
  const span = month ? { month } : {};
  const list = useInfiniteQuery(
    trpc.profit.get.infiniteQueryOptions(
      { limit: 50, by, ...span },
      { ...paged, placeholderData: (old) => old },
    ),
  );
  const models = useQuery(trpc.profit.get.queryOptions({ limit: 100, by: "model", ...span }));
  const proof = useQuery(trpc.reconcile.list.queryOptions({ limit: 1 })).data?.data[0];
  const pages = list.data?.pages ?? [];
  const [first] = pages;
  if (!first)
    return (
      <RoomState
        title="The profit did not load."
        error={list.error ? errorText(list.error) : null}
        onRetry={() => void list.refetch()}
      />
    );
  const known = monthsBetween(first.months.first, first.months.last);
  const proofs = new Map(
    proof?.sums.map((sums) => [
      sums.currency,
      {
        at: proof.startedAt,
        differences: proof.differences,
        records: sums.records,
        rollUps: sums.dailyRollUps,
        invoiced: sums.invoiced,
      },
    ]),
  );
  return (
    <ProfitScreen
      month={first.month}
      months={(known.includes(first.month) ? known : [first.month, ...known]).map((value) => ({
        value,
        label: monthLabel(value),
      }))}
      onMonth={setMonth}
      by={by}
      onBy={setBy}
      totals={first.totals}
      before={first.before}
      compared={first.before.length > 0 ? monthLabel(previousMonth(first.month).slice(0, 7)) : null}
      aside={
        <section aria-label="Invoice run">
          <RunPanel run={runs.newest} problems={runs.problems} onStop={runs.stop} />
        </section>
      }
      proofs={proofs}
      rows={pages.flatMap((page) => page.data.map((row) => toRow(row, page.by)))}
      models={models.data?.data.map((row) => toRow(row, "model")) ?? []}
      error={null}
      onRetry={() => void list.refetch()}
      hasMore={list.hasNextPage}
      onMore={() => void list.fetchNextPage()}
    />
  );
}
