"use client";
import { Minus, Pencil, Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { TextArea } from "#components/ui/field.tsx";
import type { FlowChange } from "#domain/flows/operations/diff-flows.ts";

/** What publishing changes, with a note for the history. */
export function PublishDialog(props: {
  open: boolean;
  onClose: () => void;
  version: number;
  changes: ReadonlyArray<FlowChange> | null;
  errors: number;
  busy: boolean;
  failure: string | null;
  onPublish: (note: string) => void;
}) {
  const [note, setNote] = useState("");
  const { changes } = props;
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={`Publish v${props.version}`}
      description="New conversations start on it. Runs under way finish on their version."
      footer={
        <>
          <Button variant="quiet" onClick={props.onClose}>
            Keep editing
          </Button>
          <Button
            variant="primary"
            busy={props.busy}
            disabledReason={props.errors > 0 ? `${props.errors} to fix before it can go live.` : undefined}
            onClick={() => props.onPublish(note)}
          >
            {props.busy ? "Publishing" : `Publish v${props.version}`}
          </Button>
        </>
      }
    >
      {changes === null ? null : changes.length === 0 ? (
        <p className="text-ink-2">Nothing differs from the version that is live.</p>
      ) : (
        <ul className="mb-4 max-h-60 overflow-y-auto">
          {changes.map((change) => (
            <li key={`${change.what}:${change.key}:${change.change}`} className="row h-7">
              {change.change === "added" ? (
                <Plus size={14} className="text-positive" aria-label="Added" />
              ) : change.change === "removed" ? (
                <Minus size={14} className="text-critical" aria-label="Removed" />
              ) : (
                <Pencil size={14} className="text-ink-3" aria-label="Changed" />
              )}
              <span className="clip">{change.name}</span>
              <span className="text-ink-3 text-small end">
                {change.what === "node" ? "step" : change.what}
              </span>
            </li>
          ))}
        </ul>
      )}
      <TextArea
        label="Note for the history"
        rows={2}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        error={props.failure ?? undefined}
      />
    </Dialog>
  );
}
