"use client";
import {
  type FieldSpec,
  type FieldValues,
  type FormProblem,
  RecordForm,
} from "#components/ui/record-form.tsx";
import { SideSheet } from "#components/ui/side-sheet.tsx";
import type { FlowTrigger } from "#domain/flows/flow-definition.ts";

const starts: ReadonlyArray<{ value: FlowTrigger["type"]; label: string }> = [
  { value: "intent", label: "an intent is found" },
  { value: "keyword", label: "a message holds one of these words" },
  { value: "any_message", label: "any message comes that starts no other flow" },
  { value: "manual", label: "somebody starts it by hand" },
];

/** The form's values as a flow to create; the trigger is checked with the rest by the flow's own schema. */
export function flowFromForm(values: FieldValues): object {
  const { name, start, intent, keywords } = values;
  const trigger =
    start === "intent"
      ? { type: start, intent: intent ?? "" }
      : start === "keyword"
        ? { type: start, keywords: keywords ?? [] }
        : { type: start };
  return { name, trigger };
}

/** Names a new flow and says what starts it. */
export function NewFlow(props: {
  open: boolean;
  onClose: () => void;
  intents: ReadonlyArray<{ name: string }>;
  onCreate: (values: FieldValues) => Promise<FormProblem | null>;
}) {
  const fields: ReadonlyArray<FieldSpec> = [
    { name: "name", label: "Name", required: true, placeholder: "Order status" },
    { name: "start", label: "Starts when", kind: "select", required: true, options: starts },
    {
      name: "intent",
      label: "Intent",
      kind: "select",
      required: true,
      options: props.intents.map((one) => ({ value: one.name, label: one.name })),
      when: (values) => values.start === "intent",
    },
    {
      name: "keywords",
      label: "Words",
      kind: "list",
      hint: "Separated by commas.",
      when: (values) => values.start === "keyword",
    },
  ];
  return (
    <SideSheet open={props.open} onClose={props.onClose} title="New flow">
      {props.open ? (
        <RecordForm
          whole
          fields={fields}
          initial={{ start: "intent", intent: props.intents[0]?.name ?? null }}
          submitLabel="Create flow"
          busyLabel="Creating"
          onSubmit={props.onCreate}
        />
      ) : null}
    </SideSheet>
  );
}
