"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { monthLabel } from "#components/billing/spend-answers.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { plainProblem } from "#components/trpc/form-problem.ts";
import { paged } from "#components/trpc/to-source.ts";
import { INVOICE_STATUSES } from "#domain/billing/invoice.ts";
import { InvoiceRun, type RunOutcome } from "./invoice-run.tsx";
import { PastRuns } from "./past-runs.tsx";
import { RunPanel } from "./run-panel.tsx";
import { useChoices } from "./use-choices.ts";
import { useInvoiceRuns } from "./use-invoice-runs.ts";

const words: Record<string, string> = {
  created: "Made final",
  existing: "There already",
  nothing_to_bill: "Nothing to bill",
  not_closed: "The month is not over",
};

/** Invoices of all tenants and the run that makes them, from the server. */
export function InvoicesRunPage() {
  const trpc = useTRPC();
  const { tenants } = useChoices();
  const runs = useInvoiceRuns();
  const [status, setStatus] = useState("");
  const wanted = INVOICE_STATUSES.find((one) => one === status);
  const list = useInfiniteQuery(
    trpc.platformInvoices.list.infiniteQueryOptions(
      { limit: 50, ...(wanted ? { status: wanted } : {}) },
      { ...paged, placeholderData: (old) => old },
    ),
  );
  const run = useMutation(trpc.platformInvoices.run.mutationOptions());
  const billOne = async (tenantId: string, period: string | null): Promise<RunOutcome> => {
    try {
      const { data } = await run.mutateAsync({ tenantId, ...(period ? { period } : {}) });
      await list.refetch();
      const [one] = data;
      const said = one ? (words[one.outcome] ?? one.message ?? one.outcome) : "No tenant to bill";
      return { ok: one?.outcome !== "stopped", text: one?.number ? `${said}: ${one.number}` : said };
    } catch (error) {
      return { ok: false, text: plainProblem(error) };
    }
  };
  const onRun = async (tenantId: string | null, period: string | null): Promise<RunOutcome> => {
    if (tenantId) return billOne(tenantId, period);
    const problem = await runs.start(period);
    return problem ? { ok: false, text: problem } : { ok: true, text: "The run has started" };
  };
  return (
    <InvoiceRun
      rows={
        list.data?.pages.flatMap((page) =>
          page.data.map((row) => ({ ...row, month: monthLabel(row.period) })),
        ) ?? null
      }
      error={list.error && !list.data ? errorText(list.error) : null}
      onRetry={() => void list.refetch()}
      hasMore={list.hasNextPage}
      onMore={() => void list.fetchNextPage()}
      status={status}
      onStatus={setStatus}
      tenants={tenants}
      onRun={onRun}
      aside={
        <>
          <section>
            <RunPanel run={runs.newest} problems={runs.problems} onStop={runs.stop} />
          </section>
          <PastRuns
            runs={runs.rows?.slice(1) ?? []}
            hasMore={runs.list.hasNextPage}
            onMore={() => void runs.list.fetchNextPage()}
          />
        </>
      }
    />
  );
}
