"use client";
import Link from "next/link";
import { Amount } from "#components/ui/amount.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";

export interface CorrectionView {
  id: string;
  /** A note's number, or what a refund is. */
  name: string;
  status: string | null;
  reason: string;
  amount: string;
  currency: string;
  by: string;
  at: string;
}

/** Credit notes or refunds of an invoice, with their reason and who made them. */
export function Corrections(props: { rows: ReadonlyArray<CorrectionView>; none: string }) {
  const { stamp } = useTimeFormat();
  if (props.rows.length === 0) return <p className="text-ink-3">{props.none}</p>;
  return (
    <ul className="money-list !mt-0 !border-0">
      {props.rows.map((row) => (
        <li key={row.id}>
          <span className="row">
            {row.name}
            {row.status ? <StatusChip status={row.status} /> : null}
            <span className="end">
              <Amount value={row.amount} currency={row.currency} minor symbol />
            </span>
          </span>
          <span className="text-small text-ink-3">
            {row.reason}. {row.by}, {stamp(row.at)}
          </span>
        </li>
      ))}
    </ul>
  );
}

export interface InvoiceMailView {
  id: string;
  subject: string;
  to: ReadonlyArray<string>;
  status: string;
  error: string | null;
  createdAt: string;
}

/** The mail about an invoice; each leads to the mail itself. */
export function InvoiceMails(props: { mails: ReadonlyArray<InvoiceMailView>; tenantId: string }) {
  const { stamp } = useTimeFormat();
  if (props.mails.length === 0)
    return <p className="text-ink-3">No mail yet: it goes out when the invoice is final.</p>;
  return (
    <ul className="money-list !mt-0 !border-0">
      {props.mails.map((mail) => (
        <li key={mail.id}>
          <span className="row">
            <Link href={`/platform/mail?tenant=${props.tenantId}&open=${mail.id}`} className="drill clip">
              {mail.subject}
            </Link>
            <span className="end">
              <StatusChip status={mail.status} />
            </span>
          </span>
          <span className="text-small text-ink-3">
            {mail.to.join(", ")}, {stamp(mail.createdAt)}
            {mail.error ? <span className="text-critical"> {mail.error}</span> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}
