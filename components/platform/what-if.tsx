"use client";
import { History } from "lucide-react";
import { useState } from "react";
import { serviceWords } from "#components/billing/service-words.ts";
import { monthLabel } from "#components/billing/spend-answers.ts";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { SelectField, TextField } from "#components/ui/field.tsx";
import { SERVICE_TYPES } from "#domain/billing/service-type.ts";

export interface WhatIfInput {
  month: string;
  planId: string;
  tenantId: string;
  serviceType: string;
  model: string;
  markupPercent: string;
}

export interface WhatIfRow {
  name: string;
  currency: string;
  calls: number;
  was: { revenue: string };
  wouldBe: { revenue: string; profit: string };
  difference: { revenue: string };
}

/** What a month would have brought at another markup, tenant by tenant: nothing is stored. */
export function WhatIf(props: {
  months: ReadonlyArray<string>;
  tenants: ReadonlyArray<{ id: string; name: string }>;
  plans: ReadonlyArray<{ id: string; name: string }>;
  onAsk: (input: WhatIfInput) => Promise<{ rows: WhatIfRow[]; totals: WhatIfRow[] } | string>;
}) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [input, setInput] = useState<WhatIfInput>({
    month: "",
    planId: "",
    tenantId: "",
    serviceType: "token",
    model: "",
    markupPercent: "60",
  });
  const [result, setResult] = useState<{ rows: WhatIfRow[]; totals: WhatIfRow[] } | string | null>(null);
  const month = input.month || (props.months[0] ?? "");
  const set = (change: Partial<WhatIfInput>) => setInput((old) => ({ ...old, ...change }));
  return (
    <>
      <Button icon={<History size={14} />} onClick={() => setOpen(true)} disabled={props.months.length === 0}>
        What if
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="A month at another markup"
        description="Every call of the month is worked out again. Nothing is stored."
      >
        <form
          className="col gap-3"
          onSubmit={async (event) => {
            event.preventDefault();
            const wrong = !/^-?\d+([.]\d+)?$/.test(input.markupPercent.trim());
            setProblem(wrong ? "Give a number, such as 60." : undefined);
            if (wrong) return;
            setBusy(true);
            setResult(await props.onAsk({ ...input, month }));
            setBusy(false);
          }}
        >
          <div className="grid grid-cols-2 gap-3">
            <SelectField
              label="Month"
              value={month}
              options={props.months.map((value) => ({ value, label: monthLabel(value) }))}
              onChange={(event) => set({ month: event.target.value })}
            />
            <TextField
              label="Markup, percent"
              inputMode="decimal"
              error={problem}
              value={input.markupPercent}
              onChange={(event) => set({ markupPercent: event.target.value })}
            />
            <SelectField
              label="Plan"
              placeholder="every plan"
              value={input.planId}
              disabled={input.tenantId !== ""}
              options={props.plans.map((plan) => ({ value: plan.id, label: plan.name }))}
              onChange={(event) => set({ planId: event.target.value })}
            />
            <SelectField
              label="Tenant"
              placeholder="every tenant"
              value={input.tenantId}
              options={props.tenants.map((tenant) => ({ value: tenant.id, label: tenant.name }))}
              onChange={(event) => set({ tenantId: event.target.value, planId: "" })}
            />
          </div>
          <SelectField
            label="Service"
            placeholder="every service"
            value={input.serviceType}
            options={SERVICE_TYPES.map((value) => ({ value, label: serviceWords(value) }))}
            onChange={(event) => set({ serviceType: event.target.value })}
          />
          <TextField
            label="Model"
            className="code"
            placeholder="every model"
            value={input.model}
            onChange={(event) => set({ model: event.target.value })}
          />
          <Button type="submit" variant="primary" busy={busy} className="self-start">
            Work it out
          </Button>
        </form>
        <WhatIfResult result={result} />
      </Dialog>
    </>
  );
}

function WhatIfResult(props: { result: { rows: WhatIfRow[]; totals: WhatIfRow[] } | string | null }) {
  const { result } = props;
  if (result === null) return null;
  if (typeof result === "string")
    return (
      <p className="field-error mt-4" role="alert">
        {result}
      </p>
    );
  if (result.rows.length === 0)
    return (
      <p className="text-ink-3 mt-4" role="status">
        Nothing of that month would have been touched.
      </p>
    );
  const decimals = decimalsOf(
    result.totals.flatMap((row) => [row.was.revenue, row.wouldBe.revenue, row.difference.revenue]),
  );
  const moved = result.rows.some((row) => /[1-9]/.test(row.difference.revenue));
  const line = (row: WhatIfRow) => (
    <tr key={`${row.name} ${row.currency}`}>
      <td>
        {row.name} <span className="text-ink-3">{row.currency}</span>
      </td>
      {[row.was.revenue, row.wouldBe.revenue, row.difference.revenue].map((value, at) => (
        <td key={heads[at]} className={`r ${at === 0 ? "only-desk" : ""}`}>
          <Amount value={value} currency={row.currency} decimals={decimals} />
        </td>
      ))}
    </tr>
  );
  return (
    <>
      {moved ? null : (
        <p className="text-ink-2 mt-4" role="status">
          Nothing changes: rules that are narrower, or a tenant's own, win over this one.
        </p>
      )}
      <table className="tbl mt-4" aria-label="The month at the other markup">
        <thead>
          <tr>
            <th>Tenant</th>
            {heads.map((head, at) => (
              <th key={head} className={`r ${at === 0 ? "only-desk" : ""}`}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{result.rows.map(line)}</tbody>
        <tfoot>{result.totals.map(line)}</tfoot>
      </table>
    </>
  );
}

const heads = ["Was", "Would be", "Difference"];
