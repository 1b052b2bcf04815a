"use client";
import { useRouter } from "next/navigation";
import { Amount } from "#components/ui/amount.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { duration } from "#components/ui/duration.ts";
import { Empty } from "#components/ui/empty.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";
import { FlowTabs } from "./flow-tabs.tsx";

export interface RunRowView {
  id: string;
  customerName: string;
  status: string;
  version: number;
  stepName: string | null;
  startedAt: string;
  durationMs: number | null;
  price: string | null;
  currency: string;
}

/** The runs of a flow, newest first. */
export function RunList(props: {
  base: string;
  flowId: string;
  flowName: string;
  rows: ReadonlyArray<RunRowView> | null;
  error: string | null;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
}) {
  const router = useRouter();
  const here = `${props.base}/${props.flowId}`;
  return (
    <ListPage title={props.flowName} tabs={<FlowTabs here={here} />}>
      <DataTable
        label="Runs"
        rows={props.rows}
        error={props.error}
        onRetry={props.onRetry}
        idOf={(row) => row.id}
        onOpen={(row) => router.push(`${here}/runs/${row.id}`)}
        hasMore={props.hasMore}
        onMore={props.onMore}
        empty={
          <Empty
            title="No runs yet"
            text="A run begins when a customer's message fires the flow's trigger."
          />
        }
        columns={[
          { key: "who", head: "Customer", cell: (row) => row.customerName },
          { key: "status", head: "Status", cell: (row) => <StatusChip status={row.status} /> },
          {
            key: "step",
            head: "Stands at",
            desk: true,
            cell: (row) => <span className="text-ink-2">{row.stepName ?? "–"}</span>,
          },
          { key: "version", head: "Version", number: true, desk: true, cell: (row) => `v${row.version}` },
          {
            key: "time",
            head: "Took",
            number: true,
            desk: true,
            cell: (row) => (row.durationMs === null ? "–" : duration(row.durationMs)),
          },
          {
            key: "price",
            head: "Price",
            number: true,
            cell: (row) => (row.price === null ? "–" : <Amount value={row.price} currency={row.currency} />),
          },
          { key: "start", head: "Began", cell: (row) => <Age at={row.startedAt} className="text-ink-3" /> },
        ]}
      />
    </ListPage>
  );
}
