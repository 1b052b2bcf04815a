"use client";
import { Check } from "lucide-react";
import { Checkbox as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useId } from "react";

/** A tick with its words. */
export function Checkbox(props: {
  label: ReactNode;
  checked: boolean;
  onChange?: (checked: boolean) => void;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div className="row">
      <Radix.Root
        id={id}
        className="check"
        checked={props.checked}
        disabled={props.disabled}
        onCheckedChange={(value) => props.onChange?.(value === true)}
      >
        <Radix.Indicator>
          <Check size={12} strokeWidth={2.4} aria-hidden="true" />
        </Radix.Indicator>
      </Radix.Root>
      <label htmlFor={id}>{props.label}</label>
    </div>
  );
}
