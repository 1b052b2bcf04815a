"use client";
import "./invoices.css";
import { ReceiptText } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { invoiceChip, invoiceWords } from "#components/billing/invoice-chip.tsx";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { SelectField, TextField } from "#components/ui/field.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { BillsTabs } from "./bills-tabs.tsx";

export interface PlatformInvoiceRowView {
  id: string;
  number: string | null;
  tenantName: string;
  month: string;
  status: string;
  finalizesAt: string | null;
  total: string;
  currency: string;
}

export interface RunOutcome {
  ok: boolean;
  text: string;
}

/** Starts the billing of a month: of all tenants in the background, of one at once. */
function RunForm(props: {
  tenants: ReadonlyArray<{ id: string; name: string }>;
  onRun: (tenantId: string | null, period: string | null) => Promise<RunOutcome>;
}) {
  const [tenantId, setTenant] = useState("");
  const [period, setPeriod] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<RunOutcome | null>(null);
  return (
    <form
      className="flex flex-wrap items-start gap-2"
      onSubmit={async (event) => {
        event.preventDefault();
        const wrong = period !== "" && !/^\d{4}-(0[1-9]|1[0-2])$/.test(period);
        setProblem(wrong ? "Give a month such as 2026-10." : undefined);
        if (wrong) return;
        setBusy(true);
        setOutcome(await props.onRun(tenantId || null, period || null));
        setBusy(false);
      }}
    >
      <SelectField
        label="Tenant"
        className="sm:max-w-56"
        value={tenantId}
        placeholder="All tenants"
        options={props.tenants.map((tenant) => ({ value: tenant.id, label: tenant.name }))}
        onChange={(event) => setTenant(event.target.value)}
      />
      <TextField
        label="Month"
        placeholder="the last closed"
        error={problem}
        value={period}
        onChange={(event) => setPeriod(event.target.value)}
      />
      <Button
        type="submit"
        variant="primary"
        className="sm:mt-[26px]"
        busy={busy}
        icon={<ReceiptText size={14} />}
      >
        {busy ? "Billing" : "Run invoices"}
      </Button>
      {outcome ? (
        <span role="status" className={`sm:mt-8 ${outcome.ok ? "text-positive" : "text-critical"}`}>
          {outcome.text}
        </span>
      ) : null}
    </form>
  );
}

const filters = ["draft", "open", "paid", "uncollectible", "void"].map((value) => ({
  value,
  label: invoiceWords(value),
}));

/** Invoices of all tenants, the run that makes them, and how far it is. */
export function InvoiceRun(props: {
  rows: ReadonlyArray<PlatformInvoiceRowView> | null;
  error: string | null;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
  status: string;
  onStatus: (status: string) => void;
  tenants: ReadonlyArray<{ id: string; name: string }>;
  onRun: (tenantId: string | null, period: string | null) => Promise<RunOutcome>;
  aside: ReactNode;
}) {
  const router = useRouter();
  const time = useTimeFormat();
  return (
    <ListPage
      title="Invoices"
      tabs={<BillsTabs />}
      tools={<RunForm tenants={props.tenants} onRun={props.onRun} />}
      actions={
        <SelectField
          label="Status"
          hideLabel
          placeholder="All statuses"
          value={props.status}
          options={filters}
          onChange={(event) => props.onStatus(event.target.value)}
        />
      }
    >
      <div className="with-aside">
        <div className="min-w-0">
          <DataTable
            label="Invoices"
            rows={props.rows}
            error={props.error}
            onRetry={props.onRetry}
            hasMore={props.hasMore}
            onMore={props.onMore}
            idOf={(row) => row.id}
            onOpen={(row) => router.push(`/platform/invoices/${row.id}`)}
            meta={(row) => (
              <>
                <span>{row.tenantName}</span>
                <span>{row.month}</span>
              </>
            )}
            empty={<Empty title="No invoices here" text="Run the invoices of a month that has ended." />}
            columns={[
              { key: "number", head: "Number", cell: (row) => <b>{row.number ?? "Draft"}</b> },
              { key: "tenant", head: "Tenant", desk: true, cell: (row) => row.tenantName },
              { key: "month", head: "Month", desk: true, cell: (row) => row.month },
              {
                key: "status",
                head: "Status",
                cell: (row) => (
                  <>
                    {invoiceChip(row.status)}
                    {row.finalizesAt ? (
                      <span className="only-desk text-small text-ink-3 ms-2">
                        final {time.moment(row.finalizesAt)}
                      </span>
                    ) : null}
                  </>
                ),
              },
              {
                key: "total",
                head: "Total",
                number: true,
                cell: (row) => <Amount value={row.total} currency={row.currency} minor symbol />,
              },
            ]}
          />
        </div>
        <aside aria-label="Invoice runs">{props.aside}</aside>
      </div>
    </ListPage>
  );
}
