"use client";
import { useState } from "react";
import type { FlowChange } from "#domain/flows/operations/diff-flows.ts";
import { PublishDialog } from "./publish-dialog.tsx";

/** Saves what is open, then publishes; what the server refuses stands in the dialog. */
export function PublishFlow(props: {
  version: number;
  publish: (note: string) => Promise<string | null>;
  open: boolean;
  onClose: () => void;
  changes: FlowChange[] | null;
  errors: number;
  flush: () => Promise<void>;
}) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  return (
    <PublishDialog
      open={props.open}
      onClose={props.onClose}
      version={props.version}
      changes={props.changes}
      errors={props.errors}
      busy={busy}
      failure={failure}
      onPublish={async (note) => {
        setBusy(true);
        await props.flush();
        const problem = await props.publish(note);
        setBusy(false);
        setFailure(problem);
        if (problem === null) props.onClose();
      }}
    />
  );
}
