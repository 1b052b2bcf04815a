"use client";
import "./billing.css";
import Link from "next/link";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { Tokens } from "#components/ui/tokens.tsx";
import { BillingBar } from "./billing-bar.tsx";
import { quantityWords, serviceWords } from "./service-words.ts";

export interface UsageRecordView {
  id: string;
  occurredAt: string;
  type: string;
  provider: string;
  model: string;
  inputQuantity: string;
  outputQuantity: string;
  totalQuantity: string;
  status: string;
  providerCost: string | null;
  clientPrice: string;
  currency: string;
  isBilled: boolean;
  unpriced: boolean;
  /** The adjustment that priced an unpriced record later. */
  adjustedById: string | null;
  /** The record that an adjustment prices. */
  adjustsId: string | null;
}

/** Every single record, newest first: what the sums are made of. */
export function RecordList(props: {
  base: string;
  rows: ReadonlyArray<UsageRecordView> | null;
  error: string | null;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
  /** The model that the list is narrowed to. */
  only: string | null;
  /** Set while the list shows one conversation's records only. */
  conversationHref: string | null;
}) {
  const time = useTimeFormat();
  const rows = props.rows ?? [];
  const withCost = rows.some((row) => row.providerCost !== null);
  const currency = rows[0]?.currency ?? "USD";
  const prices = decimalsOf(
    rows.map((row) => row.clientPrice),
    currency,
  );
  const costs = decimalsOf(
    rows.map((row) => row.providerCost),
    currency,
  );
  return (
    <div className="sheet col">
      <BillingBar base={props.base} title="Billing" />
      {props.conversationHref || props.only ? (
        <p className="row border-line text-ink-2 flex-wrap border-b px-5 py-2">
          Only the records of {props.only ?? "one conversation"}.
          {props.conversationHref ? (
            <Link className="drill" href={props.conversationHref}>
              Open it
            </Link>
          ) : null}
          <Link className="drill" href={`${props.base}/records`}>
            Show all records
          </Link>
        </p>
      ) : null}
      <section className="min-h-0 flex-1 overflow-auto px-2" aria-label="Records" {...scrollable}>
        <DataTable
          label="Usage records"
          rows={props.rows}
          error={props.error}
          onRetry={props.onRetry}
          idOf={(row) => row.id}
          meta={(row) => (
            <>
              {serviceWords(row.type)} <span className="code">{row.model}</span>
            </>
          )}
          hasMore={props.hasMore}
          onMore={props.onMore}
          empty={
            <Empty
              title="No records yet"
              text="Each call to a model, each message that costs, is one record."
            />
          }
          columns={[
            {
              key: "at",
              head: `When, ${time.zone} time`,
              cell: (row) => (
                <time dateTime={row.occurredAt} title={time.full(row.occurredAt)} className="num">
                  {time.stamp(row.occurredAt)}
                </time>
              ),
            },
            { key: "service", head: "Service", desk: true, cell: (row) => serviceWords(row.type) },
            {
              key: "model",
              head: "Model",
              desk: true,
              cell: (row) => <span className="code">{row.model}</span>,
            },
            { key: "provider", head: "Provider", desk: true, cell: (row) => row.provider },
            {
              key: "quantity",
              head: "Quantity",
              number: true,
              desk: true,
              cell: (row) =>
                row.type === "token" ? (
                  <Tokens input={row.inputQuantity} output={row.outputQuantity} />
                ) : (
                  quantityWords(row.type, row.totalQuantity)
                ),
            },
            { key: "status", head: "Status", desk: true, cell: (row) => <StatusChip status={row.status} /> },
            ...(withCost
              ? [
                  {
                    key: "cost",
                    head: `Cost, ${currency}`,
                    number: true,
                    desk: true,
                    cell: (row: UsageRecordView) =>
                      row.providerCost === null ? (
                        "–"
                      ) : (
                        <Amount value={row.providerCost} currency={row.currency} decimals={costs} />
                      ),
                  },
                ]
              : []),
            {
              key: "price",
              head: `Price, ${currency}`,
              number: true,
              cell: (row) =>
                row.unpriced ? (
                  <Chip tone="caution">{row.adjustedById ? "Priced later" : "Unpriced"}</Chip>
                ) : (
                  <Amount value={row.clientPrice} currency={row.currency} decimals={prices} />
                ),
            },
            {
              key: "billed",
              head: "Billed",
              desk: true,
              cell: (row) => <span className="text-ink-2">{row.isBilled ? "yes" : "not yet"}</span>,
            },
          ]}
        />
      </section>
    </div>
  );
}

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };
