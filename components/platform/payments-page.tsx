"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { cardWords } from "#components/billing/card-words.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { Amount } from "#components/ui/amount.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { SelectField } from "#components/ui/field.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";
import { PAYMENT_STATUSES } from "#domain/billing/payment.ts";
import { BillsTabs } from "./bills-tabs.tsx";

const kinds: Record<string, string> = { subscription: "Subscription", one_time: "Into the wallet" };
const words = (status: string) => status.slice(0, 1).toUpperCase() + status.slice(1).replaceAll("_", " ");

/** Payments of all tenants in every state: kind, amount, receipt and the invoice they are for. */
export function PaymentsPage() {
  const trpc = useTRPC();
  const [status, setStatus] = useState("");
  const gatewayId = useSearchParams().get("gateway");
  const wanted = PAYMENT_STATUSES.find((one) => one === status);
  const list = useInfiniteQuery(
    trpc.platformPayments.list.infiniteQueryOptions(
      { limit: 50, ...(wanted ? { status: wanted } : {}), ...(gatewayId ? { gatewayId } : {}) },
      { ...paged, placeholderData: (old) => old },
    ),
  );
  return (
    <ListPage
      title="Payments"
      tabs={<BillsTabs />}
      actions={
        <SelectField
          label="Status"
          hideLabel
          placeholder="All statuses"
          value={status}
          options={PAYMENT_STATUSES.map((value) => ({ value, label: words(value) }))}
          onChange={(event) => setStatus(event.target.value)}
        />
      }
    >
      <DataTable
        label="Payments"
        rows={list.data?.pages.flatMap((page) => page.data) ?? null}
        error={list.error && !list.data ? errorText(list.error) : null}
        onRetry={() => void list.refetch()}
        hasMore={list.hasNextPage}
        onMore={() => void list.fetchNextPage()}
        idOf={(row) => row.id}
        meta={(row) => (
          <>
            <StatusChip status={row.status} />
            {row.invoiceId ? (
              <Link href={`/platform/invoices/${row.invoiceId}`} className="drill">
                {row.invoiceNumber ?? "Draft"}
              </Link>
            ) : (
              <span>{kinds[row.kind] ?? row.kind}</span>
            )}
            <span>{cardWords(row.paymentMethod) ?? row.provider}</span>
            {row.failureReason ? <span className="text-critical">{row.failureReason}</span> : null}
          </>
        )}
        empty={
          <Empty
            title="No payments here"
            text="Each attempt to pay an invoice stands here, also a refused one."
          />
        }
        columns={[
          { key: "tenant", head: "Tenant", cell: (row) => <b>{row.tenantName}</b> },
          {
            key: "status",
            head: "Status",
            desk: true,
            cell: (row) => (
              <>
                <StatusChip status={row.status} />
                {row.failureReason ? (
                  <span className="text-small text-critical block">{row.failureReason}</span>
                ) : null}
              </>
            ),
          },
          {
            key: "kind",
            head: "For",
            desk: true,
            cell: (row) =>
              row.invoiceId ? (
                <>
                  <Link href={`/platform/invoices/${row.invoiceId}`} className="drill">
                    {row.invoiceNumber ?? "Draft"}
                  </Link>
                  <span className="text-small text-ink-3 block">{kinds[row.kind] ?? row.kind}</span>
                </>
              ) : (
                (kinds[row.kind] ?? row.kind)
              ),
          },
          {
            key: "by",
            head: "By",
            desk: true,
            cell: (row) => (
              <>
                {cardWords(row.paymentMethod) ?? row.provider}
                <span className="code text-small text-ink-3 block">{row.externalPaymentId ?? ""}</span>
              </>
            ),
          },
          {
            key: "amount",
            head: "Amount",
            number: true,
            cell: (row) => (
              <>
                <Amount value={row.amount} currency={row.currency} minor symbol />
                {/^[0.]*$/.test(row.refundedAmount) ? null : (
                  <span className="text-small text-ink-3 block">
                    <Amount value={row.refundedAmount} currency={row.currency} minor symbol /> given back
                  </span>
                )}
              </>
            ),
          },
          {
            key: "receipt",
            head: "Receipt",
            desk: true,
            cell: (row) =>
              row.receiptUrl ? (
                <a href={row.receiptUrl} className="underline" rel="noreferrer" target="_blank">
                  Receipt
                </a>
              ) : (
                "–"
              ),
          },
          {
            key: "at",
            head: "When",
            desk: true,
            cell: (row) => <Age at={row.processedAt ?? row.createdAt} className="text-ink-3" />,
          },
        ]}
      />
    </ListPage>
  );
}
