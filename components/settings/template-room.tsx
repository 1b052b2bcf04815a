"use client";
import type { FieldSpec, FieldValues } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";

export interface TemplateRowView {
  id: string;
  name: string;
  category: string;
  defaultLanguage: string;
  content: string;
  variables: ReadonlyArray<string>;
  languages: ReadonlyArray<string>;
  whatsappName: string | null;
  whatsappStatus: string;
  usageCount: number;
}

const fields: ReadonlyArray<FieldSpec> = [
  { name: "name", label: "Name", required: true },
  {
    name: "category",
    label: "Category",
    kind: "select",
    required: true,
    options: ["utility", "marketing", "authentication"].map((value) => ({ value, label: value })),
  },
  { name: "defaultLanguage", label: "Language", required: true, code: true },
  {
    name: "content",
    label: "Text",
    kind: "area",
    required: true,
    hint: "Variables in double braces: {{order_number}}.",
  },
  { name: "whatsappName", label: "Name at WhatsApp", code: true },
];

/** The variables that a text names. */
export function variablesIn(content: string): string[] {
  return [
    ...new Set([...content.matchAll(/\{\{\s*([A-Za-z_][\w.]*)\s*\}\}/g)].map((match) => match[1] ?? "")),
  ];
}

/** Prepared texts with variables; on WhatsApp the only ones allowed outside the 24 hours. */
export function TemplateRoom(props: { source: RecordSource<TemplateRowView> }) {
  return (
    <RecordRoom
      title="Templates"
      noun="template"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => `${row.languages.join(", ")} · ${row.variables.length} variables`}
      empty="A template says the same thing well, each time."
      createInitial={{ category: "utility", defaultLanguage: "en", content: "" } satisfies FieldValues}
      createFields={fields}
      editFields={() => fields}
      valuesOf={(row) => ({
        name: row.name,
        category: row.category,
        defaultLanguage: row.defaultLanguage,
        content: row.content,
        whatsappName: row.whatsappName,
      })}
      columns={[
        { key: "name", head: "Template", cell: (row) => row.name },
        {
          key: "content",
          head: "Text",
          desk: true,
          cell: (row) => <span className="text-ink-2 block max-w-[56ch] truncate">{row.content}</span>,
        },
        { key: "category", head: "Category", desk: true, cell: (row) => row.category },
        { key: "status", head: "At WhatsApp", cell: (row) => <StatusChip status={row.whatsappStatus} /> },
        { key: "used", head: "Sent", number: true, cell: (row) => row.usageCount.toLocaleString("en-US") },
      ]}
    />
  );
}
