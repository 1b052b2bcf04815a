import type { ReactNode } from "react";

export type ChipTone =
  | "neutral"
  | "outline"
  | "machine"
  | "accent"
  | "positive"
  | "caution"
  | "critical"
  | "info";

/** A status or a fact in a pill: colour, icon and word together. */
export function Chip(props: { tone?: ChipTone; icon?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <span
      className={`chip ${props.tone === "outline" ? "lined" : (props.tone ?? "")} ${props.className ?? ""}`}
    >
      {props.icon}
      {props.children}
    </span>
  );
}
