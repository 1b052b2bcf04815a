"use client";
import { Calculator } from "lucide-react";
import { useState } from "react";
import { serviceWords } from "#components/billing/service-words.ts";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { SelectField, TextField } from "#components/ui/field.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";

export interface PreviewInput {
  tenantId: string;
  provider: string;
  model: string;
  input: number;
  output: number;
}

export interface PreviewResult {
  providerCost: string;
  clientPrice: string;
  profit: string;
  currency: string;
  explanation: string;
}

/** The reason without ids and codes: what the API says in full is for programs. */
function plainWords(reason: string, date: (at: string) => string): string {
  return reason
    .replace(/ [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => date(at))
    .replaceAll("price version from", "by the price of")
    .replaceAll("per 1k tokens", "per 1,000 tokens")
    .replaceAll("per 1m tokens", "per 1,000,000 tokens")
    .replace(/\((\w+) from/g, (_all, type: string) => `(${serviceWords(type)}, from`)
    .replaceAll(" %", "%");
}

/** What one call would cost, and which rule and price would win: nothing is stored. */
export function PricePreview(props: {
  tenants: ReadonlyArray<{ id: string; name: string }>;
  onPreview: (input: PreviewInput) => Promise<PreviewResult | string>;
}) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [input, setInput] = useState<PreviewInput>({
    tenantId: "",
    provider: "openai",
    model: "gpt-4",
    input: 120,
    output: 50,
  });
  const [result, setResult] = useState<PreviewResult | string | null>(null);
  const time = useTimeFormat();
  const tenantId = input.tenantId || (props.tenants[0]?.id ?? "");
  const set = (change: Partial<PreviewInput>) => setInput((old) => ({ ...old, ...change }));
  return (
    <>
      <Button icon={<Calculator size={14} />} onClick={() => setOpen(true)}>
        Try a price
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Try a price" description="Nothing is stored.">
        <form
          className="col gap-3"
          onSubmit={async (event) => {
            event.preventDefault();
            setBusy(true);
            setResult(await props.onPreview({ ...input, tenantId }));
            setBusy(false);
          }}
        >
          <SelectField
            label="Tenant"
            value={tenantId}
            options={props.tenants.map((tenant) => ({ value: tenant.id, label: tenant.name }))}
            onChange={(event) => set({ tenantId: event.target.value })}
          />
          <div className="grid grid-cols-2 gap-3">
            <TextField
              label="Provider"
              value={input.provider}
              onChange={(event) => set({ provider: event.target.value })}
            />
            <TextField
              label="Model"
              className="code"
              value={input.model}
              onChange={(event) => set({ model: event.target.value })}
            />
            <TextField
              label="Tokens in"
              type="number"
              min={0}
              value={input.input}
              onChange={(event) => set({ input: Number(event.target.value) })}
            />
            <TextField
              label="Tokens out"
              type="number"
              min={0}
              value={input.output}
              onChange={(event) => set({ output: Number(event.target.value) })}
            />
          </div>
          <Button
            type="submit"
            variant="primary"
            busy={busy}
            disabled={tenantId === ""}
            className="self-start"
          >
            Work it out
          </Button>
        </form>
        {typeof result === "string" ? (
          <p className="field-error mt-4" role="alert">
            {result}
          </p>
        ) : null}
        {result && typeof result !== "string" ? (
          <div className="mt-4" role="status">
            <dl className="facts">
              <dt>Cost</dt>
              <dd>
                <Amount value={result.providerCost} currency={result.currency} symbol />
              </dd>
              <dt>Price</dt>
              <dd>
                <Amount value={result.clientPrice} currency={result.currency} symbol />
              </dd>
              <dt>Profit</dt>
              <dd>
                <Amount value={result.profit} currency={result.currency} symbol />
              </dd>
              <dt>Why</dt>
              <dd className="!whitespace-normal">{plainWords(result.explanation, time.date)}</dd>
            </dl>
          </div>
        ) : null}
      </Dialog>
    </>
  );
}
