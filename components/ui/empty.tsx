import type { ReactNode } from "react";

/** What will be here, and the one act that brings it. */
export function Empty(props: { title: string; text: string; action?: ReactNode; className?: string }) {
  return (
    <div className={`bg-sunken m-5 rounded-lg p-8 text-center ${props.className ?? ""}`}>
      <p className="text-title">{props.title}</p>
      <p className="text-ink-2 mx-auto mt-1 max-w-[52ch]">{props.text}</p>
      {props.action ? <div className="mt-4 flex justify-center gap-2">{props.action}</div> : null}
    </div>
  );
}
