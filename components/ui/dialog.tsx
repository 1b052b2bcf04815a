"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./icon-button.tsx";

/** A question that must be answered first. The primary act stands last in the footer. */
export function Dialog(props: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  footer?: ReactNode;
  children?: ReactNode;
  className?: string;
}) {
  return (
    <Radix.Root open={props.open} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content
          className={`modal ${props.className ?? ""}`}
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // The first field takes the focus, else the question itself; not the button that closes it.
            event.preventDefault();
            const box = event.currentTarget;
            if (!(box instanceof HTMLElement)) return;
            (box.querySelector<HTMLElement>("input, select, textarea") ?? box).focus();
          }}
        >
          <header className="row px-5 pt-4">
            <Radix.Title className="text-title">{props.title}</Radix.Title>
            <span className="end">
              <IconButton label="Close" keys="Esc" icon={<X size={16} />} onClick={props.onClose} />
            </span>
          </header>
          {props.description ? (
            <Radix.Description className="text-ink-2 px-5 pt-1">{props.description}</Radix.Description>
          ) : null}
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{props.children}</div>
          {props.footer ? (
            <footer className="row border-line justify-end border-t px-5 py-3">{props.footer}</footer>
          ) : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
