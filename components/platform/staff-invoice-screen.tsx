"use client";
import "#components/billing/billing.css";
import "./invoices.css";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { invoiceChip } from "#components/billing/invoice-chip.tsx";
import type { InvoiceView } from "#components/billing/invoice-view.ts";
import { sentence } from "#components/billing/service-words.ts";
import { Amount } from "#components/ui/amount.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";

export interface StaffLineView {
  id: string;
  kind: string;
  description: string;
  quantity: number;
  amount: string;
  amountExact: string;
  currency: string;
}

/** An invoice as staff see it: figures and history, its lines, its money, its mail; the acts above. */
export function StaffInvoiceScreen(props: {
  invoice: InvoiceView;
  tenantName: string;
  lines: ReadonlyArray<StaffLineView> | null;
  linesError: string | null;
  actions: ReactNode;
  history: ReactNode;
  sections: ReadonlyArray<{ title: string; body: ReactNode }>;
}) {
  const { invoice } = props;
  return (
    <div className="sheet col">
      <header className="bar h-auto! min-h-[52px] flex-wrap py-2">
        <div className="crumb">
          <Link href="/platform/invoices">Invoices</Link>
          <ChevronRight size={12} aria-hidden="true" />
          <h1 className="clip">{invoice.number ?? "Draft"}</h1>
        </div>
        {invoiceChip(invoice.status)}
        <span className="end row flex-wrap gap-1.5">{props.actions}</span>
      </header>
      <div className="staff-bill">
        <section className="bill-inv" aria-label="Figures">
          <h2 className="text-title">{props.tenantName}</h2>
          <p className="text-small text-ink-3">
            {invoice.month}, {invoice.currency}
          </p>
          <dl>
            {[...invoice.figures, { label: "Total", value: invoice.total }, ...invoice.settled].map(
              (figure) => (
                <div key={figure.label} className="contents">
                  <dt className={figure.label === "Total" ? "sum" : ""}>{figure.label}</dt>
                  <dd className={figure.label === "Total" ? "sum" : ""}>
                    <Amount value={figure.value} currency={invoice.currency} minor />
                  </dd>
                </div>
              ),
            )}
          </dl>
          <p className="text-small text-ink-3 mt-2.5">{invoice.note.join(" ")}</p>
          {props.history}
        </section>
        <div className="min-w-0">
          <section aria-label="Lines" className="!px-2">
            <h2 className="text-title px-3">Lines</h2>
            <DataTable
              label="Lines"
              rows={props.lines}
              error={props.linesError}
              idOf={(line) => line.id}
              empty={<Empty title="No lines" text="Nothing is billed on this invoice." />}
              columns={[
                { key: "what", head: "What", cell: (line) => line.description },
                {
                  key: "kind",
                  head: "Kind",
                  desk: true,
                  cell: (line) => <span className="text-ink-3">{sentence(line.kind)}</span>,
                },
                {
                  key: "quantity",
                  head: "Quantity",
                  number: true,
                  desk: true,
                  cell: (line) => line.quantity.toLocaleString("en-US"),
                },
                {
                  key: "exact",
                  head: "Exact",
                  number: true,
                  desk: true,
                  cell: (line) => <Amount value={line.amountExact} currency={line.currency} />,
                },
                {
                  key: "amount",
                  head: "Amount",
                  number: true,
                  cell: (line) => <Amount value={line.amount} currency={line.currency} minor />,
                },
              ]}
            />
          </section>
          {props.sections.map((section) => (
            <section key={section.title} aria-label={section.title}>
              <h2 className="text-title">{section.title}</h2>
              {section.body}
            </section>
          ))}
        </div>
      </div>
    </div>
  );
}
