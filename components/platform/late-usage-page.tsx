"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { serviceWords } from "#components/billing/service-words.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { dayLabel } from "#components/ui/time.tsx";
import { BillsTabs } from "./bills-tabs.tsx";

type Row = {
  status: string;
  invoiceId: string | null;
  invoiceNumber: string | null;
  invoicePeriod: string | null;
};

function Bill(props: { row: Row }) {
  const { status, invoiceId, invoiceNumber, invoicePeriod } = props.row;
  if (status === "waiting" || !invoiceId) return <span className="text-ink-3">The next invoice</span>;
  return (
    <Link href={`/platform/invoices/${invoiceId}`} className="drill">
      {invoiceNumber ?? `Draft of ${invoicePeriod}`}
    </Link>
  );
}

/** Usage of all tenants that came after its month was closed, and the invoice that bills it. */
export function LateUsagePage() {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.lateUsage.list.infiniteQueryOptions({ limit: 50 }, paged));
  const rows = list.data?.pages.flatMap((page) => page.data) ?? null;
  const decimals = decimalsOf((rows ?? []).map((row) => row.amountExact));
  return (
    <ListPage title="Late usage" tabs={<BillsTabs />}>
      <DataTable
        label="Late usage"
        rows={rows}
        error={list.error && !list.data ? errorText(list.error) : null}
        onRetry={() => void list.refetch()}
        hasMore={list.hasNextPage}
        onMore={() => void list.fetchNextPage()}
        idOf={(row) => [row.tenantId, row.day, row.type, row.provider, row.model, row.closing].join(" ")}
        meta={(row) => (
          <>
            <span>
              {dayLabel(row.day)}, {row.day.slice(0, 4)}
            </span>
            <span>
              {serviceWords(row.type)} {row.model}
            </span>
            <Bill row={row} />
          </>
        )}
        empty={
          <Empty
            title="Nothing came late"
            text="Usage that is told of after its month was closed stands here with its original day; the next invoice bills it."
          />
        }
        columns={[
          { key: "tenant", head: "Tenant", cell: (row) => <b>{row.tenantName}</b> },
          {
            key: "day",
            head: "Day of the usage",
            desk: true,
            cell: (row) => `${dayLabel(row.day)}, ${row.day.slice(0, 4)}`,
          },
          {
            key: "what",
            head: "What",
            desk: true,
            cell: (row) => (
              <>
                {row.provider} {row.model} <span className="text-ink-3">{serviceWords(row.type)}</span>
              </>
            ),
          },
          {
            key: "calls",
            head: "Calls",
            number: true,
            desk: true,
            cell: (row) => row.requests.toLocaleString("en-US"),
          },
          {
            key: "amount",
            head: "Amount",
            number: true,
            cell: (row) => (
              <Amount value={row.amountExact} currency={row.currency} decimals={decimals} symbol />
            ),
          },
          { key: "bill", head: "Billed by", desk: true, cell: (row) => <Bill row={row} /> },
        ]}
      />
    </ListPage>
  );
}
