"use client";
import { CircleAlert, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { Button } from "./button.tsx";

export type ProbeResult = { ok: boolean; text: string; detail?: ReactNode };

/** One press asks the other side and says what it answered. */
export function ProbeBox(props: {
  label: string;
  busyLabel: string;
  run: () => Promise<ProbeResult>;
  children?: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<ProbeResult | null>(null);
  return (
    <div className="border-line col gap-3 border-t p-5">
      {props.children}
      <Button
        className="self-start"
        busy={busy}
        onClick={async () => {
          setBusy(true);
          setResult(await props.run());
          setBusy(false);
        }}
      >
        {busy ? props.busyLabel : props.label}
      </Button>
      {result ? (
        <div role="status">
          <p className={`row ${result.ok ? "text-positive" : "text-critical"}`}>
            {result.ok ? (
              <CircleCheck size={14} aria-hidden="true" />
            ) : (
              <CircleAlert size={14} aria-hidden="true" />
            )}
            {result.text}
          </p>
          {result.detail}
        </div>
      ) : null}
    </div>
  );
}
