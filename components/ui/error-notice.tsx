"use client";
import { CircleAlert } from "lucide-react";
import { Button } from "./button.tsx";

/** What failed, what is still true, what to press. The trace id hides behind "Details". */
export function ErrorNotice(props: {
  title: string;
  text?: string | undefined;
  traceId?: string | undefined;
  onRetry?: (() => void) | undefined;
  className?: string;
}) {
  return (
    <div className={`banner ${props.className ?? "m-5"}`} role="alert">
      <CircleAlert size={16} aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <b>{props.title}</b> {props.text}
        {props.traceId ? (
          <details className="text-small text-ink-2 mt-1">
            <summary>Details</summary>
            <span className="code">{props.traceId}</span>
          </details>
        ) : null}
      </div>
      {props.onRetry ? (
        <Button size="sm" onClick={props.onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}
