import { isCurrency, minorDecimals } from "#domain/money/currency.ts";

const signs: Record<string, string> = { USD: "$", EUR: "€", GBP: "£", INR: "₹", BRL: "R$", JPY: "¥" };

/** Decimals of the currency's smallest coin; two while a form's currency is still being typed. */
const minorOf = (currency: string) => (isCurrency(currency) ? minorDecimals(currency) : 2);

/** Below the minor unit, prices show at least seven decimals: the design's common width. */
const exactDecimals = 7;

/** How many decimals a set of exact amounts needs, so that a column shows one number of decimals. */
export function decimalsOf(values: ReadonlyArray<string | null | undefined>, currency = "USD"): number {
  const minor = minorOf(currency);
  let most = minor;
  for (const value of values) {
    const fraction = (value ?? "").split(".")[1]?.replace(/0+$/, "") ?? "";
    most = Math.max(most, fraction.length);
  }
  return most > minor ? Math.max(most, exactDecimals) : minor;
}

function group(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Splits an exact decimal string for display; it never becomes a float, so no digit can change. */
export function splitAmount(value: string, currency: string, decimals?: number) {
  const negative = value.startsWith("-");
  const [whole = "0", fraction = ""] = value.replace(/^[-+]/, "").split(".");
  const minor = minorOf(currency);
  const shown = Math.max(minor, decimals ?? decimalsOf([value], currency));
  const digits = fraction.padEnd(shown, "0").slice(0, Math.max(shown, fraction.replace(/0+$/, "").length));
  const zero = /^0*$/.test(whole + fraction);
  return {
    sign: negative && !zero ? "−" : "",
    symbol: signs[currency] ?? `${currency} `,
    head: minor === 0 ? group(whole) : `${group(whole)}.${digits.slice(0, minor)}`,
    tail: minor === 0 && digits.length > 0 ? `.${digits}` : digits.slice(minor),
    loss: negative && !zero,
  };
}

/** An exact amount: every digit shown, those past the minor unit dimmed. `symbol` only before a lone amount. */
export function Amount(props: {
  value: string;
  currency?: string | undefined;
  decimals?: number | undefined;
  /** Whole coins: the currency's own decimals, and more only where more digits are not zero. */
  minor?: boolean;
  symbol?: boolean;
  className?: string;
}) {
  const parts = splitAmount(props.value, props.currency ?? "USD", props.minor ? 0 : props.decimals);
  return (
    <bdi className={`num ${parts.loss ? "text-critical" : ""} ${props.className ?? ""}`}>
      {parts.sign}
      {props.symbol ? parts.symbol : ""}
      {parts.head}
      {parts.tail ? <span className="tail">{parts.tail}</span> : null}
    </bdi>
  );
}
