"use client";
import "./invoices.css";
import Link from "next/link";
import { useState } from "react";
import { monthLabel } from "#components/billing/spend-answers.ts";
import { Button } from "#components/ui/button.tsx";
import { Meter } from "#components/ui/meter.tsx";
import { useNow, useTimeFormat } from "#components/ui/time.tsx";
import { type InvoiceRunView, type RunProblemView, runPace, runWords } from "./invoice-run-view.ts";

const states: Record<string, string> = { running: "running", finished: "done", cancelled: "stopped by hand" };

/** How far the newest run of invoices is, and the tenants that it did not bill because something is wrong. */
export function RunPanel(props: {
  run: InvoiceRunView | null;
  problems: ReadonlyArray<RunProblemView>;
  onStop: (id: string) => Promise<string | null>;
}) {
  const { run, problems } = props;
  const now = useNow();
  const { stamp } = useTimeFormat();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  if (!run)
    return <p className="text-ink-3">No run yet: months also close by themselves, a day after their end.</p>;
  const pace = runPace(run, now);
  const stop = async () => {
    setBusy(true);
    setFailure(await props.onStop(run.id));
    setBusy(false);
  };
  return (
    <div className="run-panel">
      <h2 className="text-title row">
        {monthLabel(run.period)} invoices
        <span className="end text-small text-ink-3 font-normal">{states[run.status] ?? run.status}</span>
      </h2>
      <Meter
        thick
        tone="ink"
        label="Tenants done"
        percent={run.total === 0 ? 100 : (run.done / run.total) * 100}
        className="my-2"
      />
      <p className="row text-small text-ink-2" aria-live="polite">
        <span>
          <b className="num">{run.done.toLocaleString("en-US")}</b> of {run.total.toLocaleString("en-US")}{" "}
          tenants
          {pace ? <span className="text-ink-3"> {pace.speed}</span> : null}
        </span>
        <span className="end text-ink-3">{pace?.left ?? (run.finishedAt ? stamp(run.finishedAt) : "")}</span>
      </p>
      <p className="text-small text-ink-2 mt-1">{runWords(run)}</p>
      {problems.length > 0 ? (
        <ul className="run-problems" aria-label="Tenants not billed">
          {problems.map((one) => (
            <li key={one.tenantId}>
              <Link href={`/platform/events?tenant=${one.tenantId}`} className="drill">
                {one.tenantName}
              </Link>{" "}
              <span className="text-critical">{one.outcome === "stopped" ? "stopped" : "failed"}</span>
              <span className="text-small text-ink-2 block">{one.message}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {run.status === "running" ? (
        <Button size="sm" className="mt-2" busy={busy} onClick={() => void stop()}>
          Stop
        </Button>
      ) : null}
      {failure ? (
        <p className="field-error" role="alert">
          {failure}
        </p>
      ) : null}
    </div>
  );
}
