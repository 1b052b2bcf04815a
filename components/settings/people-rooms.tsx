"use client";
import { Monitor } from "lucide-react";
import type { ReactNode } from "react";
import { Avatar } from "#components/ui/avatar.tsx";
import { Button } from "#components/ui/button.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";

export interface MemberRowView {
  id: string;
  name: string;
  email: string;
  role: string;
  status: string;
  lastSignInAt: string | null;
}

interface ListState<Row> {
  rows: ReadonlyArray<Row> | null;
  error: string | null;
  onRetry: () => void;
  tabs: ReactNode;
}

/** Who works here, in which role. */
export function TeamRoom(props: ListState<MemberRowView>) {
  return (
    <ListPage title="Settings" tabs={props.tabs}>
      <DataTable
        label="Team"
        rows={props.rows}
        error={props.error}
        onRetry={props.onRetry}
        idOf={(row) => row.id}
        empty={<Empty title="Nobody yet" text="Members of this workspace appear here." />}
        columns={[
          {
            key: "name",
            head: "Name",
            cell: (row) => (
              <span className="row">
                <Avatar id={row.id} name={row.name} size="s" />
                <b>{row.name}</b>
              </span>
            ),
          },
          { key: "email", head: "E-mail", desk: true, cell: (row) => row.email },
          { key: "role", head: "Role", cell: (row) => row.role.replaceAll("_", " ") },
          { key: "status", head: "Status", cell: (row) => <StatusChip status={row.status} /> },
          {
            key: "seen",
            head: "Last sign-in",
            desk: true,
            cell: (row) =>
              row.lastSignInAt ? <Age at={row.lastSignInAt} className="text-ink-3" /> : "never",
          },
        ]}
      />
    </ListPage>
  );
}

export interface SignInRowView {
  id: string;
  userAgent: string | null;
  ip: string | null;
  createdAt: string;
  lastSeenAt: string | null;
  current: boolean;
}

/** Where you are signed in; each sign-in can be ended. */
export function SignInRoom(props: ListState<SignInRowView> & { onEnd: (id: string) => void }) {
  return (
    <ListPage title="Settings" tabs={props.tabs}>
      <DataTable
        label="My sign-ins"
        rows={props.rows}
        error={props.error}
        onRetry={props.onRetry}
        idOf={(row) => row.id}
        empty={<Empty title="No sign-ins" text="Each browser you sign in with appears here." />}
        columns={[
          {
            key: "agent",
            head: "Browser",
            cell: (row) => (
              <span className="row">
                <Monitor size={14} aria-hidden="true" />
                <b className="clip max-w-[46ch]">{row.userAgent ?? "Unknown"}</b>
                {row.current ? <Chip tone="accent">This one</Chip> : null}
              </span>
            ),
          },
          {
            key: "ip",
            head: "Address",
            desk: true,
            cell: (row) => <span className="code">{row.ip ?? "–"}</span>,
          },
          {
            key: "seen",
            head: "Last seen",
            cell: (row) => <Age at={row.lastSeenAt ?? row.createdAt} className="text-ink-3" />,
          },
          {
            key: "act",
            head: <span className="sr-only">End</span>,
            cell: (row) =>
              row.current ? null : (
                <Button size="sm" variant="danger" onClick={() => props.onEnd(row.id)}>
                  End
                </Button>
              ),
          },
        ]}
      />
    </ListPage>
  );
}
