"use client";
import "./billing.css";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { decimalsOf } from "#components/ui/amount.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { BillingBar } from "./billing-bar.tsx";
import { PriceStep } from "./price-step.tsx";
import { changeWords, rateWords, sentence, serviceWords, unitWords, whoWords } from "./service-words.ts";

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

/** A rule of no particular model: its markup for who may see it, else what became of it. */
function ruleWords(row: { action: string; newMarkupPercent: string | null }): string {
  return row.newMarkupPercent === null
    ? sentence(row.action)
    : `Cost ${row.newMarkupPercent.startsWith("-") ? "−" : "+"} ${row.newMarkupPercent.replace("-", "")}%`;
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
          meta={(row) => (
            <>
              <span>from {row.effectiveFrom < "1971" ? "the start" : time.date(row.effectiveFrom)}</span>
              {row.unit ? <span>{unitWords(row.unit)}</span> : null}
            </>
          )}
          hasMore={list.hasNextPage}
          onMore={() => void list.fetchNextPage()}
          empty={<Empty title="No price has changed" text="A change appears here before it takes effect." />}
          columns={[
            {
              key: "what",
              head: "What",
              cell: (row) => (
                <>
                  {row.model ?? (row.type ? serviceWords(row.type) : "Everything")}{" "}
                  <span className="text-ink-3">{row.provider}</span>
                </>
              ),
            },
            {
              key: "from",
              head: `From, ${time.zone} time`,
              desk: true,
              cell: (row) => (
                <time dateTime={row.effectiveFrom}>
                  {row.effectiveFrom < "1971" ? "The start" : time.date(row.effectiveFrom)}
                </time>
              ),
            },
            {
              key: "change",
              head: "Change",
              cell: (row) =>
                row.parts.length === 0 ? (
                  <span className="num">{changeWords(row.percent) || ruleWords(row)}</span>
                ) : (
                  row.parts.map((part) => {
                    const decimals = decimalsOf([part.oldPrice, part.newPrice], row.currency ?? "USD");
                    return (
                      <span
                        key={part.part}
                        className="row max-sm:min-w-44 max-sm:flex-wrap gap-x-1.5 gap-y-0"
                      >
                        <PriceStep
                          from={part.oldPrice}
                          to={part.newPrice}
                          currency={row.currency}
                          decimals={decimals}
                        />
                        <span className="text-ink-3 max-sm:whitespace-normal">{rateWords(part.part)}</span>
                        <span className="num">{changeWords(part.percent)}</span>
                      </span>
                    );
                  })
                ),
            },
            { key: "unit", head: "For", desk: true, cell: (row) => (row.unit ? unitWords(row.unit) : "") },
            { key: "why", head: "Reason", desk: true, cell: (row) => row.reason ?? "–" },
            { key: "who", head: "By", desk: true, cell: (row) => whoWords(row.changedBy) },
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
