"use client";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { CopyLine } from "#components/ui/copy-line.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { TextField } from "#components/ui/field.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";

export interface ApiKeyRowView {
  id: string;
  name: string;
  prefix: string;
  status: string;
  requestCount: number;
  lastUsedAt: string | null;
  createdAt: string;
}

/** Keys of programs. A key is shown once, when it is made. */
export function ApiKeyRoom(props: {
  rows: ReadonlyArray<ApiKeyRowView> | null;
  error: string | null;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
  tabs: ReactNode;
  onCreate: ((name: string) => Promise<{ key: string } | string>) | null;
  onRevoke: ((id: string) => void) | null;
}) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [made, setMade] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [going, setGoing] = useState<ApiKeyRowView | null>(null);
  const close = () => {
    setOpen(false);
    setMade(null);
    setName("");
    setFailure(undefined);
  };
  const create = async () => {
    setBusy(true);
    const outcome = (await props.onCreate?.(name)) ?? "There is no right to make keys.";
    setBusy(false);
    if (typeof outcome === "string") setFailure(outcome);
    else setMade(outcome.key);
  };
  const add = props.onCreate ? (
    <Button variant="primary" icon={<Plus size={14} />} onClick={() => setOpen(true)}>
      New key
    </Button>
  ) : null;
  return (
    <ListPage title="Settings" tabs={props.tabs} actions={add}>
      <DataTable
        label="API keys"
        rows={props.rows}
        error={props.error}
        onRetry={props.onRetry}
        hasMore={props.hasMore}
        onMore={props.onMore}
        idOf={(row) => row.id}
        meta={(row) => (
          <>
            <span className="code">{row.prefix}</span>
            <span>
              {row.requestCount === 1 ? "1 request" : `${row.requestCount.toLocaleString("en-US")} requests`}
            </span>
            <span>{row.lastUsedAt ? <Age at={row.lastUsedAt} /> : "never used"}</span>
          </>
        )}
        empty={
          <Empty title="No API keys yet" text="A key lets a program act in this workspace." action={add} />
        }
        columns={[
          { key: "name", head: "Key", cell: (row) => <b>{row.name}</b> },
          {
            key: "prefix",
            head: "Begins with",
            desk: true,
            cell: (row) => <span className="code">{row.prefix}</span>,
          },
          { key: "status", head: "Status", cell: (row) => <StatusChip status={row.status} /> },
          {
            key: "requests",
            head: "Requests",
            number: true,
            desk: true,
            cell: (row) => row.requestCount.toLocaleString("en-US"),
          },
          {
            key: "used",
            head: "Last used",
            desk: true,
            cell: (row) => (row.lastUsedAt ? <Age at={row.lastUsedAt} className="text-ink-3" /> : "never"),
          },
          {
            key: "made",
            head: "Made",
            desk: true,
            cell: (row) => <Age at={row.createdAt} className="text-ink-3" />,
          },
          {
            key: "act",
            head: <span className="sr-only">Revoke</span>,
            number: true,
            cell: (row) =>
              props.onRevoke && row.status === "active" ? (
                <Button
                  size="sm"
                  variant="danger"
                  aria-label={`Revoke ${row.name}`}
                  onClick={() => setGoing(row)}
                >
                  Revoke
                </Button>
              ) : null,
          },
        ]}
      />
      <ConfirmDialog
        open={going !== null}
        onClose={() => setGoing(null)}
        title={`Revoke ${going?.name ?? "the key"}`}
        text="Programs that use it are refused from now on. A revoked key cannot be brought back."
        confirmLabel="Revoke the key"
        danger
        onConfirm={async () => {
          if (going) props.onRevoke?.(going.id);
          return null;
        }}
      />
      <Dialog
        open={open}
        onClose={close}
        title={made ? "Copy the key now" : "New key"}
        description={made ? "It is not shown again." : "Name it after the program that will use it."}
        footer={
          made ? (
            <Button variant="primary" onClick={close}>
              I have copied it
            </Button>
          ) : (
            <Button variant="primary" busy={busy} disabled={!name.trim()} onClick={() => void create()}>
              Create key
            </Button>
          )
        }
      >
        {made ? (
          <CopyLine label="Key" value={made} />
        ) : (
          <TextField
            label="Name"
            value={name}
            error={failure}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Dialog>
    </ListPage>
  );
}
