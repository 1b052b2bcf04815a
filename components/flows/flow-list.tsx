"use client";
import { Archive, Ellipsis, Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";

export interface FlowRowView {
  id: string;
  name: string;
  status: string;
  trigger: string;
  publishedVersion: number | null;
  runs: number;
  completed: number;
  failed: number;
  updatedAt: string;
}

/** All flows: what starts each, whether it is live, how it goes. */
export function FlowList(props: {
  base: string;
  rows: ReadonlyArray<FlowRowView> | null;
  error: string | null;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
  onCreate: (() => void) | null;
  /** Takes a flow out of service; null where one may not. Answers null, or what the person should read. */
  onArchive: ((id: string) => Promise<string | null>) | null;
}) {
  const router = useRouter();
  const [leaving, setLeaving] = useState<FlowRowView | null>(null);
  const { onArchive } = props;
  const create = props.onCreate ? (
    <Button variant="primary" icon={<Plus size={14} />} onClick={props.onCreate}>
      New flow
    </Button>
  ) : null;
  return (
    <ListPage title="Flows" count={props.hasMore ? null : (props.rows?.length ?? null)} actions={create}>
      <DataTable
        label="Flows"
        rows={props.rows}
        error={props.error}
        onRetry={props.onRetry}
        hasMore={props.hasMore}
        onMore={props.onMore}
        idOf={(row) => row.id}
        onOpen={(row) => router.push(`${props.base}/${row.id}`)}
        empty={<Empty title="No flows yet" text="A flow answers one kind of question." action={create} />}
        columns={[
          { key: "name", head: "Flow", cell: (row) => row.name },
          {
            key: "trigger",
            head: "Starts with",
            desk: true,
            cell: (row) => <span className="text-ink-2">{row.trigger}</span>,
          },
          {
            key: "status",
            head: "Status",
            cell: (row) => (
              <span className="row">
                <StatusChip status={row.status} />
                {row.publishedVersion ? (
                  <span className="text-ink-3 num">v{row.publishedVersion}</span>
                ) : null}
              </span>
            ),
          },
          { key: "runs", head: "Runs", number: true, cell: (row) => row.runs.toLocaleString("en-US") },
          {
            key: "ends",
            head: "Reach an end",
            number: true,
            desk: true,
            cell: (row) => (row.runs === 0 ? "–" : `${((row.completed / row.runs) * 100).toFixed(1)}%`),
          },
          {
            key: "failed",
            head: "Failed",
            number: true,
            desk: true,
            cell: (row) => <span className={row.failed > 0 ? "text-critical" : ""}>{row.failed}</span>,
          },
          {
            key: "updated",
            head: "Changed",
            desk: true,
            cell: (row) => <Age at={row.updatedAt} className="text-ink-3" />,
          },
          ...(onArchive
            ? [
                {
                  key: "act",
                  head: <span className="sr-only">Acts</span>,
                  number: true,
                  cell: (row: FlowRowView) => <RowMenu row={row} onArchive={() => setLeaving(row)} />,
                },
              ]
            : []),
        ]}
      />
      <ConfirmDialog
        open={leaving !== null}
        onClose={() => setLeaving(null)}
        title={`Archive ${leaving?.name ?? ""}`}
        text="It answers nobody from now on. Runs under way finish; its runs, versions and costs stay."
        confirmLabel="Archive flow"
        danger
        onConfirm={async () => (leaving && onArchive ? onArchive(leaving.id) : null)}
      />
    </ListPage>
  );
}

/** What else can be done with a flow than open it. */
function RowMenu(props: { row: FlowRowView; onArchive: () => void }) {
  return (
    <Menu
      trigger={<IconButton label={`Acts on ${props.row.name}`} icon={<Ellipsis size={16} />} />}
      items={[{ label: "Archive", icon: <Archive size={14} />, critical: true, onSelect: props.onArchive }]}
    />
  );
}
