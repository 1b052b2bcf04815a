"use client";
import "./billing.css";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { Meter } from "#components/ui/meter.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { BillingBar } from "./billing-bar.tsx";
import { Credit, PlanLimits } from "./plan-room-left.tsx";
import { type HeldPlanView, includedWords, type OfferedPlanView, type PlanView } from "./plan-view.ts";

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

/** The plan in force with what is used and left, the plans that can be chosen, and all that were. */
export function PlanScreen(props: {
  base: string;
  plan: PlanView | null;
  offered: ReadonlyArray<OfferedPlanView>;
  history: ReadonlyArray<HeldPlanView>;
  onChoose: ((plan: OfferedPlanView) => void) | null;
  onCancel: (() => void) | null;
  onResume: (() => void) | null;
}) {
  const { plan } = props;
  return (
    <div className="sheet">
      <div className="bill-home">
        <BillingBar base={props.base} title="Billing" />
        <section className="bill-main" aria-label="Your plan" {...scrollable}>
          {plan ? <InForce plan={plan} onCancel={props.onCancel} onResume={props.onResume} /> : null}
          {plan ? null : (
            <Empty
              title="No plan is in force"
              text="Every use is billed at its price until you choose a plan."
            />
          )}
          <History rows={props.history} />
        </section>
        <aside className="bill-side" aria-label="Plans">
          <section>
            <h2 className="text-title mb-2">Plans</h2>
            <ul>
              {props.offered.map((one) => (
                <li key={one.id}>
                  <div className="row flex-wrap">
                    <span className="clip font-strong" title={one.name}>
                      {one.name}
                    </span>
                    <span className="end num">
                      <Amount value={one.monthlyPrice} currency={one.currency} symbol /> a month
                    </span>
                  </div>
                  <p className="text-small text-ink-3 mt-1">{includedWords(one.included)}</p>
                  {props.onChoose && one.id !== plan?.planId ? (
                    <Button
                      size="sm"
                      className="mt-1.5"
                      aria-label={`Choose ${one.name}`}
                      onClick={() => props.onChoose?.(one)}
                    >
                      {one.name.length > 24 ? "Choose this plan" : `Choose ${one.name}`}
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          </section>
        </aside>
      </div>
    </div>
  );
}

function InForce(props: { plan: PlanView; onCancel: (() => void) | null; onResume: (() => void) | null }) {
  const { plan } = props;
  const time = useTimeFormat();
  const ends = plan.cancelAtPeriodEnd || !plan.autoRenew || plan.pendingPlanName !== null;
  const next = plan.pendingPlanName
    ? `then the ${plan.pendingPlanName} plan`
    : ends
      ? "then it ends"
      : "renews by itself";
  return (
    <div className="px-5 pt-4 pb-5">
      <div className="row">
        <h2 className="text-title">{plan.planName}</h2>
        <StatusChip status={plan.status} />
        <span className="end row gap-1.5">
          {ends && props.onResume ? <Button onClick={props.onResume}>Keep this plan</Button> : null}
          {!ends && props.onCancel ? (
            <Button variant="quiet" onClick={props.onCancel}>
              Cancel the plan
            </Button>
          ) : null}
        </span>
      </div>
      <p className="text-figure mt-1">
        <Amount value={plan.price} currency={plan.currency} symbol />
        <span className="text-ink-2 text-body"> a {plan.interval}</span>
      </p>
      <p className="text-ink-2 mt-1">
        Since {time.date(plan.startedAt)}.{" "}
        {plan.status === "trialing" && plan.trialEndsAt
          ? `On trial until ${time.date(plan.trialEndsAt)}; ${plan.autoRenew ? "then it goes on where a card is kept, else" : "then"} it falls back to Free.`
          : plan.periodEnd
            ? `This period runs to ${time.date(plan.periodEnd)}, ${next}.`
            : ""}
      </p>
      {plan.allowances.length > 0 ? <Allowances plan={plan} /> : null}
      {plan.credit ? <Credit credit={plan.credit} currency={plan.currency} /> : null}
      {plan.limits.length > 0 ? <PlanLimits limits={plan.limits} /> : null}
    </div>
  );
}

function Allowances(props: { plan: PlanView }) {
  return (
    <table className="tbl mt-4 flush" aria-label="Included this month">
      <thead>
        <tr>
          <th>Included this month</th>
          <th className="r max-sm:hidden">Included</th>
          <th className="r">Used</th>
          <th className="r">Left</th>
        </tr>
      </thead>
      <tbody>
        {props.plan.allowances.map((one) => (
          <tr key={one.kind}>
            <td>
              {one.label}
              <Meter
                className="mt-1"
                label={`Used of ${one.label}`}
                percent={one.included > 0 ? (one.used / one.included) * 100 : 0}
                tone={one.left === 0 ? "caution" : "accent"}
              />
            </td>
            <td className="r num max-sm:hidden">{one.included.toLocaleString("en-US")}</td>
            <td className="r num">{one.used.toLocaleString("en-US")}</td>
            <td className="r num">{one.left.toLocaleString("en-US")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function History(props: { rows: ReadonlyArray<HeldPlanView> }) {
  const time = useTimeFormat();
  if (props.rows.length === 0) return null;
  return (
    <section className="px-2 pb-5" aria-label="History">
      <h2 className="text-title px-3 pt-2 pb-1">Plans until now</h2>
      <table className="tbl">
        <thead>
          <tr>
            <th>Plan</th>
            <th>From</th>
            <th className="max-sm:hidden">To</th>
            <th>Status</th>
            <th className="r">Price, {props.rows[0]?.currency}</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={row.id}>
              <td>{row.planName}</td>
              <td>{time.date(row.startedAt)}</td>
              <td className="max-sm:hidden">{row.endedAt ? time.date(row.endedAt) : "–"}</td>
              <td>
                <StatusChip status={row.endReason === "changed" ? "changed" : row.status} />
              </td>
              <td className="r">
                <Amount value={row.price} currency={row.currency} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
