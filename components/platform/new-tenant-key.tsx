"use client";
import { Button } from "#components/ui/button.tsx";
import { CopyLine } from "#components/ui/copy-line.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

/** The key of a tenant just made, shown this once. */
export function NewTenantKey(props: { made: { name: string; apiKey: string } | null; onClose: () => void }) {
  return (
    <Dialog
      open={props.made !== null}
      onClose={props.onClose}
      title={`${props.made?.name ?? "The tenant"} is open`}
      description="Copy its key now. It is not shown again."
      footer={
        <Button variant="primary" onClick={props.onClose}>
          I have copied it
        </Button>
      }
    >
      <CopyLine label="Key" value={props.made?.apiKey ?? ""} />
    </Dialog>
  );
}
