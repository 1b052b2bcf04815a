"use client";
import { Switch as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useId } from "react";

/** On or off, at once. The words stand left, the switch at the end. */
export function Switch(props: {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChange?: (checked: boolean) => void;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div className="row">
      <label htmlFor={id} className="col">
        <span>{props.label}</span>
        {props.hint ? <span className="text-small text-ink-3">{props.hint}</span> : null}
      </label>
      <Radix.Root
        id={id}
        className="switch end"
        checked={props.checked}
        disabled={props.disabled}
        onCheckedChange={(value) => props.onChange?.(value)}
      >
        <Radix.Thumb />
      </Radix.Root>
    </div>
  );
}
