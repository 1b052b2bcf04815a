"use client";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ErrorNotice } from "#components/ui/error-notice.tsx";
import { includedWords, type PlanChangeView } from "./plan-view.ts";

/** Says what a plan costs of the running period before it is chosen. */
export function PlanDialog(props: {
  change: PlanChangeView | null;
  error: string | null;
  busy: boolean;
  onClose: () => void;
  onConfirm: (at: "now" | "period_end") => void;
}) {
  const { change } = props;
  return (
    <Dialog
      open={change !== null}
      onClose={props.onClose}
      title={change ? `Choose ${change.plan.name}` : ""}
      description={change ? includedWords(change.plan.included) : ""}
      footer={
        <>
          <Button busy={props.busy} onClick={() => props.onConfirm("period_end")}>
            At the end of the period
          </Button>
          <Button variant="primary" busy={props.busy} onClick={() => props.onConfirm("now")}>
            Change now
          </Button>
        </>
      }
    >
      {props.error ? <ErrorNotice title="The plan was not changed." text={props.error} /> : null}
      {change ? (
        <table className="tbl" aria-label="This period by days">
          <thead>
            <tr>
              <th>Changed now, this period costs</th>
              <th className="r">Days</th>
              <th className="r">{change.plan.currency}</th>
            </tr>
          </thead>
          <tbody>
            {change.parts.map((part) => (
              <tr key={part.planName}>
                <td>{part.planName}</td>
                <td className="r num">
                  {part.days} of {part.periodDays}
                </td>
                <td className="r">
                  <Amount value={part.amount} currency={change.plan.currency} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {change && Number(change.givenBack) > 0 ? (
        <p className="text-ink-2 mt-3">
          <Amount value={change.givenBack} currency={change.plan.currency} symbol /> was billed for days that
          are not used then: it is given back on the month's invoice, or into the wallet.
        </p>
      ) : null}
    </Dialog>
  );
}
