"use client";
import { serviceWords, unitWords } from "#components/billing/service-words.ts";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { bookFields, partLabel, serviceOptions } from "./price-book-form.ts";
import { priceTabs } from "./price-proposal-room.tsx";

export interface ProviderPriceRowView {
  id: string;
  provider: string;
  model: string;
  serviceType: string;
  unit: string;
  currency: string;
  parts: Record<string, string>;
  /** Higher rates and times of day, a line each. */
  extras: ReadonlyArray<string>;
  validFrom: string;
  validTo: string | null;
  source: string;
}

/** What providers charge, dated: a new price begins, an old one is never changed. */
export function ProviderPriceRoom(props: {
  source: RecordSource<ProviderPriceRowView>;
  search: string;
  onSearch: (value: string) => void;
}) {
  const time = useTimeFormat();
  return (
    <RecordRoom
      title="Provider prices"
      noun="price"
      source={props.source}
      tabs={priceTabs}
      idOf={(row) => row.id}
      nameOf={(row) => row.model}
      subtitleOf={(row) => `${row.provider}, ${serviceWords(row.serviceType)}`}
      search={{ label: "Search models", value: props.search, onChange: props.onSearch }}
      archiveLabel="Take it back"
      meta={(row) => (
        <>
          <span>{row.provider}</span>
          <span>
            {row.currency} {unitWords(row.unit)}
          </span>
        </>
      )}
      empty="A call of an unpriced model is recorded, told, and priced later."
      createInitial={{ serviceType: "token", unit: "per_1k_tokens", currency: "USD" }}
      createFields={[
        { name: "provider", label: "Provider", required: true },
        { name: "model", label: "Model", required: true, code: true },
        { name: "validFrom", label: "Begins, midnight UTC", kind: "date", required: true },
        { name: "serviceType", label: "Service", kind: "select", required: true, options: serviceOptions },
        { name: "currency", label: "Currency", required: true },
        ...bookFields(),
      ]}
      above={(row) => (
        <dl className="facts p-5">
          {Object.entries(row.parts).map(([part, price]) => (
            <Part
              key={part}
              part={partLabel(part)}
              price={`${price} ${row.currency} ${unitWords(row.unit)}`}
            />
          ))}
          {row.extras.map((line) => (
            <Part key={line} part="Also" price={line} />
          ))}
          <Part part="Begins" price={time.full(row.validFrom)} />
          <Part part="Source" price={row.source === "shipped" ? "Shipped with Aurora" : row.source} />
        </dl>
      )}
      columns={[
        { key: "model", head: "Model", cell: (row) => <span className="code">{row.model}</span> },
        { key: "provider", head: "Provider", desk: true, cell: (row) => row.provider },
        { key: "type", head: "Service", desk: true, cell: (row) => serviceWords(row.serviceType) },
        { key: "in", head: "In", number: true, cell: (row) => row.parts.input ?? row.parts.amount ?? "–" },
        { key: "out", head: "Out", number: true, cell: (row) => row.parts.output ?? "–" },
        { key: "unit", head: "For", desk: true, cell: (row) => `${row.currency} ${unitWords(row.unit)}` },
        { key: "from", head: "Begins", desk: true, cell: (row) => time.date(row.validFrom) },
      ]}
    />
  );
}

function Part(props: { part: string; price: string }) {
  return (
    <>
      <dt>{props.part}</dt>
      <dd className="num">{props.price}</dd>
    </>
  );
}
