"use client";
import { useState } from "react";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { dayLabel } from "#components/ui/time.tsx";
import { SpendBars } from "./spend-bars.tsx";
import type { SpendDayView, SpendFlag, SpendSeries } from "./spend-view.ts";

/** Usage a day as stacked bars. The legend is the tooltip; the table is its twin with exact values. */
export function SpendChart(props: {
  title: string;
  days: ReadonlyArray<SpendDayView>;
  series: ReadonlyArray<SpendSeries>;
  flags: ReadonlyArray<SpendFlag>;
  currency: string;
  selectedDay: string | null;
}) {
  const { days, series, currency } = props;
  const [as, setAs] = useState<"chart" | "table">("chart");
  const [pointed, setPointed] = useState<string | null>(null);
  const lastUsed = days.findLast((one) => /[1-9]/.test(one.total));
  const day = days.find((one) => one.day === (pointed ?? props.selectedDay)) ?? lastUsed ?? days.at(-1);
  return (
    <section className="spend" aria-label={props.title}>
      <div className="spend-head row items-start">
        <h2 className="text-title whitespace-nowrap">{props.title}</h2>
        <div className="legend mt-[3px] sm:ms-5" aria-live="polite">
          {day && as === "chart" ? (
            <>
              <span className="text-accent font-strong">{dayLabel(day.day, "long")}</span>
              {series.map((one) => (
                <span key={one.key}>
                  <i style={{ background: `var(--chart-${one.tone})` }} aria-hidden="true" />
                  {one.label}
                  <b>
                    <Amount value={day.values[one.key] ?? "0"} currency={currency} />
                  </b>
                </span>
              ))}
              <span>
                Total
                <b>
                  <Amount value={day.total} currency={currency} symbol />
                </b>
              </span>
            </>
          ) : null}
        </div>
        <Segmented
          label="Show as"
          className="end"
          value={as}
          onChange={setAs}
          options={[
            { value: "chart", label: "Chart" },
            { value: "table", label: "Table" },
          ]}
        />
      </div>
      {as === "chart" ? (
        <SpendBars
          days={days}
          series={series}
          flags={props.flags}
          selected={day?.day ?? null}
          onPoint={setPointed}
          label={props.title}
          currency={currency}
        />
      ) : (
        <SpendTable days={days} series={series} currency={currency} />
      )}
    </section>
  );
}

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

function SpendTable(props: {
  days: ReadonlyArray<SpendDayView>;
  series: ReadonlyArray<SpendSeries>;
  currency: string;
}) {
  const decimals = decimalsOf(
    props.days.flatMap((day) => [day.total, ...Object.values(day.values)]),
    props.currency,
  );
  return (
    <section className="mt-3 max-h-[176px] overflow-auto" aria-label="Usage per day, exact" {...scrollable}>
      <table className="tbl">
        <thead>
          <tr>
            <th>Day</th>
            {props.series.map((one) => (
              <th key={one.key} className="r">
                {one.label}
              </th>
            ))}
            <th className="r">Total, {props.currency}</th>
          </tr>
        </thead>
        <tbody>
          {props.days.map((day) => (
            <tr key={day.day}>
              <td>{dayLabel(day.day)}</td>
              {props.series.map((one) => (
                <td key={one.key} className="r">
                  <Amount value={day.values[one.key] ?? "0"} currency={props.currency} decimals={decimals} />
                </td>
              ))}
              <td className="r">
                <Amount value={day.total} currency={props.currency} decimals={decimals} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
