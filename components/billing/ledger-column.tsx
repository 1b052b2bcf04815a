"use client";
import { Download } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { ErrorNotice } from "#components/ui/error-notice.tsx";
import { Seal } from "#components/ui/seal.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { LedgerColumnView, LedgerRowView } from "./ledger-view.ts";

/** One level of the bill: rows that open the next, a total between rules, a seal that says what it equals. */
export function LedgerColumn(props: { column: LedgerColumnView; currency: string; children?: ReactNode }) {
  const { column, currency } = props;
  const rows = column.rows ?? [];
  const decimals = decimalsOf([column.total, ...rows.map((row) => row.value)], currency);
  return (
    <section className="cl" aria-label={`${column.over} ${column.title}`}>
      <header>
        <div className="col">
          <span>{column.over}</span>
          <h2 className="clip" title={column.title}>
            {column.title}
          </h2>
        </div>
        {column.csvHref ? (
          <a
            href={column.csvHref}
            className="btn quiet icon sm end"
            aria-label={`Download ${column.over.toLowerCase()} ${column.title} as CSV`}
            title="CSV"
            download
          >
            <Download size={14} aria-hidden="true" />
          </a>
        ) : null}
      </header>
      <div className="rows">
        {column.error ? (
          <ErrorNotice title="This level did not load." text={column.error} className="m-2" />
        ) : null}
        {column.rows === null && !column.error ? <Skeleton rows={6} className="!p-2" /> : null}
        {rows.map((row) => (
          <LedgerRow
            key={row.id}
            row={row}
            on={row.id === column.selectedId}
            currency={currency}
            decimals={decimals}
          />
        ))}
        {column.more ? (
          <button type="button" className="btn quiet sm m-2" onClick={column.more}>
            More rows
          </button>
        ) : null}
        {props.children}
      </div>
      <footer>
        <div className="t">
          <span className="clip">{column.rows === null ? "Adding up" : column.totalLabel}</span>
          <span className="end">
            {column.total === null ? (
              "…"
            ) : (
              <Amount value={column.total} currency={currency} decimals={decimals} />
            )}
          </span>
        </div>
        {column.seal ? <Seal ok={column.seal.ok}>{column.seal.text}</Seal> : <span className="seal" />}
      </footer>
    </section>
  );
}

function LedgerRow(props: { row: LedgerRowView; on: boolean; currency: string; decimals: number }) {
  const { row } = props;
  const inner = (
    <>
      <span className="nm clip" title={row.name}>
        {row.name}
      </span>
      <span className="am num">
        {row.unpriced ? (
          <Chip tone="caution">Unpriced</Chip>
        ) : row.inPlan ? (
          <span className="text-ink-3">in plan</span>
        ) : row.value === null ? (
          <span className="text-ink-3">–</span>
        ) : (
          <Amount value={row.value} currency={props.currency} decimals={props.decimals} />
        )}
      </span>
      <span className="mt clip">
        {row.meta}
        {row.metaExact ? (
          <>
            exact <Amount value={row.metaExact} currency={props.currency} />
          </>
        ) : null}
      </span>
      {row.gauge === undefined ? null : (
        <span className="gauge" aria-hidden="true">
          <i style={{ width: `${row.gauge}%` }} />
        </span>
      )}
    </>
  );
  return row.href ? (
    <Link href={row.href} scroll={false} className="rw" aria-current={props.on ? "true" : undefined}>
      {inner}
    </Link>
  ) : (
    <div className="rw">{inner}</div>
  );
}
