"use client";
import { monthLabel } from "#components/billing/spend-answers.ts";
import { Button } from "#components/ui/button.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { type InvoiceRunView, runWords } from "./invoice-run-view.ts";

/** Runs before the newest one: when, by whom, and what they came to. */
export function PastRuns(props: {
  runs: ReadonlyArray<InvoiceRunView>;
  hasMore: boolean;
  onMore: () => void;
}) {
  const { stamp } = useTimeFormat();
  if (props.runs.length === 0) return null;
  return (
    <section>
      <h2 className="text-title">Earlier runs</h2>
      <ul className="past-runs">
        {props.runs.map((run) => (
          <li key={run.id}>
            <span className="row">
              {monthLabel(run.period)}
              <span className="end">
                <StatusChip status={run.status} />
              </span>
            </span>
            <span className="text-small text-ink-3 block">
              {stamp(run.startedAt)}, {run.startedByName}
            </span>
            <span className="text-small text-ink-2 block">{runWords(run)}</span>
          </li>
        ))}
      </ul>
      {props.hasMore ? (
        <Button size="sm" variant="quiet" onClick={props.onMore}>
          More runs
        </Button>
      ) : null}
    </section>
  );
}
