"use client";
import { ReceiptText } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { SelectField, TextField } from "#components/ui/field.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";

export interface PlatformInvoiceRowView {
  id: string;
  number: string | null;
  tenantName: string;
  month: string;
  status: string;
  total: string;
  currency: string;
}

export interface RunOutcome {
  ok: boolean;
  text: string;
}

/** Bills a month for all tenants or one; run again, it changes nothing. */
export function InvoiceRun(props: {
  rows: ReadonlyArray<PlatformInvoiceRowView> | null;
  error: string | null;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
  tenants: ReadonlyArray<{ id: string; name: string }>;
  onRun: (tenantId: string | null, period: string | null) => Promise<RunOutcome>;
}) {
  const [tenantId, setTenant] = useState("");
  const [period, setPeriod] = useState("");
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<RunOutcome | null>(null);
  const tools: ReactNode = (
    <form
      className="row flex-wrap items-end"
      onSubmit={async (event) => {
        event.preventDefault();
        setBusy(true);
        setOutcome(await props.onRun(tenantId || null, period || null));
        setBusy(false);
      }}
    >
      <SelectField
        label="Tenant"
        value={tenantId}
        placeholder="All tenants"
        options={props.tenants.map((tenant) => ({ value: tenant.id, label: tenant.name }))}
        onChange={(event) => setTenant(event.target.value)}
      />
      <TextField
        label="Month"
        placeholder="the last closed"
        pattern="\d{4}-\d{2}"
        value={period}
        onChange={(event) => setPeriod(event.target.value)}
      />
      <Button type="submit" variant="primary" busy={busy} icon={<ReceiptText size={14} />}>
        {busy ? "Billing" : "Run invoices"}
      </Button>
      {outcome ? (
        <span role="status" className={outcome.ok ? "text-positive" : "text-critical"}>
          {outcome.text}
        </span>
      ) : null}
    </form>
  );
  return (
    <ListPage title="Invoices" count={props.hasMore ? null : (props.rows?.length ?? null)} tools={tools}>
      <DataTable
        label="Invoices"
        rows={props.rows}
        error={props.error}
        onRetry={props.onRetry}
        hasMore={props.hasMore}
        onMore={props.onMore}
        idOf={(row) => row.id}
        empty={<Empty title="No invoices yet" text="Run the invoices of a month that has ended." />}
        columns={[
          { key: "number", head: "Number", cell: (row) => <b>{row.number ?? "Draft"}</b> },
          { key: "tenant", head: "Tenant", cell: (row) => row.tenantName },
          { key: "month", head: "Month", cell: (row) => row.month },
          { key: "status", head: "Status", cell: (row) => <StatusChip status={row.status} /> },
          {
            key: "total",
            head: "Total",
            number: true,
            cell: (row) => <Amount value={row.total} currency={row.currency} decimals={2} symbol />,
          },
        ]}
      />
    </ListPage>
  );
}
