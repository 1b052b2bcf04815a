"use client";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { FlowTabs } from "./flow-tabs.tsx";

export interface VersionRowView {
  id: string;
  version: number;
  note: string;
  publishedBy: string | null;
  publishedAt: string;
  live: boolean;
}

/** Every version of a flow, the newest first: what it was for, who made it live, and the way back to it. */
export function VersionList(props: {
  here: string;
  flowName: string;
  rows: ReadonlyArray<VersionRowView> | null;
  error: string | null;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
  /** Makes a version live again; null where one may not. Answers null, or what the person should read. */
  onGoBack: ((version: number) => Promise<string | null>) | null;
}) {
  const { moment } = useTimeFormat();
  const [asked, setAsked] = useState<number | null>(null);
  const { onGoBack } = props;
  const goBack = (row: VersionRowView) =>
    row.live || !onGoBack ? null : (
      <Button size="sm" icon={<RotateCcw size={14} />} onClick={() => setAsked(row.version)}>
        <span className="sr-only">v{row.version}: </span>
        Go back<span className="only-desk">to this version</span>
      </Button>
    );
  return (
    <ListPage title={props.flowName} tabs={<FlowTabs here={props.here} />}>
      <DataTable
        label="Versions"
        rows={props.rows}
        error={props.error}
        onRetry={props.onRetry}
        idOf={(row) => row.id}
        hasMore={props.hasMore}
        onMore={props.onMore}
        empty={<Empty title="No versions yet" text="Publishing the draft makes the first one." />}
        columns={[
          {
            key: "version",
            head: "Version",
            cell: (row) => (
              <span className="row">
                <b className="num">v{row.version}</b>
                {row.live ? <Chip tone="positive">Live</Chip> : null}
              </span>
            ),
          },
          {
            key: "note",
            head: "Note",
            cell: (row) => <span className={row.note ? "" : "text-ink-3"}>{row.note || "–"}</span>,
          },
          { key: "by", head: "By", desk: true, cell: (row) => row.publishedBy ?? "–" },
          {
            key: "at",
            head: "Published",
            desk: true,
            cell: (row) => <span className="text-ink-2 num">{moment(row.publishedAt)}</span>,
          },
          { key: "act", head: <span className="sr-only">Acts</span>, number: true, cell: goBack },
        ]}
      />
      <ConfirmDialog
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={`Go back to v${asked}`}
        text={`v${asked} goes live again and becomes the draft; what the draft changed since is lost. New conversations start on it, runs under way finish on their version.`}
        confirmLabel={`Go back to v${asked}`}
        onConfirm={async () => (asked === null || !onGoBack ? null : onGoBack(asked))}
      />
    </ListPage>
  );
}
