"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./icon-button.tsx";

/** A record beside its list, 520 wide. */
export function SideSheet(props: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
  footer?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <Radix.Root open={props.open} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content
          className="side-sheet"
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // The record is read first: no act of its head takes the focus by itself.
            event.preventDefault();
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
          }}
        >
          <header className="row border-line min-h-14 flex-none border-b py-2 ps-5 pe-3">
            <div className="col">
              <Radix.Title className="text-title clip">{props.title}</Radix.Title>
              {props.subtitle ? <span className="text-small text-ink-3 clip">{props.subtitle}</span> : null}
            </div>
            <span className="end row gap-1">
              {props.actions}
              <IconButton label="Close" keys="Esc" icon={<X size={16} />} onClick={props.onClose} />
            </span>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto">{props.children}</div>
          {props.footer ? (
            <footer className="row border-line justify-end border-t px-5 py-3">{props.footer}</footer>
          ) : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
