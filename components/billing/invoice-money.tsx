"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CreditCard, FileText } from "lucide-react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { Amount, splitAmount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { notify } from "#components/ui/toaster.tsx";

interface Payable {
  id: string;
  status: string;
  amountDue: string;
  currency: string;
}

/** Pays what is due: with the saved method, or on the provider's page, to which the browser then goes. */
export function PayButton(props: { invoice: Payable }) {
  const { id, status, amountDue, currency } = props.invoice;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { allows } = useWorkspace();
  const pay = useMutation(
    trpc.invoices.pay.mutationOptions({
      onSuccess: ({ payment }) => {
        if (payment?.checkoutUrl) return window.location.assign(payment.checkoutUrl);
        if (payment?.status === "failed")
          notify(`The payment was refused: ${payment.failureReason ?? "no reason given"}`);
        else notify(payment?.status === "succeeded" ? "The invoice is paid" : "The payment is on its way");
      },
      onError: (error) => notify(errorText(error)),
      onSettled: () => {
        for (const queryKey of [trpc.invoices.pathKey(), trpc.payments.pathKey(), trpc.shell.pathKey()])
          void queries.invalidateQueries({ queryKey });
      },
    }),
  );
  const ways = useQuery(trpc.payments.gateways.queryOptions({}, { staleTime: 60_000 }));
  const reason = allows("billing.pay")
    ? ways.data?.data.length === 0 &&
      "No payment provider is set up: pay by bank transfer, it is entered when it arrives."
    : "Paying needs the right “Pay invoices”; owners have it.";
  if ((status !== "open" && status !== "uncollectible") || Number(amountDue) <= 0) return null;
  const due = splitAmount(amountDue, currency);
  return (
    <Button
      variant="primary"
      icon={<CreditCard size={14} aria-hidden="true" />}
      busy={pay.isPending}
      disabledReason={reason || undefined}
      onClick={() => pay.mutate({ id })}
    >
      Pay <span className="only-desk">{`${due.symbol}${due.head}`}</span>
    </Button>
  );
}

/** The invoice as a file. */
export function PdfLink(props: { id: string; slug: string; status: string }) {
  if (props.status === "draft") return null;
  return (
    <a
      href={`/api/v1/invoices/${props.id}/pdf?tenant=${encodeURIComponent(props.slug)}`}
      className="btn"
      aria-label="Download PDF"
      download
    >
      <FileText size={14} aria-hidden="true" />
      <span className="only-desk">PDF</span>
    </a>
  );
}

/** What was credited, given back, paid and tried on an invoice, the newest first. */
export function InvoiceMoney(props: { invoiceId: string }) {
  const { invoiceId } = props;
  const trpc = useTRPC();
  const time = useTimeFormat();
  const payments = useQuery(trpc.payments.list.queryOptions({ invoiceId, limit: 100 }));
  const notes = useQuery(trpc.creditNotes.list.queryOptions({ invoiceId, limit: 100 }));
  const back = useQuery(trpc.payments.refunds.queryOptions({ invoiceId, limit: 100 }));
  const paid = payments.data?.data ?? [];
  const refunds = back.data?.data ?? [];
  const credited = notes.data?.data ?? [];
  if (paid.length === 0 && credited.length === 0) return null;
  return (
    <section className="money-list" aria-label="Payments and credit notes">
      <ul>
        {credited.map((note) => (
          <li key={note.id}>
            <span className="row">
              <span className="clip">{note.number}</span>
              <Amount value={note.amount} currency={note.currency} className="end" />
            </span>
            <span className="row text-small text-ink-3">
              <span className="clip">{note.reason}</span>
              <span className="end whitespace-nowrap">{time.date(note.issuedAt)}</span>
            </span>
          </li>
        ))}
        {refunds.map((refund) => (
          <li key={refund.id}>
            <span className="row">
              <span className="clip">Given back</span>
              <StatusChip status={refund.status} />
              <Amount value={refund.amount} currency={refund.currency} className="end" />
            </span>
            <span className="row text-small text-ink-3">
              <span className="clip">{refund.failureReason ?? refund.reason}</span>
              <span className="end whitespace-nowrap">
                {time.date(refund.processedAt ?? refund.createdAt)}
              </span>
            </span>
          </li>
        ))}
        {paid.map((payment) => (
          <li key={payment.id}>
            <span className="row">
              <StatusChip status={payment.status} />
              <Amount value={payment.amount} currency={payment.currency} className="end" />
            </span>
            <span className="row text-small text-ink-3">
              <span className="clip">
                {payment.failureReason ?? payment.paymentMethod ?? payment.provider}
                {payment.receiptUrl ? (
                  <a href={payment.receiptUrl} className="ms-1.5 underline" rel="noreferrer" target="_blank">
                    Receipt
                  </a>
                ) : null}
              </span>
              <span className="end whitespace-nowrap">
                {time.date(payment.processedAt ?? payment.createdAt)}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
