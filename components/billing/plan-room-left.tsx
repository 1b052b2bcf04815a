import { Amount } from "#components/ui/amount.tsx";
import { Meter } from "#components/ui/meter.tsx";
import type { PlanView } from "./plan-view.ts";

const share = (part: number, whole: number) => (whole > 0 ? (part / whole) * 100 : 100);

/** The plan's money for usage: what there is this month, what is drawn, what is left. */
export function Credit(props: { credit: NonNullable<PlanView["credit"]>; currency: string }) {
  const { credit, currency } = props;
  return (
    <section className="mt-4" aria-label="Credit for usage">
      <div className="row">
        <span className="clip">Credit for usage this month</span>
        <span className="end num">
          <Amount value={credit.used} currency={currency} minor />
          <span className="text-ink-3"> of </span>
          <Amount value={credit.included} currency={currency} minor />
        </span>
      </div>
      <Meter
        className="mt-1"
        label="Used of the credit"
        percent={share(Number(credit.used), Number(credit.included))}
        tone={Number(credit.left) === 0 ? "caution" : "accent"}
      />
      <p className="text-small text-ink-3 mt-1">
        Covers usage beyond the included units; <Amount value={credit.left} currency={currency} minor /> is
        left.
      </p>
    </section>
  );
}

/** What the plan allows, and how much of it is taken. */
export function PlanLimits(props: { limits: PlanView["limits"] }) {
  return (
    <table className="tbl flush mt-4" aria-label="What the plan allows">
      <thead>
        <tr>
          <th>The plan allows</th>
          <th className="r">Used</th>
          <th className="r">Limit</th>
        </tr>
      </thead>
      <tbody>
        {props.limits.map((one) => (
          <tr key={one.kind}>
            <td>
              {one.label}
              <Meter
                className="mt-1"
                label={`Used of ${one.label}`}
                percent={share(one.used, one.limit)}
                tone={one.used >= one.limit ? "critical" : "accent"}
              />
            </td>
            <td className="r num">{one.used.toLocaleString("en-US")}</td>
            <td className="r num">{one.limit.toLocaleString("en-US")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
