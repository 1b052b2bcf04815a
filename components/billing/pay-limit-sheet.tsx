"use client";
import { type FieldValues, type FormProblem, RecordForm } from "#components/ui/record-form.tsx";
import { SideSheet } from "#components/ui/side-sheet.tsx";
import type { QuotaView } from "./spend-view.ts";

/** Pays for room beyond a full limit; what it paused goes on by itself. */
export function PayLimitSheet(props: {
  quota: QuotaView | null;
  onClose: () => void;
  onPay: (quota: QuotaView, values: FieldValues) => Promise<FormProblem | null>;
}) {
  const { quota } = props;
  const over = quota ? Number(quota.used) - Number(quota.limit) - Number(quota.extraAmount) : 0;
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
              hint: `Usage is ${Math.max(0, over).toLocaleString("en-US")} over it; pay more than that. ${quota.name} gets this much more room until its window ends. The money goes into the wallet and pays your next invoice.`,
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
