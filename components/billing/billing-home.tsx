"use client";
import "./billing.css";
import Link from "next/link";
import type { ReactNode } from "react";
import { Amount } from "#components/ui/amount.tsx";
import { Seal } from "#components/ui/seal.tsx";
import { BillingBar } from "./billing-bar.tsx";
import { invoiceChip } from "./invoice-chip.tsx";
import type { InvoiceRowView } from "./invoice-view.ts";
import { AlertList, QuotaList } from "./limit-lists.tsx";
import { SpendChart } from "./spend-chart.tsx";
import type { AlertView, QuotaView, SpendView } from "./spend-view.ts";

/** Spend this month against budget and limits, by model; last invoices. Every number opens. */
export function BillingHome(props: {
  base: string;
  spend: SpendView;
  alerts: ReadonlyArray<AlertView>;
  quotas: ReadonlyArray<QuotaView>;
  invoices: ReadonlyArray<InvoiceRowView>;
  /** The table under the chart. */
  by: ReactNode;
  onNewAlert: (() => void) | null;
  onNewQuota: (() => void) | null;
  onPayQuota: ((quota: QuotaView) => void) | null;
}) {
  const { spend } = props;
  return (
    <div className="sheet">
      <div className="bill-home">
        <BillingBar base={props.base} title="Billing" />
        <div className="bill-main">
          <div className="flex flex-wrap gap-x-12 gap-y-3 px-5 pt-4">
            <div>
              <p className="text-ink-2">Spent in {spend.monthLabel}</p>
              <p className="text-figure">
                <Amount value={spend.total} currency={spend.currency} symbol />
              </p>
              {spend.seal ? <Seal ok={spend.seal.ok}>{spend.seal.text}</Seal> : null}
            </div>
            <div>
              <p className="text-ink-2">Calls</p>
              <p className="text-figure num">{spend.calls.toLocaleString("en-US")}</p>
            </div>
          </div>
          <SpendChart
            title="Usage per day"
            days={spend.days}
            series={spend.series}
            flags={spend.flags}
            currency={spend.currency}
            selectedDay={null}
          />
          {props.by}
        </div>
        <aside className="bill-side" aria-label="Limits and invoices">
          <AlertList alerts={props.alerts} onNew={props.onNewAlert} />
          <QuotaList quotas={props.quotas} onNew={props.onNewQuota} onPay={props.onPayQuota} />
          <section>
            <h2 className="text-title mb-2">Invoices</h2>
            {props.invoices.length === 0 ? (
              <p className="text-ink-3">The first invoice comes after the month's end.</p>
            ) : null}
            <ul>
              {props.invoices.map((invoice) => (
                <li key={invoice.id}>
                  <Link href={`${props.base}/invoices/${invoice.id}`} className="row">
                    <span className="drill clip" title={invoice.month}>
                      {invoice.number ?? "Draft"}
                    </span>
                    <span className="end num">
                      <Amount value={invoice.total} currency={invoice.currency} />
                    </span>
                    {invoiceChip(invoice.status)}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        </aside>
      </div>
    </div>
  );
}
