import { Amount } from "#components/ui/amount.tsx";

/** A price and what it becomes; a first price stands alone, an ended one leads to nothing. */
export function PriceStep(props: {
  from: string | null;
  to: string | null;
  currency: string | null;
  decimals: number;
}) {
  const { from, to, decimals } = props;
  const currency = props.currency ?? undefined;
  return (
    <>
      {from === null ? null : (
        <>
          <Amount value={from} currency={currency} decimals={decimals} /> →{" "}
        </>
      )}
      {to === null ? "–" : <Amount value={to} currency={currency} decimals={decimals} />}
    </>
  );
}
