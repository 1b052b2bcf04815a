import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { amountFromDatabase, formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { findMoneyDifferences } from "./payments/reconcile-payments.ts";

/** One tenant's sums side by side; `differences` is empty where all agree to the last digit. */
export type ReconcileRow = {
  tenantId: string;
  tenantName: string;
  currency: string;
  records: string;
  dailyRollUps: string;
  hourlyRollUps: string;
  conversations: string;
  invoiced: string;
  differences: string[];
};

type Row = Record<string, unknown>;

function selectSums(tx: Transaction, tenantId: string | null) {
  return tx.sql`
    with used as materialized (
      select tenant_id, conversation_id, sum(client_price) as price, sum(provider_cost) as cost, count(*) as n
      from usage_breakdown where ${tenantId}::uuid is null or tenant_id = ${tenantId} group by 1, 2
    ), raw as (
      select tenant_id, sum(price) as price, sum(cost) as cost, sum(n) as n from used group by 1
    ), slices as (
      select tenant_id, billing_month, closing, service_type, provider, model, min(ingest_seq) as first,
        max(ingest_seq) as last, sum(coalesce(billable_price, client_price)) as exact
      from usage_breakdown where ${tenantId}::uuid is null or tenant_id = ${tenantId} group by 1, 2, 3, 4, 5, 6
    ), daily as (
      select tenant_id, sum(client_price) as price, sum(provider_cost) as cost, sum(requests) as n
      from usage_daily where ${tenantId}::uuid is null or tenant_id = ${tenantId} group by 1
    ), hourly as (
      select tenant_id, sum(client_price) as price, sum(provider_cost) as cost, sum(requests) as n
      from usage_hourly where ${tenantId}::uuid is null or tenant_id = ${tenantId} group by 1
    ), threads as (
      select c.tenant_id, sum(c.client_price) as price, count(*) filter (
        where c.client_price <> coalesce(u.price, 0) or c.provider_cost <> coalesce(u.cost, 0)) as wrong
      from conversations c left join used u on u.tenant_id = c.tenant_id and u.conversation_id = c.id
      where ${tenantId}::uuid is null or c.tenant_id = ${tenantId} group by 1
    ), lines as (
      select l.tenant_id, sum(l.amount_exact) as exact, count(*) filter (
        where l.amount_exact <> coalesce(s.exact, 0) or s.first <= l.seq_from or s.last > l.seq_to) as wrong
      from invoice_lines l left join slices s on s.tenant_id = l.tenant_id and s.billing_month = l.usage_month
        and s.closing = l.closing and s.service_type = l.service_type and s.provider = l.provider and s.model = l.model
      where l.usage_month is not null and not l.voided and (${tenantId}::uuid is null or l.tenant_id = ${tenantId})
      group by 1
    )
    select t.id, t.name, t.currency, coalesce(raw.price, 0)::text as raw, coalesce(daily.price, 0)::text as daily,
      coalesce(hourly.price, 0)::text as hourly, coalesce(threads.price, 0)::text as threads,
      coalesce(threads.wrong, 0)::int as wrong_threads, coalesce(lines.exact, 0)::text as invoiced,
      coalesce(lines.wrong, 0)::int as wrong_lines,
      (raw.cost, raw.n) is not distinct from (daily.cost, daily.n) as daily_same,
      (raw.cost, raw.n) is not distinct from (hourly.cost, hourly.n) as hourly_same
    from tenants t left join raw on raw.tenant_id = t.id left join daily on daily.tenant_id = t.id
    left join hourly on hourly.tenant_id = t.id left join threads on threads.tenant_id = t.id
    left join lines on lines.tenant_id = t.id
    where ${tenantId}::uuid is null or t.id = ${tenantId} order by t.name, t.id`;
}

function toReconcileRow(row: Row): ReconcileRow {
  const amount = (value: unknown) => formatAmount(amountFromDatabase(value as string));
  const [raw, daily, hourly, threads] = [row.raw, row.daily, row.hourly, row.threads].map(amount);
  const differences: string[] = [];
  if (raw !== daily || !row.daily_same) differences.push(`daily roll-ups: ${daily} instead of ${raw}`);
  if (raw !== hourly || !row.hourly_same) differences.push(`hourly roll-ups: ${hourly} instead of ${raw}`);
  if (Number(row.wrong_threads) > 0)
    differences.push(`${row.wrong_threads} conversations differ from their records`);
  if (Number(row.wrong_lines) > 0)
    differences.push(`${row.wrong_lines} invoice lines differ from their records`);
  return {
    tenantId: row.id as string,
    tenantName: row.name as string,
    currency: row.currency as string,
    records: raw ?? "0",
    dailyRollUps: daily ?? "0",
    hourlyRollUps: hourly ?? "0",
    conversations: threads ?? "0",
    invoiced: amount(row.invoiced),
    differences,
  };
}

type Sums = Pick<
  ReconcileRow,
  "currency" | "records" | "dailyRollUps" | "hourlyRollUps" | "conversations" | "invoiced"
>;
const SUMMED = ["records", "dailyRollUps", "hourlyRollUps", "conversations", "invoiced"] as const;

/** Exact sums of all tenants by currency. */
function sumByCurrency(rows: readonly ReconcileRow[]): Sums[] {
  const currencies = [...new Set(rows.map((row) => row.currency))].sort();
  return currencies.map((currency) => {
    const own = rows.filter((row) => row.currency === currency);
    const sums = SUMMED.map((name) => [
      name,
      formatAmount(sumAmounts(own.map((row) => parseAmount(row[name])))),
    ]);
    return { currency, ...(Object.fromEntries(sums) as Omit<Sums, "currency">) };
  });
}

/** A comparison of all tenants that was kept. */
export type Reconciliation = {
  id: string;
  startedBy: string;
  startedAt: string;
  finishedAt: string;
  tenants: number;
  differences: number;
  sums: Sums[];
  differing: ReconcileRow[];
};

const toReconciliation = (row: Row): Reconciliation => ({
  id: row.id as string,
  startedBy: row.started_by as string,
  startedAt: row.started_at as string,
  finishedAt: row.finished_at as string,
  tenants: row.tenants as number,
  differences: row.differences as number,
  sums: row.sums as Sums[],
  differing: row.differing as ReconcileRow[],
});

/** Kept comparisons of all tenants, the newest first. */
export async function listReconciliations(input: { limit: number; cursor?: string | undefined }) {
  const [at = null, id = null] = decodeCursor(input.cursor, 2) ?? [];
  const rows = await withSystem(
    "list reconciliations",
    (tx) => tx.sql`select * from reconciliations
      where ${at}::timestamptz is null or (started_at, id) < (${at}::timestamptz, ${id}::uuid)
      order by started_at desc, id desc limit ${input.limit + 1}`,
  );
  const keyOf = (row: Row) => [String(row.started_at), String(row.id)];
  return toPage(rows, input.limit, keyOf, toReconciliation);
}

/** Compares all tenants and keeps the result; `startedBy` is a person or `nightly`. */
export async function reconcileAll(startedBy: string) {
  const startedAt = new Date().toISOString();
  const result = await reconcile();
  const differing = result.data.filter((row) => row.differences.length > 0);
  const sums = sumByCurrency(result.data);
  await withSystem(
    "keep a reconciliation",
    (
      tx,
    ) => tx.sql`insert into reconciliations (id, started_by, started_at, finished_at, tenants, differences, sums, differing)
      values (${newId()}, ${startedBy}, ${startedAt}, clock_timestamp(), ${result.data.length}, ${result.differences},
        ${JSON.stringify(sums)}, ${JSON.stringify(differing)})`,
  );
  return result;
}

/** Lays records, roll-ups, conversation totals, invoice lines and payments of every tenant (or one) side by side. */
export async function reconcile(
  tenantId: string | null = null,
): Promise<{ data: ReconcileRow[]; differences: number }> {
  const data = await withSystem("reconcile", async (tx) => {
    // Sums of millions of groups are added up in memory instead of in files.
    await tx.sql`set local work_mem = '256MB'`;
    // The planner thinks a partition too small for help; together they are what takes the time.
    await tx.sql`set local parallel_setup_cost = 0`;
    await tx.sql`set local parallel_tuple_cost = 0`;
    const rows = await selectSums(tx, tenantId);
    const money = await findMoneyDifferences(tx, tenantId);
    return rows.map(toReconcileRow).map((row) => {
      const more = money.get(row.tenantId) ?? [];
      return { ...row, differences: [...row.differences, ...more] };
    });
  });
  const differing = data.filter((row) => row.differences.length > 0);
  for (const row of differing) {
    await recordSystemEvent({
      kind: "billing.difference",
      source: "reconcile",
      severity: 3,
      tenantId: row.tenantId,
      message: row.differences.join("; "),
    });
  }
  return { data, differences: differing.length };
}
