"use client";
import type { ReactNode } from "react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Meter } from "#components/ui/meter.tsx";
import type { FieldSpec } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { Age } from "#components/ui/time.tsx";

export interface IntentRowView {
  id: string;
  name: string;
  description: string;
  examples: ReadonlyArray<string>;
  threshold: string;
  active: boolean;
  matchCount: number;
  lastMatchedAt: string | null;
}

export interface IntentGuess {
  intent: string | null;
  confidence: number;
  others: ReadonlyArray<{ intent: string; confidence: number }>;
}

const fields: ReadonlyArray<FieldSpec> = [
  { name: "name", label: "Name", required: true, code: true, placeholder: "product_purchase" },
  { name: "description", label: "What the customer wants", kind: "area" },
  {
    name: "examples",
    label: "Examples, one a line",
    kind: "lines",
    hint: "Ten different ways to say it are a good start.",
  },
  { name: "threshold", label: "Counts from a confidence of", kind: "amount", hint: "Between 0 and 1." },
  { name: "active", label: "In use", kind: "switch" },
];

/** What customers may want, with examples; a box tries a sentence. */
export function IntentRoom(props: {
  source: RecordSource<IntentRowView>;
  tabs?: ReactNode;
  onClassify: ((text: string) => Promise<IntentGuess | string>) | null;
}) {
  return (
    <RecordRoom
      title="AI"
      noun="intent"
      tabs={props.tabs}
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => `${row.examples.length} examples`}
      empty="An intent is what a customer wants; a flow starts with it."
      tools={props.onClassify ? <TryBox onClassify={props.onClassify} /> : undefined}
      createInitial={{ active: true, threshold: "0.5", examples: [] }}
      createFields={fields}
      editFields={() => fields}
      valuesOf={(row) => ({
        name: row.name,
        description: row.description,
        examples: [...row.examples],
        threshold: row.threshold,
        active: row.active,
      })}
      columns={[
        { key: "name", head: "Intent", cell: (row) => <span className="code">{row.name}</span> },
        {
          key: "description",
          head: "Means",
          desk: true,
          cell: (row) => <span className="text-ink-2 block max-w-[44ch] truncate">{row.description}</span>,
        },
        { key: "examples", head: "Examples", number: true, cell: (row) => row.examples.length },
        {
          key: "matches",
          head: "Found",
          number: true,
          cell: (row) => row.matchCount.toLocaleString("en-US"),
        },
        {
          key: "last",
          head: "Last",
          desk: true,
          cell: (row) => (row.lastMatchedAt ? <Age at={row.lastMatchedAt} className="text-ink-3" /> : "–"),
        },
      ]}
    />
  );
}

function TryBox(props: { onClassify: (text: string) => Promise<IntentGuess | string> }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [guess, setGuess] = useState<IntentGuess | string | null>(null);
  return (
    <form
      className="row w-full flex-wrap"
      onSubmit={async (event) => {
        event.preventDefault();
        if (!text.trim()) return;
        setBusy(true);
        setGuess(await props.onClassify(text));
        setBusy(false);
      }}
    >
      <div className="w-80 max-w-full">
        <TextField
          label="Try a sentence"
          hideLabel
          placeholder="Try a sentence: I want to buy…"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <Button type="submit" busy={busy}>
        Classify
      </Button>
      <span className="row" role="status">
        {typeof guess === "string" ? <span className="text-critical">{guess}</span> : null}
        {guess && typeof guess !== "string" ? (
          <>
            <span className="code">{guess.intent ?? "none of them"}</span>
            <Meter className="w-24" label="Confidence" percent={guess.confidence * 100} />
            <b className="num">{Math.round(guess.confidence * 100)}%</b>
          </>
        ) : null}
      </span>
    </form>
  );
}
