"use client";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Tooltip } from "./tooltip.tsx";

/** A button that shows only an icon: its label is its tooltip and its accessible name. */
export function IconButton(
  props: Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> & {
    label: string;
    icon: ReactNode;
    keys?: string | undefined;
    size?: "sm" | "md";
    raised?: boolean | undefined;
    ref?: Ref<HTMLButtonElement>;
  },
) {
  const { label, icon, keys, size = "sm", raised, className, disabled, onClick, ...rest } = props;
  return (
    <Tooltip text={label} keys={keys}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        aria-disabled={disabled || undefined}
        onClick={disabled ? undefined : onClick}
        className={`btn icon ${raised ? "" : "quiet"} ${size === "sm" ? "sm" : ""} ${className ?? ""}`}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
