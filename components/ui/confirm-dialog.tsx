"use client";
import { type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

/** Asks before a deed that people would not want by accident; what the server refuses stands in the dialog. */
export function ConfirmDialog(props: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  text: ReactNode;
  confirmLabel: string;
  danger?: boolean;
  /** Answers null, or what the person should read. */
  onConfirm: () => Promise<string | null>;
}) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const close = () => {
    setFailure(null);
    props.onClose();
  };
  const confirm = async () => {
    setBusy(true);
    const problem = await props.onConfirm();
    setBusy(false);
    if (problem === null) close();
    else setFailure(problem);
  };
  return (
    <Dialog
      open={props.open}
      onClose={close}
      title={props.title}
      footer={
        <>
          <Button variant="quiet" onClick={close}>
            Cancel
          </Button>
          <Button variant={props.danger ? "danger" : "primary"} busy={busy} onClick={() => void confirm()}>
            {props.confirmLabel}
          </Button>
        </>
      }
    >
      <p className="text-ink-2">{props.text}</p>
      {failure ? (
        <p className="field-error mt-3" role="alert">
          {failure}
        </p>
      ) : null}
    </Dialog>
  );
}
