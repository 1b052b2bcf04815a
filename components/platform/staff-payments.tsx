"use client";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import type { FieldValues, FormProblem } from "#components/ui/record-form.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { DeedDialog } from "./deed-dialog.tsx";
import { type InvoiceLimitsView, isNothing } from "./staff-invoice-view.ts";

export interface StaffPaymentView {
  id: string;
  status: string;
  amount: string;
  currency: string;
  provider: string;
  paymentMethod: string | null;
  externalPaymentId: string | null;
  failureReason: string | null;
  receiptUrl: string | null;
  at: string;
}

type Deed = (paymentId: string, values: FieldValues) => Promise<FormProblem | null>;

function Refund(props: { payment: StaffPaymentView; limits: InvoiceLimitsView | null; onRefund: Deed }) {
  const [open, setOpen] = useState(false);
  const { payment, limits, onRefund } = props;
  const limit = limits?.payments.find((one) => one.paymentId === payment.id);
  if (!limit || (isNothing(limit.refundable) && !limit.reason)) return null;
  return (
    <>
      <Button
        size="sm"
        icon={<Undo2 size={13} />}
        disabledReason={limit.reason ?? undefined}
        onClick={() => setOpen(true)}
      >
        Refund
      </Button>
      <DeedDialog
        open={open}
        onClose={() => setOpen(false)}
        title="Give this payment back"
        text={`The money goes back to the payer by ${payment.paymentMethod ?? payment.provider}, and a credit note of the same amount is written, so that the bill stays even.`}
        limit={
          <>
            Can still be given back:{" "}
            <Amount value={limit.refundable} currency={payment.currency} minor symbol />
          </>
        }
        fields={[
          {
            name: "amount",
            label: "Amount",
            kind: "amount",
            hint: `All of ${limit.refundable} unless told.`,
          },
          { name: "reason", label: "Reason", required: true },
        ]}
        initial={{}}
        submitLabel="Refund"
        onSubmit={(values) => onRefund(payment.id, values)}
      />
    </>
  );
}

/** Payments of an invoice, also the refused ones, each with what can be given back of it. */
export function StaffPayments(props: {
  payments: ReadonlyArray<StaffPaymentView>;
  limits: InvoiceLimitsView | null;
  onRefund: Deed;
}) {
  const { stamp } = useTimeFormat();
  if (props.payments.length === 0) return <p className="text-ink-3">Nothing was paid or tried yet.</p>;
  return (
    <ul className="money-list !mt-0 !border-0">
      {props.payments.map((payment) => (
        <li key={payment.id}>
          <span className="row flex-wrap">
            <StatusChip status={payment.status} />
            <span className="text-ink-2">{payment.paymentMethod ?? payment.provider}</span>
            <span className="code text-small text-ink-3 clip">{payment.externalPaymentId ?? ""}</span>
            <span className="end row gap-3">
              <Amount value={payment.amount} currency={payment.currency} minor symbol />
              <Refund payment={payment} limits={props.limits} onRefund={props.onRefund} />
            </span>
          </span>
          <span className="text-small text-ink-3">
            {payment.failureReason ? <span className="text-critical">{payment.failureReason}. </span> : null}
            {stamp(payment.at)}
            {payment.receiptUrl ? (
              <a href={payment.receiptUrl} className="ms-2 underline" rel="noreferrer" target="_blank">
                Receipt
              </a>
            ) : null}
          </span>
        </li>
      ))}
    </ul>
  );
}
