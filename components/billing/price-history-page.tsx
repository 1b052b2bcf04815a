"use client";
import "./billing.css";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { BillingBar } from "./billing-bar.tsx";

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

const partWords: Record<string, string> = {
  input: "in",
  output: "out",
  cachedInput: "cached",
  cacheWrite: "written to the cache",
  cacheWrite1h: "written to the cache for an hour",
  amount: "",
};

const signed = (percent: string | null) =>
  percent === null ? "" : `${percent.startsWith("-") ? "−" : "+"}${percent.replace("-", "")}%`;

/** A rule of no particular model: its markup for who may see it, else what became of it. */
function ruleWords(row: { action: string; newMarkupPercent: string | null }): string {
  return row.newMarkupPercent === null ? row.action : `cost + ${row.newMarkupPercent}%`;
}

/** Every change of the prices that one pays: old, new, by how much, why, from when, and the notice of it. */
export function PriceHistoryPage() {
  const trpc = useTRPC();
  const time = useTimeFormat();
  const { base } = useWorkspace();
  const list = useInfiniteQuery(trpc.pricing.history.infiniteQueryOptions({ limit: 50 }, paged));
  const rows = list.data?.pages.flatMap((page) => page.data) ?? null;
  return (
    <div className="sheet col">
      <BillingBar base={`${base}/billing`} title="Billing" />
      <section className="min-h-0 flex-1 overflow-auto px-2" aria-label="Prices" {...scrollable}>
        <DataTable
          label="Changes of price"
          rows={rows}
          error={list.error && !list.data ? errorText(list.error) : null}
          onRetry={() => void list.refetch()}
          idOf={(row) => row.id}
          hasMore={list.hasNextPage}
          onMore={() => void list.fetchNextPage()}
          empty={<Empty title="No price has changed" text="A change appears here before it takes effect." />}
          columns={[
            {
              key: "what",
              head: "What",
              cell: (row) => (
                <>
                  {row.model ?? row.type?.replaceAll("_", " ") ?? "Everything"}{" "}
                  <span className="text-ink-3">{row.provider}</span>
                </>
              ),
            },
            {
              key: "from",
              head: "From",
              cell: (row) => <time dateTime={row.effectiveFrom}>{time.date(row.effectiveFrom)}</time>,
            },
            {
              key: "change",
              head: "Change",
              cell: (row) =>
                row.parts.length === 0 ? (
                  <span className="num">{signed(row.percent) || ruleWords(row)}</span>
                ) : (
                  row.parts.map((part) => {
                    const decimals = decimalsOf([part.oldPrice, part.newPrice], row.currency ?? "USD");
                    return (
                      <span key={part.part} className="row gap-1.5">
                        {part.oldPrice ? <Amount value={part.oldPrice} decimals={decimals} /> : "–"} →{" "}
                        {part.newPrice ? <Amount value={part.newPrice} decimals={decimals} /> : "–"}
                        <span className="text-ink-3">{partWords[part.part] ?? part.part}</span>
                        <span className="num">{signed(part.percent)}</span>
                      </span>
                    );
                  })
                ),
            },
            { key: "unit", head: "For", desk: true, cell: (row) => row.unit?.replaceAll("_", " ") ?? "" },
            { key: "why", head: "Reason", desk: true, cell: (row) => row.reason ?? "" },
            { key: "who", head: "By", desk: true, cell: (row) => row.changedBy },
            {
              key: "told",
              head: "You were told",
              desk: true,
              cell: (row) =>
                row.notifiedAt ? `${time.date(row.notifiedAt)}, ${row.daysAhead} days ahead` : "–",
            },
          ]}
        />
      </section>
    </div>
  );
}
