"use client";
import "./billing.css";
import { ChevronRight, Download, ShieldCheck } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Amount, splitAmount } from "#components/ui/amount.tsx";
import { invoiceChip } from "./invoice-chip.tsx";
import type { InvoiceView } from "./invoice-view.ts";
import { LedgerColumn } from "./ledger-column.tsx";
import type { LedgerColumnView } from "./ledger-view.ts";

/** An invoice that opens down to the single call: five ledger columns, each level its own address. */
export function InvoiceScreen(props: {
  base: string;
  invoice: InvoiceView;
  chart: ReactNode;
  /** Paying and the PDF. */
  actions: ReactNode;
  /** The invoice's history, payments and credit notes. */
  money: ReactNode;
  columns: ReadonlyArray<LedgerColumnView>;
  slip: ReactNode;
}) {
  const { invoice, columns } = props;
  const total = splitAmount(invoice.total, invoice.currency);
  return (
    <div className="sheet">
      <div className="bill">
        <header className="bar">
          <div className="crumb">
            <Link href={props.base} className="only-desk">
              Billing
            </Link>
            <ChevronRight size={12} aria-hidden="true" className="only-desk" />
            <Link href={`${props.base}/invoices`} className="only-desk">
              Invoices
            </Link>
            <ChevronRight size={12} aria-hidden="true" className="only-desk" />
            <h1 className="clip">{invoice.number ?? "Draft"}</h1>
          </div>
          {invoiceChip(invoice.status)}
          <span className="end row gap-1.5">
            {invoice.recordsSeal ? (
              <span className={`seal only-desk me-2 ${invoice.recordsSeal.ok ? "" : "broken"}`}>
                <ShieldCheck size={14} aria-hidden="true" />
                {invoice.recordsSeal.text}
              </span>
            ) : null}
            {props.actions}
            {invoice.csvHref ? (
              <a href={invoice.csvHref} className="btn only-desk" aria-label="Download CSV" download>
                <Download size={14} aria-hidden="true" />
                CSV
              </a>
            ) : null}
          </span>
        </header>
        <div className="bill-over">
          <section className="bill-inv" aria-label="Figures">
            <div className="row">
              <h2 className="text-title">{invoice.month}</h2>
              <span className="end text-small text-ink-3">{invoice.currency}</span>
            </div>
            <dl>
              {invoice.figures.map((figure) => (
                <Figure
                  key={figure.label}
                  label={figure.label}
                  value={figure.value}
                  currency={invoice.currency}
                />
              ))}
              <dt className="sum">Total</dt>
              <dd className="sum">
                {total.sign}
                {total.symbol}
                {total.head}
              </dd>
              {invoice.settled.map((row) => (
                <Figure key={row.label} label={row.label} value={row.value} currency={invoice.currency} />
              ))}
            </dl>
            <p className="text-small text-ink-3 mt-2.5">
              {invoice.note.map((line) => (
                <span key={line} className="block">
                  {line}
                </span>
              ))}
            </p>
          </section>
          <div className="min-w-0">
            {props.chart}
            <div className="bill-extra">{props.money}</div>
          </div>
        </div>
        {columns.length > 1 ? (
          <nav className="levels" aria-label="Levels above">
            {columns.slice(0, -1).map((column) => (
              <Link key={column.key} href={column.href}>
                {column.title} ›
              </Link>
            ))}
          </nav>
        ) : null}
        <section className="cols" aria-label="Drill-down">
          {columns.map((column, index) => (
            <LedgerColumn key={column.key} column={column} currency={invoice.currency}>
              {index === columns.length - 1 ? props.slip : null}
            </LedgerColumn>
          ))}
        </section>
      </div>
    </div>
  );
}

function Figure(props: { label: string; value: string; currency: string }) {
  return (
    <>
      <dt>{props.label}</dt>
      <dd>
        <Amount value={props.value} currency={props.currency} minor />
      </dd>
    </>
  );
}
