import type { TenantTransaction } from "#db/tenant.ts";
import type { PeriodWindow } from "#domain/billing/period.ts";
import { AppError } from "#domain/core/app-error.ts";
import { type Amount, amountFromDatabase, formatAmount } from "#domain/money/amount.ts";

/**
 * The records that one line bills: a month's usage of a type, provider and model that came between two closings.
 * The roll-up keeps closings apart, so slices never overlap and together are all records.
 */
export type UsageSlice = {
  month: string;
  closing: number;
  serviceType: string;
  provider: string;
  model: string;
  requests: number;
  quantity: string;
  coveredQuantity: string;
  providerCost: Amount;
  clientPrice: Amount;
  billable: Amount;
  /** The ingest sequences of its records: after the first number, up to the second. Set by `proveSlices`. */
  seqFrom: number;
  seqTo: number;
};

type Row = Record<string, unknown>;

function toSlice(row: Row): UsageSlice {
  return {
    month: row.month as string,
    closing: Number(row.closing),
    serviceType: row.service_type as string,
    provider: row.provider as string,
    model: row.model as string,
    requests: Number(row.requests),
    quantity: row.quantity as string,
    coveredQuantity: row.covered as string,
    providerCost: amountFromDatabase(row.cost as string),
    clientPrice: amountFromDatabase(row.price as string),
    billable: amountFromDatabase(row.billable as string),
    seqFrom: 0,
    seqTo: 0,
  };
}

/**
 * What no standing invoice bills yet: the month's own usage, and late usage of earlier months that are closed and
 * keep their invoice.
 */
export async function listUnbilledSlices(tx: TenantTransaction, window: PeriodWindow): Promise<UsageSlice[]> {
  const rows = await tx.sql`
    select date_trunc('month', d.day)::date as month, d.closing, d.service_type, d.provider, d.model,
      sum(d.requests)::int as requests, sum(d.total_quantity)::text as quantity, sum(d.covered_quantity)::text as covered,
      sum(d.provider_cost)::text as cost, sum(d.client_price)::text as price, sum(d.billable_price)::text as billable
    from usage_daily d
    where d.tenant_id = ${tx.tenantId} and d.day < ${window.endDay} and (
      d.day >= ${window.firstDay} or exists (
        select from invoices i where i.tenant_id = d.tenant_id and i.status not in ('draft', 'void')
          and i.month = date_trunc('month', d.day)::date))
    group by 1, 2, 3, 4, 5
    having not exists (
      select from invoice_lines l where l.tenant_id = ${tx.tenantId} and not l.voided
        and l.usage_month = date_trunc('month', min(d.day))::date and l.closing = d.closing
        and l.service_type = d.service_type and l.provider = d.provider and l.model = d.model)
    order by 1, 3, 4, 5, 2`;
  return rows.map(toSlice);
}

const keyOf = (slice: {
  month: string;
  closing: number;
  serviceType: string;
  provider: string;
  model: string;
}) => [slice.month, slice.closing, slice.serviceType, slice.provider, slice.model].join("\n");

async function rawSums(tx: TenantTransaction, month: string, window: { start: number; end: number }) {
  // The zone may have changed since, so the bounds are generous; the month is the one that the record keeps.
  const day = 2 * 86_400_000;
  return tx.sql`
    select closing, service_type, provider, model, count(*)::int as requests,
      min(ingest_seq) - 1 as seq_from, max(ingest_seq) as seq_to, sum(provider_cost)::text as cost, sum(client_price)::text as price,
      sum(coalesce(billable_price, client_price))::text as billable
    from usage_breakdown
    where tenant_id = ${tx.tenantId} and billing_month = ${month}
      and occurred_at >= ${new Date(window.start - day).toISOString()}
      and occurred_at < ${new Date(window.end + day).toISOString()}
    group by 1, 2, 3, 4`;
}

function stop(slice: UsageSlice, raw: Row | undefined): AppError {
  const message =
    `The records of ${slice.month.slice(0, 7)} ${slice.serviceType} ${slice.provider} ${slice.model} sum to ` +
    `${raw ? raw.billable : "nothing"}, the roll-up says ${formatAmount(slice.billable)}. No invoice was made.`;
  return new AppError("conflict", "billing.safety_stop", message, { month: slice.month });
}

/**
 * The safety bound: adds up the single records of every slice again and throws `billing.safety_stop` where they
 * differ from the roll-up in number, cost, price or billable price.
 */
export async function proveSlices(
  tx: TenantTransaction,
  slices: readonly UsageSlice[],
  windowOf: (month: string) => { start: number; end: number },
): Promise<void> {
  const raw = new Map<string, Row>();
  for (const month of new Set(slices.map((slice) => slice.month))) {
    for (const row of await rawSums(tx, month, windowOf(month))) {
      const { service_type: serviceType, provider, model } = row as Record<string, string>;
      const key = { month, closing: Number(row.closing), serviceType, provider, model };
      raw.set(keyOf(key as Parameters<typeof keyOf>[0]), row);
    }
  }
  for (const slice of slices) {
    const row = raw.get(keyOf(slice));
    const equal =
      row !== undefined &&
      Number(row.requests) === slice.requests &&
      amountFromDatabase(row.cost as string) === slice.providerCost &&
      amountFromDatabase(row.price as string) === slice.clientPrice &&
      amountFromDatabase(row.billable as string) === slice.billable;
    if (!equal) throw stop(slice, row);
    slice.seqFrom = Number(row.seq_from);
    slice.seqTo = Number(row.seq_to);
  }
}
