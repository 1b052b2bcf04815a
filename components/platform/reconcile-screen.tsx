"use client";
import { Scale } from "lucide-react";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { Seal } from "#components/ui/seal.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";

export interface ReconcileRowView {
  tenantId: string;
  tenantName: string;
  records: string;
  rollUps: string;
  invoices: string | null;
  differences: ReadonlyArray<string>;
}

const differing = (count: number) =>
  count === 0
    ? "0 differences"
    : `${count.toLocaleString("en-US")} ${count === 1 ? "tenant differs" : "tenants differ"}`;

/** What the newest comparison found, for a page that has none of its own yet. */
function Last(props: { last: NonNullable<Parameters<typeof ReconcileScreen>[0]["last"]> }) {
  const { startedAt, startedBy, tenants, differences } = props.last;
  const { stamp } = useTimeFormat();
  const why = startedBy === "nightly" ? "by night" : "on request";
  return (
    <Empty
      title={`Last compared ${stamp(startedAt)}, ${why}`}
      text={`${tenants.toLocaleString("en-US")} ${tenants === 1 ? "tenant" : "tenants"}, ${differing(differences)}. Compare now to see every tenant's sums.`}
    />
  );
}

/** Raw records, roll-ups and invoices side by side: they must be the same to the last digit. */
export function ReconcileScreen(props: {
  rows: ReadonlyArray<ReconcileRowView> | null;
  /** The newest comparison that was kept, the nightly one included. */
  last: { startedAt: string; startedBy: string; tenants: number; differences: number } | null;
  error: string | null;
  busy: boolean;
  onRun: () => void;
}) {
  const rows = props.rows;
  const decimals = decimalsOf((rows ?? []).flatMap((row) => [row.records, row.rollUps, row.invoices]));
  const found = rows?.filter((row) => row.differences.length > 0).length ?? 0;
  return (
    <ListPage
      title="Reconcile"
      actions={
        <>
          {rows ? (
            <Seal ok={found === 0} className="me-2">
              {differing(found)}
            </Seal>
          ) : null}
          {!rows && props.last ? (
            <Seal ok={props.last.differences === 0} className="me-2">
              {differing(props.last.differences)}
            </Seal>
          ) : null}
          <Button variant="primary" icon={<Scale size={14} />} busy={props.busy} onClick={props.onRun}>
            {props.busy ? "Comparing" : "Compare now"}
          </Button>
        </>
      }
    >
      <DataTable
        label="Reconciliation"
        rows={rows ?? (props.busy ? null : [])}
        error={props.error}
        onRetry={props.onRun}
        idOf={(row) => row.tenantId}
        empty={
          props.last ? (
            <Last last={props.last} />
          ) : (
            <Empty
              title="Not compared yet"
              text="The comparison adds up every record of every tenant and lays the sums beside the roll-ups and the invoices."
            />
          )
        }
        columns={[
          { key: "tenant", head: "Tenant", cell: (row) => <b>{row.tenantName}</b> },
          {
            key: "raw",
            head: "Raw usage records",
            number: true,
            cell: (row) => <Amount value={row.records} decimals={decimals} />,
          },
          {
            key: "daily",
            head: "Daily roll-ups",
            number: true,
            desk: true,
            cell: (row) => <Amount value={row.rollUps} decimals={decimals} />,
          },
          {
            key: "lines",
            head: "Invoice lines, exact",
            number: true,
            desk: true,
            cell: (row) =>
              row.invoices === null ? "–" : <Amount value={row.invoices} decimals={decimals} />,
          },
          {
            key: "seal",
            head: <span className="sr-only">Result</span>,
            cell: (row) => (
              <Seal ok={row.differences.length === 0}>
                {row.differences.length === 0 ? "Equal" : row.differences.join("; ")}
              </Seal>
            ),
          },
        ]}
      />
    </ListPage>
  );
}
