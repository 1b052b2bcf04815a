"use client";
import { Toaster as Sonner, toast } from "sonner";

/** Where short notices appear. Hovering keeps them. */
export function Toaster() {
  return <Sonner position="bottom-center" duration={5000} toastOptions={{ unstyled: true }} gap={8} />;
}

/** Says what was done and, for five seconds, offers to undo it. */
export function notify(message: string, undo?: () => void): void {
  toast.custom((id) => (
    <div className="toast" role="status">
      <span>{message}</span>
      {undo ? (
        <button
          type="button"
          onClick={() => {
            undo();
            toast.dismiss(id);
          }}
        >
          Undo
        </button>
      ) : null}
    </div>
  ));
}
