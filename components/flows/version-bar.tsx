"use client";
import { ChevronRight } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { useNow, useTimeFormat } from "#components/ui/time.tsx";
import type { FlowHead, SaveState } from "./flow-options.ts";

/** What is live, what the draft changes, and whether it is saved. */
export function VersionBar(props: {
  head: FlowHead;
  changes: number;
  save: SaveState;
  onChanges: () => void;
}) {
  const { head } = props;
  const time = useTimeFormat();
  return (
    <div className="ver">
      <Chip
        tone="outline"
        icon={
          <span
            className={`dot ${head.publishedVersion ? "text-positive" : "text-ink-3"}`}
            aria-hidden="true"
          />
        }
      >
        {head.publishedVersion ? `v${head.publishedVersion} live` : "Not live"}
      </Chip>
      <span className="text-ink-3 clip only-desk">
        {head.publishedAt ? `since ${time.date(head.publishedAt)}, ` : ""}
        {head.runs.toLocaleString("en-US")} runs
        {head.runs > 0 ? (
          <>
            , <b className="text-ink num">{((head.completedRuns / head.runs) * 100).toFixed(1)}%</b> reach an
            end
          </>
        ) : null}
      </span>
      <span className="end row gap-2.5">
        <SaveWord save={props.save} />
        <Button variant="quiet" size="sm" className="bg-hover !text-ink" onClick={props.onChanges}>
          Draft v{head.nextVersion} · {props.changes === 1 ? "1 change" : `${props.changes} changes`}
          <ChevronRight size={12} aria-hidden="true" />
        </Button>
      </span>
    </div>
  );
}

function SaveWord(props: { save: SaveState }) {
  const { save } = props;
  const now = useNow();
  if (save.state === "failed" || save.state === "conflict")
    return (
      <span className="text-critical clip" role="alert">
        {save.message}
      </span>
    );
  if (save.state === "saving") return <span className="text-ink-3">Saving</span>;
  if (save.state === "unsaved") return <span className="text-ink-3">Not saved yet</span>;
  if (save.at === null || now === 0) return <span className="text-ink-3">Saved</span>;
  const age = Math.max(0, Math.round((Date.now() - save.at) / 1000));
  return (
    <span className="text-ink-3 num">
      Saved {age < 60 ? `${age} s ago` : age < 3600 ? `${Math.floor(age / 60)} min ago` : ""}
    </span>
  );
}
