"use client";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Kbd } from "./kbd.tsx";
import { Tooltip } from "./tooltip.tsx";

export type ButtonVariant = "primary" | "default" | "quiet" | "danger" | "link";

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  variant?: ButtonVariant;
  size?: "sm" | "md" | "lg";
  icon?: ReactNode;
  /** The key that does the same. */
  keys?: string | undefined;
  busy?: boolean | undefined;
  disabled?: boolean | undefined;
  /** Says why the button is off and what would enable it. */
  disabledReason?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
}

/** A button names its act. While busy it keeps its width; disabled it stays focusable, so it can say why. */
export function Button(props: ButtonProps) {
  const {
    variant = "default",
    size = "md",
    icon,
    keys,
    busy,
    disabled,
    disabledReason,
    className,
    children,
    onClick,
    ...rest
  } = props;
  const off = Boolean(disabled || disabledReason || busy);
  const button = (
    <button
      type="button"
      {...rest}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      onClick={off ? (event) => event.preventDefault() : onClick}
      className={`btn ${variant === "default" ? "" : variant} ${size === "md" ? "" : size} ${className ?? ""}`}
    >
      {busy ? <span className="spin" aria-hidden="true" /> : icon}
      {children}
      {keys ? <Kbd className="only-desk">{keys}</Kbd> : null}
    </button>
  );
  return disabledReason ? <Tooltip text={disabledReason}>{button}</Tooltip> : button;
}
