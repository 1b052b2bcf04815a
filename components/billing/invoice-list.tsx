"use client";
import "./billing.css";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { BillingBar } from "./billing-bar.tsx";
import { invoiceChip } from "./invoice-chip.tsx";
import type { InvoiceRowView } from "./invoice-view.ts";

/** The list of all invoices. */
export function InvoiceList(props: {
  base: string;
  invoices: ReadonlyArray<InvoiceRowView>;
  hasMore: boolean;
  onMore: () => void;
}) {
  const time = useTimeFormat();
  return (
    <div className="sheet col">
      <BillingBar base={props.base} title="Billing" />
      <div className="min-h-0 flex-1 overflow-auto px-2">
        {props.invoices.length === 0 ? (
          <Empty title="No invoices yet" text="A month is billed when it has ended in your time zone." />
        ) : (
          <table className="tbl">
            <thead>
              <tr>
                <th>Number</th>
                <th className="only-desk">Month</th>
                <th>Status</th>
                <th className="only-desk r">Due</th>
                <th className="r">Total</th>
                <th className="only-desk">
                  <span className="sr-only">Open</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {props.invoices.map((invoice) => (
                <tr key={invoice.id}>
                  <td>
                    <Link href={`${props.base}/invoices/${invoice.id}`} className="font-strong">
                      {invoice.number ?? "Draft"}
                    </Link>
                    <div className="row-meta only-phone">
                      <span>{invoice.month}</span>
                      {invoice.status === "draft" || /^[0.]*$/.test(invoice.amountDue) ? null : (
                        <span>
                          due <Amount value={invoice.amountDue} currency={invoice.currency} minor symbol />
                        </span>
                      )}
                    </div>
                  </td>
                  <td className="only-desk">{invoice.month}</td>
                  <td>
                    {invoiceChip(invoice.status)}
                    {invoice.finalizesAt ? (
                      <span className="only-desk text-small text-ink-3 ms-2">
                        final {time.moment(invoice.finalizesAt)}
                      </span>
                    ) : null}
                  </td>
                  <td className="only-desk r">
                    {invoice.status === "draft" ? (
                      "–"
                    ) : (
                      <Amount value={invoice.amountDue} currency={invoice.currency} minor symbol />
                    )}
                  </td>
                  <td className="r">
                    <Amount value={invoice.total} currency={invoice.currency} minor symbol />
                  </td>
                  <td className="act only-desk">
                    <ChevronRight size={14} aria-hidden="true" className="inline" />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {props.hasMore ? (
          <Button variant="quiet" className="m-3" onClick={props.onMore}>
            More invoices
          </Button>
        ) : null}
      </div>
    </div>
  );
}
