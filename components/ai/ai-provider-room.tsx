"use client";
import type { ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { ProbeBox, type ProbeResult } from "#components/ui/probe-box.tsx";
import type { FieldSpec } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { CALLABLE_TYPES } from "#domain/ai/provider-type.ts";

export interface AiProviderRowView {
  id: string;
  name: string;
  type: string;
  model: string;
  apiBaseUrl: string | null;
  apiKeyTail: string | null;
  isDefault: boolean;
  priority: number;
  /** The platform's own: seen and chosen, never changed here. */
  platform: boolean;
  requestCount: number;
  errorCount: number;
}

const typeField: FieldSpec = {
  name: "type",
  label: "Type",
  kind: "select",
  required: true,
  options: CALLABLE_TYPES.map((value) => ({ value, label: value })),
};

function fields(row: AiProviderRowView | null, shared: boolean): FieldSpec[] {
  const all: FieldSpec[] = [
    { name: "name", label: "Name", required: true },
    ...(row ? [] : [typeField]),
    { name: "model", label: "Model", required: true, code: true },
    {
      name: "apiKey",
      label: "Key",
      kind: "secret",
      hint: row?.apiKeyTail ? `Kept encrypted, ends in ${row.apiKeyTail}.` : "Kept encrypted.",
    },
    {
      name: "apiBaseUrl",
      label: "Address",
      code: true,
      hint: "Empty: the provider's own, with its version.",
    },
    { name: "priority", label: "Order when one fails", kind: "number" },
    { name: "isDefault", label: "Asked when nothing names a provider", kind: "switch" },
  ];
  return all.filter((field) => !shared || field.name !== "isDefault");
}

/** Models behind addresses: the workspace's own and the platform's. */
export function AiProviderRoom(props: {
  source: RecordSource<AiProviderRowView>;
  tabs?: ReactNode;
  title?: string;
  onTest: ((id: string) => Promise<ProbeResult>) | null;
  onChoose?: ((id: string) => void) | null;
  /** The platform's own list: for all tenants, each of which chooses its own default. */
  shared?: boolean;
}) {
  return (
    <RecordRoom
      title={props.title ?? "AI"}
      noun="provider"
      tabs={props.tabs}
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => (row.platform ? "Provided by the platform" : row.type)}
      empty={
        props.shared
          ? "Tenants without a provider of their own ask these."
          : "Without a provider of your own, the platform's is asked."
      }
      createInitial={{ type: "openai", isDefault: false, priority: 0 }}
      createFields={fields(null, props.shared ?? false)}
      editFields={(row) => (row.platform ? [] : fields(row, props.shared ?? false))}
      valuesOf={(row) => ({
        name: row.name,
        type: row.type,
        model: row.model,
        apiBaseUrl: row.apiBaseUrl,
        priority: row.priority,
        isDefault: row.isDefault,
      })}
      mayArchive={(row) => !row.platform}
      above={(row) =>
        row.platform ? (
          <p className="text-ink-2 px-5 pt-5">
            The platform keeps its key and address. Its calls are priced by the platform's rules.
          </p>
        ) : null
      }
      below={(row) =>
        props.onTest ? (
          <ProbeBox
            label="Ask it something"
            busyLabel="Asking"
            run={async () =>
              (await props.onTest?.(row.id)) ?? { ok: false, text: "There is nothing to test." }
            }
          >
            {props.onChoose && !row.isDefault ? (
              <Button className="self-start" onClick={() => props.onChoose?.(row.id)}>
                Make it the default
              </Button>
            ) : null}
          </ProbeBox>
        ) : null
      }
      columns={[
        {
          key: "name",
          head: "Provider",
          cell: (row) => (
            <span className="row">
              {row.name}
              {row.isDefault ? <Chip tone="accent">Default</Chip> : null}
              {row.platform ? <Chip tone="outline">Platform</Chip> : null}
            </span>
          ),
        },
        { key: "type", head: "Type", desk: true, cell: (row) => row.type },
        { key: "model", head: "Model", cell: (row) => <span className="code">{row.model}</span> },
        {
          key: "calls",
          head: "Calls",
          number: true,
          desk: true,
          cell: (row) => row.requestCount.toLocaleString("en-US"),
        },
        {
          key: "errors",
          head: "Failed",
          number: true,
          desk: true,
          cell: (row) => <span className={row.errorCount > 0 ? "text-critical" : ""}>{row.errorCount}</span>,
        },
      ]}
    />
  );
}
