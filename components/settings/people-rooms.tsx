"use client";
import { Monitor } from "lucide-react";
import type { ReactNode } from "react";
import { Avatar } from "#components/ui/avatar.tsx";
import { Button } from "#components/ui/button.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import type { FieldSpec } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";
import { SYSTEM_ROLES } from "#domain/access/roles.ts";

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

const roleField: FieldSpec = {
  name: "role",
  label: "Role",
  kind: "select",
  required: true,
  options: SYSTEM_ROLES.map((value) => ({ value, label: value })),
};
const memberFields: ReadonlyArray<FieldSpec> = [
  { name: "name", label: "Name", required: true },
  { name: "email", label: "E-mail", required: true },
  roleField,
  {
    name: "password",
    label: "First password",
    kind: "secret",
    hint: "At least ten characters. Who has an account already keeps their own.",
  },
];

/** Who works here, in which role. Nobody changes their own role or removes themselves here. */
export function TeamRoom(props: { source: RecordSource<MemberRowView>; ownId: string; tabs: ReactNode }) {
  return (
    <RecordRoom
      title="Settings"
      noun="member"
      tabs={props.tabs}
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => row.email}
      empty="Members of this workspace appear here."
      createFields={memberFields}
      createInitial={{ role: "agent" }}
      editFields={(row) => (row.id === props.ownId ? [] : [roleField])}
      valuesOf={(row) => ({ role: row.role })}
      mayArchive={(row) => row.id !== props.ownId}
      archiveLabel="Remove"
      above={(row) =>
        row.id === props.ownId ? (
          <p className="text-ink-2 px-5 pt-5">
            This is you, as {row.role}. A colleague with the right changes it.
          </p>
        ) : null
      }
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
          cell: (row) => (row.lastSignInAt ? <Age at={row.lastSignInAt} className="text-ink-3" /> : "never"),
        },
      ]}
    />
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
