"use client";
import { Ban, Check, FilePlus2, FileText, Landmark, RefreshCw, Send, Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import type { FieldSpec, FieldValues, FormProblem } from "#components/ui/record-form.tsx";
import { DeedDialog } from "./deed-dialog.tsx";
import { type InvoiceLimitsView, isNothing, type StaffInvoiceView } from "./staff-invoice-view.ts";

/** What staff do about an invoice; each answers null or what the person should read. */
export interface StaffInvoiceDeeds {
  finalize: () => Promise<string | null>;
  recalculate: () => Promise<string | null>;
  voidIt: () => Promise<string | null>;
  writeOff: () => Promise<string | null>;
  sendAgain: () => Promise<string | null>;
  markPaid: (values: FieldValues) => Promise<FormProblem | null>;
  credit: (values: FieldValues) => Promise<FormProblem | null>;
}

type Props = { invoice: StaffInvoiceView; limits: InvoiceLimitsView | null; deeds: StaffInvoiceDeeds };

/** A button that asks first. */
function Asked(props: {
  label: string;
  icon: ReactNode;
  title: string;
  text: ReactNode;
  variant?: "primary" | "danger" | "default";
  disabledReason?: string | undefined;
  onConfirm: () => Promise<string | null>;
}) {
  const [open, setOpen] = useState(false);
  const { label, icon, title, text, variant = "default", onConfirm } = props;
  return (
    <>
      <Button
        icon={icon}
        variant={variant}
        disabledReason={props.disabledReason}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      <ConfirmDialog
        open={open}
        onClose={() => setOpen(false)}
        title={title}
        text={text}
        confirmLabel={label}
        danger={variant === "danger"}
        onConfirm={onConfirm}
      />
    </>
  );
}

const amountField = (hint: string): FieldSpec => ({ name: "amount", label: "Amount", kind: "amount", hint });

function MarkPaid(props: Props) {
  const [open, setOpen] = useState(false);
  const { invoice, limits, deeds } = props;
  if (!limits || isNothing(limits.due)) return null;
  return (
    <>
      <Button icon={<Landmark size={14} />} onClick={() => setOpen(true)}>
        Mark paid
      </Button>
      <DeedDialog
        open={open}
        onClose={() => setOpen(false)}
        title={`Enter a bank transfer for ${invoice.number}`}
        text="The transfer is written down as a payment. When nothing is due any more the invoice is paid: reminders stop, a suspended workspace goes on, and the receipt is mailed."
        limit={
          <>
            Still due: <Amount value={limits.due} currency={limits.currency} minor symbol />
          </>
        }
        fields={[
          {
            name: "reference",
            label: "Bank reference",
            required: true,
            hint: "A reference is taken once.",
          },
          amountField(`All of ${limits.due} unless told.`),
        ]}
        initial={{}}
        submitLabel="Mark paid"
        onSubmit={deeds.markPaid}
      />
    </>
  );
}

function CreditNote(props: Props) {
  const [open, setOpen] = useState(false);
  const { invoice, limits, deeds } = props;
  if (!limits || isNothing(limits.creditable)) return null;
  return (
    <>
      <Button icon={<FilePlus2 size={14} />} onClick={() => setOpen(true)}>
        Credit note
      </Button>
      <DeedDialog
        open={open}
        onClose={() => setOpen(false)}
        title={`Credit invoice ${invoice.number}`}
        text="A credit note with its own number is written; the invoice itself stays as it is. The credit lowers what is due first; what was paid already goes where you say."
        limit={
          <>
            Can still be credited, tax included:{" "}
            <Amount value={limits.creditable} currency={limits.currency} minor symbol />
          </>
        }
        fields={[
          amountField(`All of ${limits.creditable} unless told.`),
          { name: "reason", label: "Reason", required: true, hint: "It stands on the note." },
          {
            name: "settleAs",
            label: "What was paid already",
            kind: "select",
            required: true,
            options: [
              { value: "wallet", label: "goes into the wallet" },
              { value: "refund", label: "goes back to the payer" },
            ],
          },
        ]}
        initial={{ settleAs: "wallet" }}
        submitLabel="Issue the credit note"
        onSubmit={deeds.credit}
      />
    </>
  );
}

function DraftDeeds({ invoice, deeds }: Props) {
  return (
    <>
      <Asked
        label="Recalculate"
        icon={<RefreshCw size={14} />}
        title="Work this draft out anew?"
        text="Its lines and figures are made again from all usage that came until now. It stays a draft."
        onConfirm={deeds.recalculate}
      />
      <Asked
        label="Finalise"
        icon={<Check size={14} />}
        variant="primary"
        title={`Make the invoice of ${invoice.tenantName} final now?`}
        text={`It is worked out anew, takes its number and never changes again. Usage of the month that comes later goes onto the next invoice. The bill is mailed to ${invoice.billingEmail} and a saved card is charged.`}
        onConfirm={deeds.finalize}
      />
    </>
  );
}

/** The acts on an invoice that its state allows. */
export function StaffDeeds(props: Props) {
  const { invoice, limits, deeds } = props;
  const { status, number } = invoice;
  if (status === "draft") return <DraftDeeds {...props} />;
  const again = (
    <Asked
      label="Send again"
      icon={<Send size={14} />}
      title={`Send ${number} again?`}
      text={`The invoice with its PDF is mailed to ${invoice.billingEmail} once more.`}
      onConfirm={deeds.sendAgain}
    />
  );
  const pdf = (
    <a href={`/api/platform/v1/invoices/${invoice.id}/pdf`} className="btn" download>
      <FileText size={14} aria-hidden="true" />
      PDF
    </a>
  );
  if (status === "void")
    return (
      <>
        {pdf}
        {again}
      </>
    );
  const paid = isNothing(invoice.amountPaid)
    ? undefined
    : "Some of it was paid: write a credit note instead.";
  return (
    <>
      {pdf}
      {again}
      <CreditNote {...props} />
      <MarkPaid {...props} />
      {status === "open" && limits ? (
        <Asked
          label="Write off"
          icon={<Undo2 size={14} />}
          title={`Write ${number} off?`}
          text="It becomes uncollectible: nobody is reminded of it any more. Money that still arrives can be entered."
          onConfirm={deeds.writeOff}
        />
      ) : null}
      {status === "paid" ? null : (
        <Asked
          label="Void"
          icon={<Ban size={14} />}
          variant="danger"
          disabledReason={paid}
          title={`Void ${number}?`}
          text="It keeps its number and cannot be paid any more; what the wallet paid goes back into it. What it billed is open again: the next run of its month bills it under a new number."
          onConfirm={deeds.voidIt}
        />
      )}
    </>
  );
}
