"use client";
import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";

/** Two to five ways to see the same thing. */
export function Segmented<T extends string>(props: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: ReadonlyArray<{ value: T; label: ReactNode }>;
  className?: string;
}) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={props.label}
      className={`seg ${props.className ?? ""}`}
      value={props.value}
      onValueChange={(value) => {
        const option = props.options.find((one) => one.value === value);
        if (option) props.onChange(option.value);
      }}
    >
      {props.options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value}>
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
