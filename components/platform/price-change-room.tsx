"use client";
import { Send } from "lucide-react";
import { PriceStep } from "#components/billing/price-step.tsx";
import {
  changeWords,
  rateWords,
  sentence,
  serviceWords,
  unitWords,
  whoWords,
} from "#components/billing/service-words.ts";
import { decimalsOf } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";

export interface PriceChangeView {
  id: string;
  action: string;
  scope: string;
  serviceType: string | null;
  provider: string | null;
  model: string | null;
  unit: string | null;
  currency: string | null;
  parts: ReadonlyArray<{
    part: string;
    oldCost: string | null;
    newCost: string | null;
    percent: string | null;
  }>;
  oldMarkupPercent: string | null;
  newMarkupPercent: string | null;
  effectiveFrom: string;
  reason: string | null;
  changedBy: string;
  tenantsNotified: number;
}

const nameOf = (row: PriceChangeView) =>
  [row.provider, row.model].filter(Boolean).join(" ") ||
  (row.serviceType ? serviceWords(row.serviceType) : "Everything");

const scopes: Record<string, string> = {
  platform: "For everybody",
  plan: "For a plan",
  tenant: "For one tenant",
  provider: "What the provider charges",
};

/** What a rule without a price of its own says now. */
function markupWords(row: PriceChangeView): string {
  if (row.newMarkupPercent !== null) return `${row.newMarkupPercent.replace("-", "−")}% on the cost`;
  return row.action === "created" || row.action === "updated" ? "A fixed price" : "Ended";
}

/** A rule without a beginning holds from the start. */
const fromWords = (row: PriceChangeView, date: (at: string) => string) =>
  row.effectiveFrom < "1971" ? "From the start" : date(row.effectiveFrom);

function Change(props: { row: PriceChangeView }) {
  const { row } = props;
  if (row.parts.length === 0)
    return (
      <span className="num">
        {row.oldMarkupPercent === null ? "" : `${row.oldMarkupPercent}% on the cost → `}
        {markupWords(row)}
      </span>
    );
  return row.parts.map((part) => {
    const decimals = decimalsOf([part.oldCost, part.newCost], row.currency ?? "USD");
    return (
      <span key={part.part} className="row max-sm:min-w-44 max-sm:flex-wrap gap-x-1.5 gap-y-0">
        <PriceStep from={part.oldCost} to={part.newCost} currency={row.currency} decimals={decimals} />
        <span className="text-ink-3 max-sm:whitespace-normal">{rateWords(part.part)}</span>
        <span className="num">{changeWords(part.percent)}</span>
      </span>
    );
  });
}

/** What prices and rules were and will be; tenants can be written to about each. */
export function PriceChangeRoom(props: {
  source: RecordSource<PriceChangeView>;
  onNotify: (id: string) => void;
}) {
  const time = useTimeFormat();
  return (
    <RecordRoom
      title="Price changes"
      noun="change"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={nameOf}
      subtitleOf={(row) => row.reason ?? scopes[row.scope] ?? sentence(row.scope)}
      meta={(row) => `from ${fromWords(row, time.date).replace("From the", "the")}`}
      empty="Each change of a provider price or a rule is kept here."
      above={(row) => (
        <div className="p-5">
          <Change row={row} />
          <p className="text-ink-2 mt-2">
            {row.unit ? `${row.currency ?? ""} ${unitWords(row.unit)}. ` : ""}
            {row.reason ? `Reason: ${row.reason}` : ""}
          </p>
          <Button className="mt-4" icon={<Send size={14} />} onClick={() => props.onNotify(row.id)}>
            Write to the tenants
          </Button>
        </div>
      )}
      columns={[
        { key: "what", head: "What", cell: nameOf },
        {
          key: "for",
          head: "For",
          desk: true,
          cell: (row) => (scopes[row.scope] ?? sentence(row.scope)).replace("For ", ""),
        },
        { key: "action", head: "Action", desk: true, cell: (row) => <StatusChip status={row.action} /> },
        { key: "change", head: "Cost or markup", cell: (row) => <Change row={row} /> },
        { key: "from", head: "From", desk: true, cell: (row) => fromWords(row, time.date) },
        { key: "by", head: "By", desk: true, cell: (row) => whoWords(row.changedBy) },
        {
          key: "told",
          head: "Tenants told",
          number: true,
          desk: true,
          cell: (row) => row.tenantsNotified.toLocaleString("en-US"),
        },
      ]}
    />
  );
}
