"use client";
import type { ReactNode } from "react";
import { Dialog } from "#components/ui/dialog.tsx";
import {
  type FieldSpec,
  type FieldValues,
  type FormProblem,
  RecordForm,
} from "#components/ui/record-form.tsx";

/** A deed that needs a few words first: what will happen, how far it may go, its fields. */
export function DeedDialog(props: {
  open: boolean;
  onClose: () => void;
  title: string;
  text: ReactNode;
  limit: ReactNode;
  fields: ReadonlyArray<FieldSpec>;
  initial: FieldValues;
  submitLabel: string;
  onSubmit: (values: FieldValues) => Promise<FormProblem | null>;
}) {
  const send = async (values: FieldValues) => {
    const filled = Object.entries(values).filter(([, value]) => value !== null && value !== "");
    const problem = await props.onSubmit(Object.fromEntries(filled));
    if (problem === null) props.onClose();
    return problem;
  };
  return (
    <Dialog open={props.open} onClose={props.onClose} title={props.title}>
      <p className="text-ink-2">{props.text}</p>
      <p className="mt-2">{props.limit}</p>
      <div className="-mx-5 -mb-5">
        <RecordForm
          whole
          fields={props.fields}
          initial={props.initial}
          submitLabel={props.submitLabel}
          busyLabel="At work"
          onSubmit={send}
        />
      </div>
    </Dialog>
  );
}
