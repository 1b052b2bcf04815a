"use client";
import type { ReactNode } from "react";
import type { FieldSpec, FieldValues } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";

export interface ConnectorRowView {
  id: string;
  name: string;
  preset: string;
  baseUrl: string;
  authentication: string;
  /** Names of what is kept, with the last characters of each. */
  credentials: Record<string, string>;
  status: string;
  lastError: string | null;
  timeoutSeconds: number;
  retryCount: number;
}

const options = (values: ReadonlyArray<string>) =>
  values.map((value) => ({ value, label: value.replaceAll("_", " ") }));

const common: ReadonlyArray<FieldSpec> = [
  { name: "name", label: "Name", required: true },
  {
    name: "baseUrl",
    label: "Address",
    required: true,
    code: true,
    placeholder: "https://shop.example/admin/api",
  },
  { name: "timeoutSeconds", label: "Waits at most, seconds", kind: "number" },
  { name: "retryCount", label: "Tries again", kind: "number" },
];

/** Outside systems that flows may call, with their endpoints, a test console and the log. */
export function ConnectorRoom(props: {
  source: RecordSource<ConnectorRowView>;
  presets: ReadonlyArray<string>;
  /** Credentials by preset, as the form's secret fields. */
  credentialFields: (preset: string) => ReadonlyArray<FieldSpec>;
  below: (row: ConnectorRowView) => ReactNode;
}) {
  return (
    <RecordRoom
      title="Integrations"
      noun="connector"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => row.preset}
      empty="Connect the shop, and flows can look up products and place orders."
      createInitial={{
        preset: props.presets[0] ?? "custom",
        authentication: "none",
        timeoutSeconds: 30,
        retryCount: 3,
      }}
      createFields={[
        { name: "preset", label: "System", kind: "select", required: true, options: options(props.presets) },
        ...common,
        ...props.presets.flatMap((preset) =>
          props.credentialFields(preset).map((field) => ({
            ...field,
            when: (values: FieldValues) => values.preset === preset && (field.when?.(values) ?? true),
          })),
        ),
      ]}
      editFields={(row) => [...common, ...props.credentialFields(row.preset)]}
      valuesOf={(row) => ({
        name: row.name,
        baseUrl: row.baseUrl,
        timeoutSeconds: row.timeoutSeconds,
        retryCount: row.retryCount,
        authentication: row.authentication,
        ...row.credentials,
      })}
      below={props.below}
      columns={[
        { key: "name", head: "Connector", cell: (row) => row.name },
        { key: "preset", head: "System", desk: true, cell: (row) => row.preset },
        {
          key: "url",
          head: "Address",
          desk: true,
          cell: (row) => <span className="code">{row.baseUrl}</span>,
        },
        { key: "status", head: "Status", cell: (row) => <StatusChip status={row.status} /> },
        {
          key: "error",
          head: "Last error",
          desk: true,
          cell: (row) => <span className="text-ink-2">{row.lastError ?? "–"}</span>,
        },
      ]}
    />
  );
}
