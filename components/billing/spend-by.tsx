"use client";
import Link from "next/link";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { ErrorNotice } from "#components/ui/error-notice.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import type { SpendLineView } from "./spend-view.ts";

export type SpendDimension = "model" | "channels" | "flows" | "ai-providers";

const names: Record<SpendDimension, { head: string; one: string; many: string }> = {
  model: { head: "Service and model", one: "model", many: "models" },
  channels: { head: "Channel", one: "channel", many: "channels" },
  flows: { head: "Flow", one: "flow", many: "flows" },
  "ai-providers": { head: "AI provider", one: "provider", many: "providers" },
};

const choices = [
  { value: "model", label: "Model" },
  { value: "channels", label: "Channel" },
  { value: "flows", label: "Flow" },
  { value: "ai-providers", label: "AI key" },
] as const;

/** The month's spend by model, channel, flow or the AI provider whose key was used; every way sums to the total. */
export function SpendBy(props: {
  dimension: SpendDimension;
  onDimension: (dimension: SpendDimension) => void;
  lines: ReadonlyArray<SpendLineView> | null;
  error: string | null;
  onRetry: () => void;
  currency: string;
  total: string;
  calls: number;
}) {
  return (
    <section className="px-2 pb-5" aria-label="Spend by">
      <div className="px-3 pt-4 pb-2">
        <Segmented label="Spend by" value={props.dimension} onChange={props.onDimension} options={choices} />
      </div>
      {props.error ? (
        <ErrorNotice title="This did not load." text={props.error} onRetry={props.onRetry} />
      ) : props.lines === null ? (
        <Skeleton rows={4} />
      ) : (
        <Lines {...props} lines={props.lines} />
      )}
    </section>
  );
}

function Lines(props: {
  dimension: SpendDimension;
  lines: ReadonlyArray<SpendLineView>;
  currency: string;
  total: string;
  calls: number;
}) {
  const { lines, currency } = props;
  if (lines.length === 0)
    return (
      <Empty
        title="Nothing used this month"
        text="Each AI call appears here with its tokens and its price, as soon as a customer writes."
      />
    );
  const withCost = lines.some((row) => row.cost !== null);
  const decimals = decimalsOf([props.total, ...lines.map((row) => row.price)], currency);
  const cost = formatAmount(sumAmounts(lines.map((row) => parseAmount(row.cost ?? "0"))));
  const costDecimals = decimalsOf([cost, ...lines.map((row) => row.cost)], currency);
  const { head, one, many } = names[props.dimension];
  return (
    <table className="tbl">
      <thead>
        <tr>
          <th>{head}</th>
          <th className="r">Calls</th>
          {withCost ? <th className="r only-desk">Cost, {currency}</th> : null}
          <th className="r">Price, {currency}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((row) => (
          <tr key={row.key}>
            <td>
              {row.href ? (
                <Link href={row.href} className="drill">
                  {row.label}
                </Link>
              ) : (
                row.label
              )}{" "}
              <span className="text-ink-3">{row.detail}</span>
            </td>
            <td className="r">{row.calls.toLocaleString("en-US")}</td>
            {withCost ? (
              <td className="r only-desk">
                {row.cost ? <Amount value={row.cost} currency={currency} decimals={costDecimals} /> : "–"}
              </td>
            ) : null}
            <td className="r">
              <Amount value={row.price} currency={currency} decimals={decimals} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td>{lines.length === 1 ? `1 ${one}` : `${lines.length} ${many}`}</td>
          <td className="r">{props.calls.toLocaleString("en-US")}</td>
          {withCost ? (
            <td className="r only-desk">
              <Amount value={cost} currency={currency} decimals={costDecimals} />
            </td>
          ) : null}
          <td className="r">
            <Amount value={props.total} currency={currency} decimals={decimals} />
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
