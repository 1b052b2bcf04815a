"use client";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { priceTabs } from "./price-proposal-room.tsx";

export interface ExchangeRateView {
  id: string;
  base: string;
  quote: string;
  month: string;
  rate: string;
  reason: string | null;
  createdBy: string;
  createdAt: string;
}

const nameOf = (row: ExchangeRateView) => `${row.base} to ${row.quote}`;

/** What prices in one currency are billed at in another, month by month; a month that was used keeps its rate. */
export function ExchangeRateRoom(props: {
  source: RecordSource<ExchangeRateView>;
  missing: ReadonlyArray<{ base: string; quote: string; tenants: number }>;
}) {
  const time = useTimeFormat();
  return (
    <RecordRoom
      title="Provider prices"
      noun="rate"
      tabs={priceTabs}
      source={props.source}
      idOf={(row) => row.id}
      nameOf={nameOf}
      subtitleOf={(row) => `From ${row.month} on`}
      archiveLabel="Take it back"
      emptyTitle="No exchange rates yet"
      meta={(row) => row.reason ?? `entered by ${row.createdBy}`}
      empty="Tenants who are billed in the currency of your providers' prices need none."
      createInitial={{ base: "USD" }}
      createFields={[
        { name: "base", label: "Prices are in", required: true, placeholder: "USD" },
        { name: "quote", label: "Billed in", required: true, placeholder: "EUR" },
        {
          name: "month",
          label: "From the billing month",
          required: true,
          code: true,
          placeholder: "2026-12",
          hint: "It holds until a later month has another one.",
        },
        {
          name: "rate",
          label: "One of the first costs",
          kind: "amount",
          required: true,
          placeholder: "0.92",
        },
        { name: "reason", label: "Source, for the history" },
      ]}
      tools={
        props.missing.length > 0 ? (
          <div role="status">
            <ul className="col gap-1">
              {props.missing.map((pair) => (
                <li key={pair.base + pair.quote} className="text-caution">
                  No rate of {pair.base} to {pair.quote}: the costs of {pair.tenants}{" "}
                  {pair.tenants === 1 ? "tenant" : "tenants"} count one to one.
                </li>
              ))}
            </ul>
          </div>
        ) : undefined
      }
      above={(row) => (
        <dl className="facts p-5">
          <dt>Rate</dt>
          <dd className="num">
            1 {row.base} = {row.rate} {row.quote}
          </dd>
          <dt>Source</dt>
          <dd>{row.reason ?? "–"}</dd>
          <dt>Entered by</dt>
          <dd>{row.createdBy}</dd>
          <dt>Entered</dt>
          <dd>{time.full(row.createdAt)}</dd>
        </dl>
      )}
      columns={[
        { key: "pair", head: "Currencies", cell: nameOf },
        { key: "month", head: "From", cell: (row) => row.month },
        { key: "rate", head: "Rate", number: true, cell: (row) => row.rate },
        { key: "reason", head: "Source", desk: true, cell: (row) => row.reason ?? "–" },
        { key: "by", head: "Entered by", desk: true, cell: (row) => row.createdBy },
      ]}
    />
  );
}
