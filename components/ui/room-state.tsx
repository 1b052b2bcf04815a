"use client";
import { ErrorNotice } from "./error-notice.tsx";
import { Skeleton } from "./skeleton.tsx";

/** A room before its data: the shape of what comes, or why it does not. */
export function RoomState(props: { title: string; error: string | null; onRetry: () => void }) {
  return (
    <div className="sheet col">
      {props.error ? (
        <ErrorNotice title={props.title} text={props.error} onRetry={props.onRetry} />
      ) : (
        <Skeleton rows={10} />
      )}
    </div>
  );
}
