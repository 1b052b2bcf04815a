"use client";
import type { ReactNode } from "react";
import { Avatar } from "#components/ui/avatar.tsx";
import type { FieldSpec } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";

export interface CustomerRowView {
  id: string;
  name: string;
  email: string | null;
  phone: string | null;
  externalId: string | null;
  status: string;
  tags: ReadonlyArray<string>;
  conversationCount: number;
  lastContactAt: string | null;
}

const fields: ReadonlyArray<FieldSpec> = [
  { name: "name", label: "Name", required: true },
  { name: "email", label: "E-mail" },
  { name: "phone", label: "Phone", placeholder: "+1 234 567 890" },
  { name: "externalId", label: "Number in your own system", code: true },
  { name: "tags", label: "Tags", kind: "list", hint: "Separated by commas." },
];

/** Everybody who ever wrote, and who was imported. */
export function CustomerRoom(props: {
  source: RecordSource<CustomerRowView>;
  search: string;
  onSearch: (value: string) => void;
  below: (row: CustomerRowView) => ReactNode;
  openId?: string | null;
}) {
  return (
    <RecordRoom
      title="Customers"
      noun="customer"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => row.phone ?? row.email}
      search={{ label: "Search customers", value: props.search, onChange: props.onSearch }}
      empty="A customer appears with the first message, or by import."
      createFields={fields}
      editFields={() => fields}
      valuesOf={(row) => ({
        name: row.name,
        email: row.email,
        phone: row.phone,
        externalId: row.externalId,
        tags: [...row.tags],
      })}
      below={props.below}
      openId={props.openId ?? null}
      columns={[
        {
          key: "name",
          head: "Name",
          cell: (row) => (
            <span className="row">
              <Avatar id={row.id} name={row.name} size="s" />
              {row.name}
            </span>
          ),
        },
        { key: "phone", head: "Phone", cell: (row) => <bdi className="num">{row.phone ?? "–"}</bdi> },
        { key: "email", head: "E-mail", desk: true, cell: (row) => row.email ?? "–" },
        {
          key: "tags",
          head: "Tags",
          desk: true,
          cell: (row) => (
            <span className="row gap-1">
              {row.tags.slice(0, 3).map((tag) => (
                <span key={tag} className="tag">
                  {tag}
                </span>
              ))}
            </span>
          ),
        },
        { key: "status", head: "Status", desk: true, cell: (row) => <StatusChip status={row.status} /> },
        { key: "chats", head: "Chats", number: true, desk: true, cell: (row) => row.conversationCount },
        {
          key: "last",
          head: "Last contact",
          cell: (row) => (row.lastContactAt ? <Age at={row.lastContactAt} className="text-ink-3" /> : "–"),
        },
      ]}
    />
  );
}
