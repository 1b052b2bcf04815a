import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { previousMonth } from "#domain/billing/period.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { nameActors } from "#server/people/name-actors.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";
import { billOneOfMany } from "./run-invoices.ts";

type Row = Record<string, unknown>;

/** How long one job works before the next goes on: a run of any length never holds an executor for long. */
const JOB_MS = 20_000;
/** Tenants billed at a time, each in its own transaction. */
const LANES = 2;

/** A run as the API shows it; `done` of `total` tenants have a result. */
export type InvoiceRun = {
  id: string;
  period: string;
  status: string;
  startedBy: string;
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
};

function toRun(row: Row, nameOf: (label: string) => string): InvoiceRun {
  const counts = row as Record<string, number>;
  const count = (name: string) => Number(counts[name] ?? 0);
  return {
    id: row.id as string,
    period: (row.month as string).slice(0, 7),
    status: row.status as string,
    startedBy: row.started_by as string,
    startedByName: nameOf(row.started_by as string),
    startedAt: row.started_at as string,
    finishedAt: row.finished_at as string | null,
    total: count("total"),
    done: count("done"),
    created: count("created"),
    existing: count("existing"),
    nothingToBill: count("nothing_to_bill"),
    notClosed: count("not_closed"),
    stopped: count("stopped"),
    failed: count("failed"),
  };
}

// Counted from the results themselves, so that a run's figures cannot drift from what happened.
const counted = (tx: Transaction) => tx.sql`
  select count(*)::int as total, count(outcome)::int as done,
    count(*) filter (where outcome = 'created')::int as created,
    count(*) filter (where outcome = 'existing')::int as existing,
    count(*) filter (where outcome = 'nothing_to_bill')::int as nothing_to_bill,
    count(*) filter (where outcome = 'not_closed')::int as not_closed,
    count(*) filter (where outcome = 'stopped')::int as stopped,
    count(*) filter (where outcome = 'failed')::int as failed
  from invoice_run_results where run_id = r.id`;

/** Runs, the newest first. */
export async function listInvoiceRuns(input: {
  limit: number;
  cursor?: string | undefined;
}): Promise<Page<InvoiceRun>> {
  const [at = null, id = null] = decodeCursor(input.cursor, 2) ?? [];
  const rows = await withSystem(
    "list invoice runs",
    (tx) => tx.sql`select r.*, c.* from invoice_runs r cross join lateral (${counted(tx)}) c
      where ${at}::timestamptz is null or (r.started_at, r.id) < (${at}::timestamptz, ${id}::uuid)
      order by r.started_at desc, r.id desc limit ${input.limit + 1}`,
  );
  const nameOf = await nameActors(rows.map((row) => row.started_by as string));
  const keyOf = (row: Row) => [row.started_at as string, row.id as string];
  return toPage(rows, input.limit, keyOf, (row) => toRun(row, nameOf));
}

/** A tenant's result in a run; `outcome` is null while it waits. */
export type InvoiceRunResult = {
  tenantId: string;
  tenantName: string;
  outcome: string | null;
  invoiceId: string | null;
  number: string | null;
  message: string | null;
  settledAt: string | null;
};

const toResult = (row: Row): InvoiceRunResult => ({
  tenantId: row.tenant_ref as string,
  tenantName: (row.name as string | null) ?? "–",
  outcome: row.outcome as string | null,
  invoiceId: row.invoice_id as string | null,
  number: row.number as string | null,
  message: row.message as string | null,
  settledAt: row.settled_at as string | null,
});

/** One run with the tenants that were not billed because something is wrong. Throws `not_found`. */
export async function getInvoiceRun(id: string): Promise<InvoiceRun & { problems: InvoiceRunResult[] }> {
  const { run, problems } = await withSystem("read an invoice run", async (tx) => {
    const [row] = await tx.sql`select r.*, c.* from invoice_runs r cross join lateral (${counted(tx)}) c
      where r.id = ${id}`;
    const bad =
      await tx.sql`select p.*, t.name from invoice_run_results p left join tenants t on t.id = p.tenant_ref
      where p.run_id = ${id} and p.outcome in ('stopped', 'failed') order by t.name, p.tenant_ref limit 100`;
    return { run: row, problems: bad };
  });
  if (!run) throw notFound("invoice_run");
  const nameOf = await nameActors([run.started_by as string]);
  return { ...toRun(run, nameOf), problems: problems.map(toResult) };
}

/** What a run came to for each tenant, in the order it takes them; `outcome` narrows. Throws `not_found`. */
export async function listInvoiceRunResults(input: {
  id: string;
  outcome?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}): Promise<Page<InvoiceRunResult>> {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  await getInvoiceRun(input.id);
  const rows = await withSystem(
    "list an invoice run's results",
    (tx) => tx.sql`select p.*, t.name from invoice_run_results p left join tenants t on t.id = p.tenant_ref
      where p.run_id = ${input.id} and (${input.outcome ?? null}::text is null or p.outcome = ${input.outcome ?? null})
        and (${after}::uuid is null or p.tenant_ref > ${after}::uuid)
      order by p.tenant_ref limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [row.tenant_ref as string], toResult);
}

/**
 * Starts a run of all tenants for a month (the last one over in UTC unless given); it goes on in the background. One
 * runs at a time for a month: where one runs already, that is the answer. Running again changes nothing.
 */
export async function startInvoiceRun(
  input: { period?: string | undefined },
  startedBy: string,
): Promise<InvoiceRun> {
  const month = input.period ? `${input.period}-01` : previousMonth(new Date().toISOString().slice(0, 10));
  const id = await withSystem("start an invoice run", async (tx) => {
    const [made] = await tx.sql`insert into invoice_runs (id, month, started_by, started_at)
      values (${newId()}, ${month}, ${startedBy}, clock_timestamp()) on conflict do nothing returning id`;
    if (!made) {
      const [running] =
        await tx.sql`select id from invoice_runs where month = ${month} and status = 'running'`;
      if (running) return running.id as string;
      throw new AppError("conflict", "invoice_runs.busy", "A run of this month has just ended; try again.");
    }
    const runId = made.id as string;
    await tx.sql`insert into invoice_run_results (run_id, tenant_ref) select ${runId}, id from tenants`;
    await requestJob(tx, runId);
    return runId;
  });
  wakeRelay();
  return getInvoiceRun(id);
}

const requestJob = (tx: Transaction, runId: string) =>
  appendOutbox(tx, [{ tenantId: null, name: "billing/invoice_run.requested", payload: { runId } }]);

/** Stops a run after the tenants being billed now; what is billed stays. Throws `not_found`. */
export async function cancelInvoiceRun(id: string): Promise<InvoiceRun> {
  await withSystem(
    "stop an invoice run",
    (tx) => tx.sql`update invoice_runs set status = 'cancelled', finished_at = clock_timestamp()
      where id = ${id} and status = 'running'`,
  );
  return getInvoiceRun(id);
}

type Next = { tenantId: string; month: string };

/** Tenants of a running run without a result, in order. */
async function nextTenants(runId: string): Promise<Next[]> {
  const rows = await withSystem(
    "go on with an invoice run",
    (
      tx,
    ) => tx.sql`select p.tenant_ref, r.month from invoice_run_results p join invoice_runs r on r.id = p.run_id
      where p.run_id = ${runId} and r.status = 'running' and p.outcome is null
      order by p.tenant_ref limit ${LANES}`,
  );
  return rows.map((row) => ({ tenantId: row.tenant_ref as string, month: row.month as string }));
}

async function workOn(runId: string, next: Next): Promise<void> {
  const result = await billOneOfMany({ id: tenantIdFrom(next.tenantId), month: next.month });
  await withSystem(
    "keep an invoice run's result",
    (
      tx,
    ) => tx.sql`update invoice_run_results set outcome = ${result.outcome}, invoice_id = ${result.invoiceId},
        number = ${result.number}, message = ${result.message}, settled_at = clock_timestamp()
      where run_id = ${runId} and tenant_ref = ${next.tenantId} and outcome is null`,
  );
}

/**
 * Goes on with a run where it stands, for a while: a job that was killed is started again by the executor, and a
 * tenant billed without its result being kept is found billed. Tells whether the run is over.
 */
export async function continueInvoiceRun(runId: string, forMs = JOB_MS): Promise<boolean> {
  const until = performance.now() + forMs;
  for (;;) {
    const next = await nextTenants(runId);
    if (next.length === 0) break;
    if (performance.now() >= until) {
      await withSystem("go on with an invoice run", (tx) => requestJob(tx, runId));
      wakeRelay();
      return false;
    }
    await Promise.all(next.map((one) => workOn(runId, one)));
  }
  await withSystem(
    "end an invoice run",
    (tx) => tx.sql`update invoice_runs set status = 'finished', finished_at = clock_timestamp()
      where id = ${runId} and status = 'running'`,
  );
  return true;
}
