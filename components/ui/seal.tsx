import { Check, CircleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** What a total equals. A mismatch is critical and names the difference. */
export function Seal(props: { ok: boolean; children: ReactNode; className?: string }) {
  return (
    <span className={`seal ${props.ok ? "" : "broken"} ${props.className ?? ""}`}>
      {props.ok ? <Check size={14} aria-hidden="true" /> : <CircleAlert size={14} aria-hidden="true" />}
      {props.children}
    </span>
  );
}
