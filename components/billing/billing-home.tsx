"use client";
import "./billing.css";
import { ChevronRight, Plus } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { LinkTabs } from "#components/ui/link-tabs.tsx";
import { Meter } from "#components/ui/meter.tsx";
import { Seal } from "#components/ui/seal.tsx";
import { invoiceChip } from "./invoice-chip.tsx";
import type { InvoiceRowView } from "./invoice-view.ts";
import { SpendChart } from "./spend-chart.tsx";
import type { AlertView, QuotaView, SpendView } from "./spend-view.ts";

/** Spend this month against budget and limits, by model; last invoices. Every number opens. */
export function BillingHome(props: {
  base: string;
  spend: SpendView;
  alerts: ReadonlyArray<AlertView>;
  quotas: ReadonlyArray<QuotaView>;
  invoices: ReadonlyArray<InvoiceRowView>;
  onNewAlert: (() => void) | null;
  onNewQuota: (() => void) | null;
}) {
  const { spend } = props;
  return (
    <div className="sheet">
      <div className="bill-home">
        <BillingBar base={props.base} title="Billing" />
        <div className="bill-main">
          <div className="flex flex-wrap gap-x-12 gap-y-3 px-5 pt-4">
            <div>
              <p className="text-ink-2">Spent in {spend.monthLabel}</p>
              <p className="text-figure">
                <Amount value={spend.total} currency={spend.currency} symbol />
              </p>
              {spend.seal ? <Seal ok={spend.seal.ok}>{spend.seal.text}</Seal> : null}
            </div>
            <div>
              <p className="text-ink-2">Calls</p>
              <p className="text-figure num">{spend.calls.toLocaleString("en-US")}</p>
            </div>
          </div>
          <SpendChart
            title="Usage per day"
            days={spend.days}
            series={spend.series}
            flags={spend.flags}
            currency={spend.currency}
            selectedDay={null}
          />
          <ByModel spend={spend} />
        </div>
        <aside className="bill-side" aria-label="Limits and invoices">
          <Alerts alerts={props.alerts} onNew={props.onNewAlert} />
          <Quotas quotas={props.quotas} onNew={props.onNewQuota} />
          <section>
            <h2 className="text-title mb-2">Invoices</h2>
            {props.invoices.length === 0 ? (
              <p className="text-ink-3">The first invoice comes after the month's end.</p>
            ) : null}
            <ul>
              {props.invoices.map((invoice) => (
                <li key={invoice.id}>
                  <Link href={`${props.base}/invoices/${invoice.id}`} className="row">
                    <span className="drill clip">{invoice.number ?? "Draft"}</span>
                    <span className="text-ink-3 text-small clip">{invoice.month}</span>
                    <span className="end num">
                      <Amount value={invoice.total} currency={invoice.currency} decimals={2} />
                    </span>
                    {invoiceChip(invoice.status)}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        </aside>
      </div>
    </div>
  );
}

/** The bar of the billing pages with its tabs. */
export function BillingBar(props: { base: string; title: ReactNode; actions?: ReactNode }) {
  return (
    <header className="bar">
      <h1 className="text-title me-4">{props.title}</h1>
      <LinkTabs
        label="Billing"
        tabs={[
          { href: props.base, label: "This month", exact: true },
          { href: `${props.base}/invoices`, label: "Invoices" },
          { href: `${props.base}/records`, label: "Records" },
        ]}
      />
      <span className="end row gap-1.5">{props.actions}</span>
    </header>
  );
}

function ByModel(props: { spend: SpendView }) {
  const { spend } = props;
  const withCost = spend.byModel.some((row) => row.cost !== null);
  const decimals = decimalsOf([spend.total, ...spend.byModel.map((row) => row.price)], spend.currency);
  if (spend.byModel.length === 0)
    return (
      <Empty
        title="Nothing used this month"
        text="Each AI call appears here with its tokens and its price, as soon as a customer writes."
      />
    );
  return (
    <section className="px-2 pb-5" aria-label="By service and model">
      <table className="tbl">
        <thead>
          <tr>
            <th>Service and model</th>
            <th className="r">Calls</th>
            {withCost ? <th className="r">Cost, {spend.currency}</th> : null}
            <th className="r">Price, {spend.currency}</th>
          </tr>
        </thead>
        <tbody>
          {spend.byModel.map((row) => (
            <tr key={row.key}>
              <td>
                {row.label} <span className="text-ink-3">{row.detail}</span>
              </td>
              <td className="r">{row.calls.toLocaleString("en-US")}</td>
              {withCost ? (
                <td className="r">
                  {row.cost ? <Amount value={row.cost} currency={spend.currency} /> : "–"}
                </td>
              ) : null}
              <td className="r">
                <Amount value={row.price} currency={spend.currency} decimals={decimals} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{spend.byModel.length === 1 ? "1 model" : `${spend.byModel.length} models`}</td>
            <td className="r">{spend.calls.toLocaleString("en-US")}</td>
            {withCost ? <td /> : null}
            <td className="r">
              <Amount value={spend.total} currency={spend.currency} decimals={decimals} />
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

/** The share of a limit in whole percent; only for the width of a bar. */
function share(part: string, whole: string): number {
  return Number(whole) > 0 ? (Number(part) / Number(whole)) * 100 : 0;
}

function SideHead(props: { title: string; addLabel: string; onNew: (() => void) | null }) {
  return (
    <div className="row mb-2">
      <h2 className="text-title">{props.title}</h2>
      {props.onNew ? (
        <span className="end">
          <IconButton label={props.addLabel} icon={<Plus size={16} />} onClick={props.onNew} />
        </span>
      ) : null}
    </div>
  );
}

function Alerts(props: { alerts: ReadonlyArray<AlertView>; onNew: (() => void) | null }) {
  return (
    <section>
      <SideHead title="Alerts" addLabel="New alert" onNew={props.onNew} />
      {props.alerts.length === 0 ? <p className="text-ink-3">No budget is watched.</p> : null}
      <ul>
        {props.alerts.map((alert) => (
          <li key={alert.id}>
            <div className="row">
              <span className="clip">{alert.name}</span>
              <span className="end num">
                <Amount value={alert.spent} currency={alert.currency} decimals={2} />
                <span className="text-ink-3"> of </span>
                <Amount value={alert.budget} currency={alert.currency} decimals={2} />
              </span>
            </div>
            <Meter
              className="mt-1.5"
              label={`Share of ${alert.name}`}
              percent={share(alert.spent, alert.budget)}
              tone={alert.passedMark >= 100 ? "critical" : alert.passedMark > 0 ? "caution" : "accent"}
            />
            <p className="text-small text-ink-3 mt-1">
              {alert.period}, told at {alert.marks.map((mark) => `${mark}%`).join(", ")}
              {alert.passedMark > 0 ? `; ${alert.passedMark}% is passed` : ""}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Quotas(props: { quotas: ReadonlyArray<QuotaView>; onNew: (() => void) | null }) {
  return (
    <section>
      <SideHead title="Limits" addLabel="New limit" onNew={props.onNew} />
      {props.quotas.length === 0 ? <p className="text-ink-3">No limit stops the spending.</p> : null}
      <ul>
        {props.quotas.map((quota) => (
          <li key={quota.id}>
            <div className="row">
              <span className="clip">{quota.name}</span>
              {quota.exceeded ? <Chip tone="critical">Reached</Chip> : null}
              <span className="end num">
                {Number(quota.used).toLocaleString("en-US")} of {Number(quota.limit).toLocaleString("en-US")}
              </span>
            </div>
            <Meter
              className="mt-1.5"
              label={`Share of ${quota.name}`}
              percent={share(quota.used, quota.limit)}
              tone={quota.exceeded ? "critical" : "accent"}
            />
            <p className="text-small text-ink-3 mt-1">
              {quota.period}, {quota.measure === "money" ? quota.currency : quota.measure}, then{" "}
              {quota.onExceed.replaceAll("_", " ")}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The list of all invoices. */
export function InvoiceList(props: {
  base: string;
  invoices: ReadonlyArray<InvoiceRowView>;
  hasMore: boolean;
  onMore: () => void;
}) {
  return (
    <div className="sheet col">
      <BillingBar base={props.base} title="Billing" />
      <div className="min-h-0 flex-1 overflow-auto px-2">
        {props.invoices.length === 0 ? (
          <Empty title="No invoices yet" text="A month is billed when it has ended in your time zone." />
        ) : (
          <table className="tbl">
            <thead>
              <tr>
                <th>Number</th>
                <th>Month</th>
                <th>Status</th>
                <th className="r">Due</th>
                <th className="r">Total</th>
                <th>
                  <span className="sr-only">Open</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {props.invoices.map((invoice) => (
                <tr key={invoice.id}>
                  <td>
                    <Link href={`${props.base}/invoices/${invoice.id}`} className="font-strong">
                      {invoice.number ?? "Draft"}
                    </Link>
                  </td>
                  <td>{invoice.month}</td>
                  <td>{invoiceChip(invoice.status)}</td>
                  <td className="r">
                    <Amount value={invoice.amountDue} currency={invoice.currency} decimals={2} />
                  </td>
                  <td className="r">
                    <Amount value={invoice.total} currency={invoice.currency} decimals={2} symbol />
                  </td>
                  <td className="act">
                    <ChevronRight size={14} aria-hidden="true" className="inline" />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {props.hasMore ? (
          <Button variant="quiet" className="m-3" onClick={props.onMore}>
            More invoices
          </Button>
        ) : null}
      </div>
    </div>
  );
}
