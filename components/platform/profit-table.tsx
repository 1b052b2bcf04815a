"use client";
import type { ReactNode } from "react";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import {
  barWidth,
  isLoss,
  type ProfitMoney,
  type ProfitRowView,
  type ProfitTotalView,
} from "./profit-view.ts";
import { Sparkline } from "./sparkline.tsx";

/** A margin around the zero line all rows share: losses to the left, in red. */
function MarginBar(props: { percent: string | null }) {
  const loss = isLoss(props.percent ?? "");
  const width = `${barWidth(props.percent) / 2}%`;
  return (
    <span className="margin-bar" aria-hidden="true">
      <i
        data-loss={loss ? "" : undefined}
        style={loss ? { insetInlineEnd: "50%", width } : { insetInlineStart: "50%", width }}
      />
    </span>
  );
}

const percent = (value: string | null): ReactNode =>
  value === null ? (
    "–"
  ) : (
    <span className={isLoss(value) ? "text-critical" : ""}>{value.replace("-", "−")}%</span>
  );

/** The month's sums below their columns, in one currency. */
function footOf(
  total: ProfitTotalView,
  byTenant: boolean,
  decimalsIn: (pick: (row: ProfitMoney) => string) => number,
): Record<string, ReactNode> {
  const money = (pick: (row: ProfitMoney) => string) => (
    <Amount value={pick(total)} currency={total.currency} decimals={decimalsIn(pick)} />
  );
  return {
    name: byTenant ? `${total.tenants.toLocaleString("en-US")} tenants` : "All",
    calls: total.requests.toLocaleString("en-US"),
    revenue: money((row) => row.revenue),
    cost: money((row) => row.providerCost),
    profit: money((row) => row.profit),
    margin: percent(total.marginPercent),
    markup: percent(total.markupPercent),
  };
}

/** What each tenant, model, service or conversation brought; losses first, each row's figures exact. */
export function ProfitTable(props: {
  head: string;
  rows: ReadonlyArray<ProfitRowView> | null;
  error: string | null;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
  totals: ReadonlyArray<ProfitTotalView>;
}) {
  const rows = props.rows ?? [];
  const byTenant = rows.some((row) => row.tenant !== null);
  const only = props.totals.length === 1 ? props.totals[0] : undefined;
  const mixed = new Set(rows.map((row) => row.currency)).size > 1;
  const of = (pick: (row: ProfitMoney) => string, currency = rows[0]?.currency) =>
    decimalsOf(
      [...rows.filter((row) => row.currency === currency).map(pick), ...(only ? [pick(only)] : [])],
      currency,
    );
  const money = (key: string, head: string, pick: (row: ProfitMoney) => string, desk = true) => ({
    key,
    head,
    number: true,
    desk,
    cell: (row: ProfitRowView) => (
      <Amount value={pick(row)} currency={row.currency} decimals={of(pick, row.currency)} symbol={mixed} />
    ),
  });
  return (
    <DataTable
      label={`Profit by ${props.head.toLowerCase()}`}
      rows={props.rows}
      error={props.error}
      onRetry={props.onRetry}
      idOf={(row) => row.key}
      hasMore={props.hasMore}
      onMore={props.onMore}
      foot={only ? footOf(only, byTenant, of) : undefined}
      empty={
        <Empty
          title="Nothing was used in this month"
          text="Each AI call counts here as soon as it was made."
        />
      }
      columns={[
        {
          key: "name",
          head: props.head,
          cell: (row) => (
            <span className={isLoss(row.profit) ? "loss-row" : ""}>
              <b>{row.name}</b> {row.detail ? <span className="text-ink-3">{row.detail}</span> : null}
              {row.tenant?.worst ? (
                <span className="ms-1.5">
                  <Chip tone="critical">{row.tenant.worst.model} below cost</Chip>
                </span>
              ) : null}
            </span>
          ),
        },
        ...(byTenant
          ? [
              {
                key: "plan",
                head: "Plan",
                desk: true,
                cell: (row: ProfitRowView) => row.tenant?.planName ?? "–",
              },
            ]
          : []),
        {
          key: "calls",
          head: "Calls",
          number: true,
          desk: true,
          cell: (row) => row.requests.toLocaleString("en-US"),
        },
        money("revenue", "Revenue", (row) => row.revenue),
        money("cost", "Cost", (row) => row.providerCost),
        money("profit", "Profit", (row) => row.profit, false),
        {
          key: "bar",
          head: <span className="sr-only">Margin as a bar</span>,
          desk: true,
          cell: (row) => <MarginBar percent={row.marginPercent} />,
        },
        { key: "margin", head: "Margin", number: true, cell: (row) => percent(row.marginPercent) },
        {
          key: "markup",
          head: "On cost",
          number: true,
          desk: true,
          cell: (row) => percent(row.markupPercent),
        },
        ...(byTenant
          ? [
              {
                key: "weeks",
                head: "10 weeks",
                number: true,
                desk: true,
                cell: (row: ProfitRowView) => (
                  <Sparkline
                    values={row.tenant?.weeks ?? []}
                    loss={isLoss(row.profit)}
                    label={`Profit by week: ${row.tenant?.weeks.join(", ")}`}
                  />
                ),
              },
            ]
          : []),
      ]}
    />
  );
}
