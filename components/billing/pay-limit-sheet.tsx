"use client";
import { type FieldValues, type FormProblem, RecordForm } from "#components/ui/record-form.tsx";
import { SideSheet } from "#components/ui/side-sheet.tsx";
import { formatAmount, parseAmount } from "#domain/money/amount.ts";
import type { QuotaView } from "./spend-view.ts";

/** Every digit, without the zeros after the last one. */
const trimmed = (amount: string) => (amount.includes(".") ? amount.replace(/\.?0+$/, "") : amount);

/** Pays for room beyond a full limit; what it paused goes on by itself. */
export function PayLimitSheet(props: {
  quota: QuotaView | null;
  onClose: () => void;
  onPay: (quota: QuotaView, values: FieldValues) => Promise<FormProblem | null>;
}) {
  const { quota } = props;
  const over = quota
    ? parseAmount(quota.used) - parseAmount(quota.limit) - parseAmount(quota.extraAmount)
    : 0n;
  return (
    <SideSheet open={quota !== null} onClose={props.onClose} title="Pay for more room">
      {quota ? (
        <RecordForm
          key={quota.id}
          whole
          fields={[
            {
              name: "amount",
              label: `Amount, ${quota.currency}`,
              kind: "amount",
              required: true,
              hint: `${over > 0n ? `Usage is ${trimmed(formatAmount(over))} ${quota.currency} over it; pay more than that. ` : ""}${quota.name} gets this much more room until its window ends. The money goes into the wallet and pays your next invoice.`,
            },
          ]}
          initial={{}}
          submitLabel="Pay"
          busyLabel="Paying"
          onSubmit={async (values) => {
            const problem = await props.onPay(quota, values);
            if (problem === null) props.onClose();
            return problem;
          }}
        />
      ) : null}
    </SideSheet>
  );
}
