/** A run of a month's invoices; `done` of `total` tenants have a result. */
export interface InvoiceRunView {
  id: string;
  period: string;
  status: string;
  startedByName: string;
  startedAt: string;
  finishedAt: string | null;
  total: number;
  done: number;
  created: number;
  existing: number;
  nothingToBill: number;
  notClosed: number;
  stopped: number;
  failed: number;
}

/** A tenant that a run did not bill because something is wrong. */
export interface RunProblemView {
  tenantId: string;
  tenantName: string;
  outcome: string | null;
  message: string | null;
}

const many = (count: number, what: string) => `${count.toLocaleString("en-US")} ${what}`;

/** What a run came to, in words: only what happened. */
export function runWords(run: InvoiceRunView): string {
  const parts: [number, string][] = [
    [run.created, "made final"],
    [run.existing, "final already"],
    [run.nothingToBill, "with nothing to bill"],
    [run.notClosed, "whose month is not over"],
    [run.stopped, "stopped"],
    [run.failed, "failed"],
  ];
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => many(count, what));
  return told.length === 0 ? "Nothing yet" : told.join(", ");
}

/** How fast a running run goes and how long it will take, in words; null before anything can be said. */
export function runPace(run: InvoiceRunView, nowMs: number): { speed: string; left: string } | null {
  const seconds = (nowMs - Date.parse(run.startedAt)) / 1000;
  if (run.status !== "running" || run.done === 0 || seconds < 1) return null;
  const speed = run.done / seconds;
  const left = Math.ceil((run.total - run.done) / speed);
  return {
    speed: speed >= 1 ? `${Math.round(speed)} a second` : `${Math.max(1, Math.round(speed * 60))} a minute`,
    left: left < 90 ? `${left} s left` : `${Math.round(left / 60)} min left`,
  };
}
