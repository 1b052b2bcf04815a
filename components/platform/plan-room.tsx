"use client";
import { includedWords } from "#components/billing/plan-view.ts";
import { Amount } from "#components/ui/amount.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { type PlanFormView, planFields, planValues } from "./plan-form.ts";

export interface PlanRowView extends PlanFormView {
  id: string;
  active: boolean;
}

/** What tenants subscribe to. */
export function PlanRoom(props: { source: RecordSource<PlanRowView> }) {
  return (
    <RecordRoom
      title="Plans"
      noun="plan"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => row.code}
      meta={(row) => includedWords(row.included)}
      empty="A plan has a price, what it includes, and its limits."
      createInitial={{ currency: "USD", trialDays: 0, interval: "month", intervalCount: 1 }}
      createFields={planFields}
      editFields={() => planFields}
      valuesOf={planValues}
      columns={[
        { key: "name", head: "Plan", cell: (row) => row.name },
        { key: "code", head: "Code", desk: true, cell: (row) => <span className="code">{row.code}</span> },
        {
          key: "month",
          head: "By the month",
          number: true,
          cell: (row) => <Amount value={row.monthlyPrice} currency={row.currency} symbol />,
        },
        {
          key: "year",
          head: "By the year",
          number: true,
          desk: true,
          cell: (row) =>
            row.yearlyPrice ? <Amount value={row.yearlyPrice} currency={row.currency} symbol /> : "–",
        },
        {
          key: "included",
          head: "Includes",
          desk: true,
          cell: (row) => <span className="text-ink-2">{includedWords(row.included)}</span>,
        },
        {
          key: "status",
          head: "Status",
          cell: (row) => <StatusChip status={row.active ? "active" : "archived"} />,
        },
      ]}
    />
  );
}
