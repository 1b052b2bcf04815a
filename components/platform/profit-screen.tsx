"use client";
import "#components/billing/billing.css";
import "./profit.css";
import { Download } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { SelectField } from "#components/ui/field.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import type { ProfitBy } from "#domain/billing/profit.ts";
import { NextPriceChange } from "./next-price-change.tsx";
import { ProfitFigures } from "./profit-figures.tsx";
import { ProfitTable } from "./profit-table.tsx";
import { isLoss, type ProfitRowView, type ProfitTotalView, type ProofView } from "./profit-view.ts";

const ways: ReadonlyArray<{ value: ProfitBy; label: string; head: string }> = [
  { value: "tenant", label: "Tenants", head: "Tenant" },
  { value: "model", label: "Models", head: "Model" },
  { value: "service", label: "Services", head: "Service" },
  { value: "conversation", label: "Conversations", head: "Conversation" },
];

export interface ProfitScreenProps {
  month: string;
  months: ReadonlyArray<{ value: string; label: string }>;
  onMonth: (month: string) => void;
  /** The month before, in words; null where it has nothing. */
  compared: string | null;
  by: ProfitBy;
  onBy: (by: ProfitBy) => void;
  totals: ReadonlyArray<ProfitTotalView>;
  before: ReadonlyArray<ProfitTotalView>;
  proofs: ReadonlyMap<string, ProofView>;
  rows: ReadonlyArray<ProfitRowView> | null;
  models: ReadonlyArray<ProfitRowView>;
  error: string | null;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
  /** How far the run of invoices is. */
  aside: ReactNode;
}

/** What the platform earns in a month: four figures with their proof, losses first, profit by model. */
export function ProfitScreen(props: ProfitScreenProps) {
  const losing = props.totals.reduce((sum, total) => sum + total.tenantsBelowCost, 0);
  return (
    <div className="sheet col">
      <header className="bar max-sm:h-auto! max-sm:flex-wrap max-sm:py-2">
        <h1 className="text-title">Profit</h1>
        <span className="ms-3">
          <SelectField
            label="Month"
            hideLabel
            value={props.month}
            options={props.months}
            onChange={(event) => props.onMonth(event.target.value)}
          />
        </span>
        {props.compared ? <span className="only-desk text-ink-3">compared with {props.compared}</span> : null}
        <span className="end row gap-1.5">
          <a
            href={`/api/platform/v1/profit/export.csv?by=${props.by}&month=${props.month}`}
            className="btn only-desk"
            download
          >
            <Download size={14} aria-hidden="true" />
            Export
          </a>
          <Link href="/platform/pricing" className="btn primary">
            Change a price
          </Link>
        </span>
      </header>
      <div className="profit-room">
        {props.totals.map((total) => (
          <ProfitFigures
            key={total.currency}
            total={total}
            before={props.before.find((one) => one.currency === total.currency) ?? null}
            proof={props.proofs.get(total.currency) ?? null}
          />
        ))}
        <div className="profit-body">
          <section className="profit-table px-2" aria-label="Profit" {...scrollable}>
            <div className="row flex-wrap gap-2 px-3 py-2.5">
              <Segmented label="Profit by" value={props.by} onChange={props.onBy} options={ways} />
              {losing > 0 ? (
                <Chip tone="critical">
                  {losing === 1 ? "1 tenant below cost" : `${losing} tenants below cost`}
                </Chip>
              ) : null}
              <span className="only-desk text-small text-ink-3 end pe-2">Losses first</span>
            </div>
            <ProfitTable head={ways.find((way) => way.value === props.by)?.head ?? ""} {...props} />
          </section>
          <aside className="profit-models" aria-label="Runs, models and changes">
            {props.aside}
            <ByModel models={props.models} />
            <NextPriceChange />
          </aside>
        </div>
      </div>
    </div>
  );
}

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

/** Cost and profit of each model as one bar, the dearest first. */
function ByModel(props: { models: ReadonlyArray<ProfitRowView> }) {
  const models = [...props.models].sort((a, b) => Number(b.revenue) - Number(a.revenue)).slice(0, 8);
  const mixed = new Set(models.map((one) => one.currency)).size > 1;
  const like = (row: ProfitRowView) => models.filter((one) => one.currency === row.currency);
  // Bars of one currency share a scale: amounts of two cannot be laid side by side.
  const share = (row: ProfitRowView, value: string) => {
    const most = Math.max(0, ...like(row).flatMap((one) => [Number(one.revenue), Number(one.providerCost)]));
    return most === 0 ? 0 : (Math.max(0, Number(value)) / most) * 100;
  };
  return (
    <section aria-label="Profit by model">
      <h2 className="text-title row">
        Profit by model
        <span className="legend end">
          <span>
            <i style={{ background: "var(--chart-6)" }} /> cost
          </span>
          <span>
            <i style={{ background: "var(--chart-1)" }} /> profit
          </span>
        </span>
      </h2>
      {models.length === 0 ? <p className="text-ink-3">No model was called.</p> : null}
      <ul>
        {models.map((one) => (
          <li key={one.key}>
            <p className="row">
              <span className="clip">{one.name}</span>
              <b className="end">
                <Amount
                  value={one.profit}
                  currency={one.currency}
                  decimals={decimalsOf(
                    like(one).map((row) => row.profit),
                    one.currency,
                  )}
                  symbol={mixed}
                />
              </b>
            </p>
            <span className="cost-bar" aria-hidden="true">
              <i style={{ width: `${share(one, one.providerCost)}%`, background: "var(--chart-6)" }} />
              {isLoss(one.profit) ? null : (
                <i style={{ width: `${share(one, one.profit)}%`, background: "var(--chart-1)" }} />
              )}
            </span>
            <p className="row text-small text-ink-3">
              {one.detail}
              <span className="end num">
                {one.marginPercent === null ? "–" : `${one.marginPercent.replace("-", "−")}%`}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
