"use client";
import { Amount } from "#components/ui/amount.tsx";
import { Seal } from "#components/ui/seal.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { changeOf, isLoss, type ProfitTotalView, type ProofView } from "./profit-view.ts";

function Figure(props: {
  name: string;
  value: string;
  currency: string;
  before: string | undefined;
  costly?: boolean;
}) {
  const change = changeOf(props.value, props.before);
  const good = change !== null && change.startsWith("+") !== (props.costly ?? false);
  return (
    <div>
      <p className="text-ink-2">{props.name}</p>
      <p className="profit-figure">
        <Amount value={props.value} currency={props.currency} symbol className="whitespace-normal!" />
      </p>
      <p className="text-small text-ink-3">
        {change && props.before ? (
          <>
            <b className={good ? "text-positive" : ""}>{change}</b> from{" "}
            <Amount value={props.before} currency={props.currency} />
          </>
        ) : (
          "Nothing to compare with"
        )}
      </p>
    </div>
  );
}

/** The month's four figures beside the proof that they are right. */
export function ProfitFigures(props: {
  total: ProfitTotalView;
  before: ProfitTotalView | null;
  proof: ProofView | null;
}) {
  const { total, before, proof } = props;
  const { stamp } = useTimeFormat();
  const points =
    total.marginPercent !== null && before?.marginPercent
      ? Number(total.marginPercent) - Number(before.marginPercent)
      : null;
  return (
    <section className="profit-figures" aria-label={`Figures in ${total.currency}`}>
      <Figure name="Revenue" value={total.revenue} currency={total.currency} before={before?.revenue} />
      <Figure
        name="Provider cost"
        value={total.providerCost}
        currency={total.currency}
        before={before?.providerCost}
        costly
      />
      <Figure name="Profit" value={total.profit} currency={total.currency} before={before?.profit} />
      <div>
        <p className="text-ink-2">Margin</p>
        <p className={`profit-figure num ${isLoss(total.marginPercent ?? "") ? "text-critical" : ""}`}>
          {total.marginPercent === null ? "–" : `${total.marginPercent.replace("-", "−")}%`}
        </p>
        <p className="text-small text-ink-3">
          {points === null ? (
            "Nothing to compare with"
          ) : (
            <b>{`${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(1)} points`}</b>
          )}
        </p>
      </div>
      <div className="profit-proof">
        {proof ? (
          <>
            <p className="row">
              <span className="text-ink-2">Reconciled {stamp(proof.at)}</span>
              <Seal ok={proof.differences === 0} className="end">
                {proof.differences === 0 ? "0 differences" : `${proof.differences} tenants differ`}
              </Seal>
            </p>
            <dl className="text-small">
              <dt>Raw usage records</dt>
              <dd>
                <Amount value={proof.records} currency={total.currency} />
              </dd>
              <dt>Daily roll-ups</dt>
              <dd>
                <Amount value={proof.rollUps} currency={total.currency} />
              </dd>
              <dt>Invoice lines, exact</dt>
              <dd>
                <Amount value={proof.invoiced} currency={total.currency} />
              </dd>
            </dl>
          </>
        ) : (
          <p className="text-ink-3">Not reconciled yet: it happens every night at two, or under Reconcile.</p>
        )}
      </div>
    </section>
  );
}
