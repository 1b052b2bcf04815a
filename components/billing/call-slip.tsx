import Link from "next/link";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import type { CallSlipView } from "./ledger-view.ts";

/** One provider call opened: quantities times rates, cost and price, the rule that priced it. */
export function CallSlip(props: { slip: CallSlipView; currency: string }) {
  const { slip, currency } = props;
  const withCost = slip.cost !== null;
  const prices = decimalsOf([slip.price, ...slip.parts.map((part) => part.price)], currency);
  return (
    <section className="slip" aria-label={`Call ${slip.label}`}>
      <div className="row">
        <b className="clip">{slip.label}</b>
        {slip.requestId ? <span className="end code text-ink-2 clip max-w-28">{slip.requestId}</span> : null}
      </div>
      <table>
        <thead>
          <tr>
            <th>{slip.model}</th>
            {withCost ? <th>Cost</th> : null}
            <th>Price</th>
          </tr>
        </thead>
        <tbody className="num">
          {slip.parts.map((part) => (
            <tr key={part.label}>
              <td>{part.label}</td>
              {withCost ? <td>{part.cost}</td> : null}
              <td>
                <Amount value={part.price} currency={currency} decimals={prices} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot className="num">
          <tr>
            <td>{slip.totalLabel}</td>
            {withCost ? <td>{slip.cost}</td> : null}
            <td>
              <Amount value={slip.price} currency={currency} decimals={prices} />
            </td>
          </tr>
        </tfoot>
      </table>
      <dl>
        {slip.plan ? (
          <>
            <dt>Plan</dt>
            <dd className="!whitespace-normal">{slip.plan}</dd>
          </>
        ) : null}
        <dt>Rule</dt>
        <dd className="!whitespace-normal">
          {slip.ruleHref ? (
            <Link className="drill" href={slip.ruleHref}>
              {slip.rule}
            </Link>
          ) : (
            slip.rule
          )}
        </dd>
        {slip.rates ? (
          <>
            <dt>Rates</dt>
            <dd className="!whitespace-normal">{slip.rates}</dd>
          </>
        ) : null}
      </dl>
    </section>
  );
}
