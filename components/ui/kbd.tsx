import type { ReactNode } from "react";

/** One key as printed on the keyboard. */
export function Kbd(props: { children: ReactNode; className?: string | undefined }) {
  return <kbd className={`kbd ${props.className ?? ""}`}>{props.children}</kbd>;
}
