"use client";
import type { ReactNode } from "react";
import { useState } from "react";
import { PriceStep } from "#components/billing/price-step.tsx";
import { changeWords, rateWords, sentence, unitWords } from "#components/billing/service-words.ts";
import { decimalsOf } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Chip, type ChipTone } from "#components/ui/chip.tsx";
import { TextField } from "#components/ui/field.tsx";
import { LinkTabs } from "#components/ui/link-tabs.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";

export type ProposalStatus = "open" | "accepted" | "rejected";

export interface ProposalView {
  id: string;
  source: string;
  provider: string;
  model: string;
  serviceType: string;
  unit: string;
  currency: string;
  validFrom: string;
  rates: ReadonlyArray<{ part: string; old: string | null; new: string | null; percent: string | null }>;
  verdict: string;
  factor: string | null;
  disputed: boolean;
  status: string;
  decidedBy: string | null;
}

interface PriceListView {
  id: string;
  source: string;
  offered: number;
  unchanged: number;
  open: number;
  refused: ReadonlyArray<{ name: string; reason: string }>;
  createdAt: string;
}

const verdicts: Record<string, { tone: ChipTone; words: string }> = {
  new: { tone: "info", words: "New model" },
  inside: { tone: "positive", words: "Inside the band" },
  outside: { tone: "critical", words: "Outside the band" },
};

export const priceTabs = (
  <LinkTabs
    label="Provider prices"
    tabs={[
      { href: "/platform/prices", label: "In force", exact: true },
      { href: "/platform/prices/proposals", label: "Proposed" },
      { href: "/platform/prices/rates", label: "Exchange rates" },
    ]}
  />
);

function Judgement(props: { row: ProposalView }) {
  const { verdict, factor, disputed } = props.row;
  const known = verdicts[verdict];
  return (
    <span className="row gap-1.5">
      <Chip tone={known?.tone ?? "neutral"}>
        {known?.words ?? verdict}
        {verdict === "outside" && factor ? `, × ${Number(factor)}` : ""}
      </Chip>
      {disputed ? <Chip tone="caution">Sources disagree</Chip> : null}
    </span>
  );
}

function Rates(props: { row: ProposalView }) {
  const { rates, currency } = props.row;
  const decimals = decimalsOf(
    rates.flatMap((rate) => [rate.old, rate.new]),
    currency,
  );
  return rates.map((rate) => (
    <span key={rate.part} className="row max-sm:min-w-44 max-sm:flex-wrap gap-x-1.5 gap-y-0">
      <PriceStep from={rate.old} to={rate.new} currency={currency} decimals={decimals} />
      <span className="text-ink-3 max-sm:whitespace-normal">{rateWords(rate.part)}</span>
      <span className="num">{changeWords(rate.percent)}</span>
    </span>
  ));
}

function Decision(props: {
  row: ProposalView;
  onAccept: (input: { id: string; validFrom?: string; confirm: boolean }) => Promise<string | null>;
  onReject: (id: string) => Promise<string | null>;
}) {
  const { row } = props;
  const [from, setFrom] = useState(row.validFrom.slice(0, 10));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const wild = row.verdict === "outside" || row.disputed;
  const act = async (deed: () => Promise<string | null>) => {
    setBusy(true);
    setFailure(await deed());
    setBusy(false);
  };
  if (row.status !== "open")
    return (
      <p className="text-ink-2">
        {sentence(row.status)} by {row.decidedBy ?? "a later list"}
      </p>
    );
  return (
    <div className="col gap-3">
      {wild ? (
        <p className="text-ink-2">
          {row.disputed
            ? "Another source names other rates for this model. Hold it against the provider's own page."
            : "A rate moves by more than three times, or to or from nothing. Hold it against the provider's own page."}
        </p>
      ) : null}
      <TextField label="Begins" type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
      {failure ? (
        <p className="field-error" role="alert">
          {failure}
        </p>
      ) : null}
      <div className="row gap-2">
        <Button
          variant="primary"
          busy={busy}
          onClick={() =>
            act(() =>
              props.onAccept({
                id: row.id,
                confirm: wild,
                ...(from === row.validFrom.slice(0, 10) ? {} : { validFrom: from }),
              }),
            )
          }
        >
          {wild ? "I checked it, accept" : "Accept"}
        </Button>
        <Button busy={busy} onClick={() => act(() => props.onReject(row.id))}>
          Reject
        </Button>
      </div>
    </div>
  );
}

/** The lists that came in last: what each offered, and what of it can be accepted at once. */
function Lists(props: {
  lists: ReadonlyArray<PriceListView>;
  onAcceptAll: (id: string, newModels: boolean) => Promise<string | null>;
}) {
  const time = useTimeFormat();
  return (
    <ul className="col gap-1 py-1">
      {props.lists.map((list) => (
        <li key={list.id} className="row flex-wrap gap-2">
          <span>{list.source}</span>
          <span className="text-ink-3">{time.stamp(list.createdAt)}</span>
          <span className="num text-ink-2">
            {list.offered} lines, {list.unchanged} unchanged, {list.open} open
          </span>
          {list.refused.length > 0 ? (
            <span
              className="text-ink-2"
              title={list.refused.map((one) => `${one.name}: ${one.reason}`).join("\n")}
            >
              {list.refused.length} unreadable, the first {list.refused[0]?.name}: {list.refused[0]?.reason}
            </span>
          ) : null}
          {list.open > 0 ? (
            <span className="row gap-1.5">
              <Button size="sm" onClick={() => void props.onAcceptAll(list.id, false)}>
                Accept what is inside the band
              </Button>
              <Button size="sm" onClick={() => void props.onAcceptAll(list.id, true)}>
                Accept new models too
              </Button>
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

/** Prices that lists propose, each beside the one in force: nothing is applied until somebody accepts it. */
export function PriceProposalRoom(props: {
  source: RecordSource<ProposalView>;
  status: ProposalStatus;
  onStatus: (status: ProposalStatus) => void;
  lists: ReadonlyArray<PriceListView>;
  bring: ReactNode;
  onAccept: (input: { id: string; validFrom?: string; confirm: boolean }) => Promise<string | null>;
  onReject: (id: string) => Promise<string | null>;
  onAcceptAll: (id: string, newModels: boolean) => Promise<string | null>;
}) {
  const time = useTimeFormat();
  return (
    <RecordRoom
      title="Provider prices"
      noun="proposal"
      tabs={priceTabs}
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.model}
      subtitleOf={(row) => `${row.provider}, ${unitWords(row.unit)}, by ${row.source}`}
      emptyTitle={props.status === "open" ? "Nothing is proposed" : `Nothing was ${props.status}`}
      meta={(row) => (
        <>
          <span>{row.provider}</span>
          <Judgement row={row} />
        </>
      )}
      empty="Hand in a list of prices: what differs from the prices in force is shown here, and nothing is applied by itself."
      tools={
        <div className="col w-full gap-2">
          <div className="row flex-wrap gap-2">
            <Segmented
              label="State"
              value={props.status}
              onChange={props.onStatus}
              options={(["open", "accepted", "rejected"] as const).map((value) => ({
                value,
                label: sentence(value),
              }))}
            />
            {props.bring}
          </div>
          <Lists lists={props.lists} onAcceptAll={props.onAcceptAll} />
        </div>
      }
      above={(row) => (
        <div className="col gap-4 p-5">
          <Judgement row={row} />
          <div className="col gap-1">
            <Rates row={row} />
          </div>
          <Decision row={row} onAccept={props.onAccept} onReject={props.onReject} />
        </div>
      )}
      columns={[
        { key: "model", head: "Model", cell: (row) => <span className="code">{row.model}</span> },
        { key: "provider", head: "Provider", desk: true, cell: (row) => row.provider },
        { key: "change", head: "In force → proposed", cell: (row) => <Rates row={row} /> },
        { key: "verdict", head: "Judged", desk: true, cell: (row) => <Judgement row={row} /> },
        { key: "source", head: "Source", desk: true, cell: (row) => row.source },
        { key: "from", head: "Begins", desk: true, cell: (row) => time.date(row.validFrom) },
      ]}
    />
  );
}
