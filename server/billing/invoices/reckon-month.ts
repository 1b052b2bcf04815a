import type { TenantTransaction } from "#db/tenant.ts";
import { allowanceKind } from "#domain/billing/allowance.ts";
import type { Exchange } from "#domain/billing/exchange-rate.ts";
import { computeInvoice, type InvoiceFigures, type TaxMode } from "#domain/billing/invoice.ts";
import type { Overage } from "#domain/billing/overage.ts";
import { monthWindow, type PeriodWindow } from "#domain/billing/period.ts";
import type { ServiceType } from "#domain/billing/service-type.ts";
import { SERVICE_WORDS } from "#domain/billing/service-words.ts";
import { AppError } from "#domain/core/app-error.ts";
import { type Amount, amountFromDatabase, formatAmount, sumAmounts } from "#domain/money/amount.ts";
import { roundToMinor } from "#domain/money/currency.ts";
import { type FeeDraft, findMinimumDraft, listFeeDrafts } from "../subscriptions/fee-drafts.ts";
import { listUnbilledSlices, proveSlices, type UsageSlice } from "./usage-slices.ts";

/** A line as it will be written: a plan's, or a slice of usage. */
export type PlannedLine = {
  kind: FeeDraft["kind"] | "usage" | "overage" | "late_usage";
  description: string;
  exact: Amount;
  quantity: string;
  slice: UsageSlice | null;
  fee: FeeDraft["fee"];
};

/** What holds for the whole bill. `seq` is the tenant's last ingest sequence. */
export type InvoiceHead = {
  currency: string;
  taxRatePercent: string;
  taxMode: TaxMode;
  taxId: string | null;
  discountPercent: string;
  timezone: string;
  seq: number;
  nowMs: number;
  overage: Overage;
  billing: { name: string; email: string; address: string | null };
};

/** A month as it stands now: its lines, proved against the single records, and its figures. */
export type ReckonedMonth = {
  head: InvoiceHead;
  window: PeriodWindow;
  lines: PlannedLine[];
  figures: InvoiceFigures;
  /** What the costs of its months were converted at. */
  exchangeRates: Exchange[];
};

/** The terms of the tenant's next bill, as of an instant on its clock (null: now). Throws `not_found`. */
export async function readInvoiceHead(tx: TenantTransaction, nowMs: number | null): Promise<InvoiceHead> {
  const [row] = await tx.sql`
    select t.currency, t.tax_rate_percent, t.tax_mode, t.tax_id, t.discount_percent, t.name, t.billing_email, t.billing_address, t.clock_offset_ms,
      l.timezone, l.last_seq, p.overage
    from tenants t join billing_ledgers l on l.tenant_id = t.id
    left join tenant_subscriptions s on s.tenant_id = t.id and s.ended_at is null left join plans p on p.id = s.plan_id
    where t.id = ${tx.tenantId}`;
  if (!row) throw new AppError("not_found", "tenants.not_found", "There is no such tenant.");
  return {
    currency: row.currency as string,
    taxRatePercent: formatAmount(amountFromDatabase(row.tax_rate_percent as string)),
    taxMode: row.tax_mode as TaxMode,
    taxId: row.tax_id as string | null,
    discountPercent: formatAmount(amountFromDatabase(row.discount_percent as string)),
    timezone: row.timezone as string,
    seq: Number(row.last_seq),
    nowMs: nowMs ?? Date.now() + Number(row.clock_offset_ms),
    overage: (row.overage ?? {}) as Overage,
    billing: {
      name: row.name as string,
      email: row.billing_email as string,
      address: row.billing_address as string | null,
    },
  };
}

const nameOf = (type: ServiceType) =>
  type === "adjustment" ? "Adjustment of usage without a price" : SERVICE_WORDS[type];

function usageLine(slice: UsageSlice, window: PeriodWindow, overage: Overage): PlannedLine {
  const kind = allowanceKind(slice.serviceType as ServiceType);
  const own = kind !== null && overage[kind] !== undefined;
  const what = `${nameOf(slice.serviceType as ServiceType)}, ${slice.provider} ${slice.model}`;
  const named = own ? `${what}, beyond the plan` : what;
  const base = { exact: slice.billable, quantity: slice.quantity, slice, fee: null };
  if (slice.month !== window.firstDay)
    return { ...base, kind: "late_usage", description: `Late usage of ${slice.month.slice(0, 7)}: ${named}` };
  return { ...base, kind: own ? "overage" : "usage", description: named };
}

/** The plan's lines, the usage, and what is missing to the plan's minimum. */
async function planLines(
  tx: TenantTransaction,
  window: PeriodWindow,
  slices: readonly UsageSlice[],
  head: InvoiceHead,
): Promise<PlannedLine[]> {
  const at = { zone: head.timezone, currency: head.currency };
  const fees = await listFeeDrafts(tx, window, at);
  const usage = slices.map((slice) => usageLine(slice, window, head.overage));
  const counted = usage.filter((line) => line.kind !== "late_usage");
  const sum = sumAmounts(counted.map((line) => roundToMinor(line.exact, head.currency)));
  const minimum = await findMinimumDraft(tx, window, sum, at);
  return [
    ...fees.map((fee) => ({ ...fee, slice: null })),
    ...usage,
    ...(minimum ? [{ ...minimum, slice: null }] : []),
  ];
}

/** The rates of the billed months into the tenant's currency, one a month and currency that prices are in. */
async function listRates({ sql }: TenantTransaction, quote: string, months: string[]): Promise<Exchange[]> {
  const rows = await sql`
    select distinct on (m.month, r.base) r.base, r.quote, to_char(m.month, 'YYYY-MM') as month, trim_scale(r.rate)::text as rate
    from unnest(${months}::date[]) as m (month) join exchange_rates r on r.quote = ${quote} and r.month <= m.month
    order by m.month, r.base, r.month desc`;
  return rows as unknown as Exchange[];
}

/**
 * Adds up what a month comes to now and proves it against the single records; writes nothing. Throws
 * `billing.safety_stop` where roll-ups and records differ.
 */
export async function reckonMonth(
  tx: TenantTransaction,
  head: InvoiceHead,
  month: string,
): Promise<ReckonedMonth> {
  const window = monthWindow(month, head.timezone);
  const slices = await listUnbilledSlices(tx, window);
  await proveSlices(tx, slices, (usageMonth) => monthWindow(usageMonth, head.timezone));
  const lines = await planLines(tx, window, slices, head);
  const figures = computeInvoice(
    lines.map((line, i) => ({
      key: String(i).padStart(4, "0"),
      exact: line.exact,
      taxRatePercent: head.taxRatePercent,
    })),
    { currency: head.currency, discountPercent: head.discountPercent, taxMode: head.taxMode },
  );
  const months = [...new Set([window.firstDay, ...slices.map((slice) => slice.month)])];
  const exchangeRates = await listRates(tx, head.currency, months);
  return { head, window, lines, figures, exchangeRates };
}
