import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { allowanceKind } from "#domain/billing/allowance.ts";
import { computeInvoice, invoiceNumber, type LineFigures, type TaxMode } from "#domain/billing/invoice.ts";
import type { Overage } from "#domain/billing/overage.ts";
import { monthWindow, type PeriodWindow } from "#domain/billing/period.ts";
import type { ServiceType } from "#domain/billing/service-type.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, amountFromDatabase, formatAmount, sumAmounts } from "#domain/money/amount.ts";
import { roundToMinor } from "#domain/money/currency.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";
import { touchLedger } from "../meter/footing.ts";
import { type FeeDraft, findMinimumDraft, listFeeDrafts } from "../subscriptions/fee-drafts.ts";
import { openInvoice } from "./open-invoice.ts";
import { listUnbilledSlices, proveSlices, type UsageSlice } from "./usage-slices.ts";

const DUE_AFTER_DAYS = 14;

type Draft = {
  kind: FeeDraft["kind"] | "usage" | "overage" | "late_usage";
  description: string;
  exact: Amount;
  quantity: string;
  slice: UsageSlice | null;
  fee: FeeDraft["fee"];
};

type Head = {
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

export type ClosedMonth = { invoiceId: string; number: string; created: boolean };

async function readHead(tx: TenantTransaction, nowMs: number | null): Promise<Head> {
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

const NAMES: Record<string, string> = {
  token: "AI tokens",
  voice: "Voice",
  sms: "Text messages",
  email: "E-mail",
  api_call: "API calls",
  message: "Messages",
  storage: "Storage",
  bandwidth: "Bandwidth",
  adjustment: "Adjustment of usage without a price",
};

function usageDraft(slice: UsageSlice, window: PeriodWindow, overage: Overage): Draft {
  const kind = allowanceKind(slice.serviceType as ServiceType);
  const own = kind !== null && overage[kind] !== undefined;
  const what = `${NAMES[slice.serviceType] ?? slice.serviceType}, ${slice.provider} ${slice.model}`;
  const named = own ? `${what}, beyond the plan` : what;
  const base = { exact: slice.billable, quantity: slice.quantity, slice, fee: null };
  if (slice.month !== window.firstDay)
    return { ...base, kind: "late_usage", description: `Late usage of ${slice.month.slice(0, 7)}: ${named}` };
  return { ...base, kind: own ? "overage" : "usage", description: named };
}

/** The plan's lines, the usage, and what is missing to the plan's minimum. */
async function listDrafts(
  tx: TenantTransaction,
  window: PeriodWindow,
  slices: readonly UsageSlice[],
  head: Head,
): Promise<Draft[]> {
  const at = { zone: head.timezone, currency: head.currency };
  const fees = await listFeeDrafts(tx, window, at);
  const usage = slices.map((slice) => usageDraft(slice, window, head.overage));
  const counted = usage.filter((draft) => draft.kind !== "late_usage");
  const sum = sumAmounts(counted.map((draft) => roundToMinor(draft.exact, head.currency)));
  const minimum = await findMinimumDraft(tx, window, sum, at);
  const drafts = [
    ...fees.map((fee) => ({ ...fee, slice: null })),
    ...usage,
    ...(minimum ? [{ ...minimum, slice: null }] : []),
  ];
  const total = sumAmounts(drafts.map((draft) => roundToMinor(draft.exact, head.currency)));
  // Days given back wait for an invoice that they fit on: the difference stands until a line settles it.
  return total < 0n ? drafts.filter((draft) => draft.exact >= 0n) : drafts;
}

async function takeNumber(tx: TenantTransaction, month: string): Promise<string> {
  const [row] = await tx.sql`
    insert into invoice_numbers (tenant_id, month, last_number) values (${tx.tenantId}, ${month}, 1)
    on conflict (tenant_id, month) do update set last_number = invoice_numbers.last_number + 1 returning last_number`;
  return invoiceNumber(month, Number(row?.last_number));
}

async function insertLines(tx: TenantTransaction, invoiceId: string, drafts: Draft[], lines: LineFigures[]) {
  for (const [i, draft] of drafts.entries()) {
    const { slice } = draft;
    const line = lines[i];
    if (!line) continue;
    await tx.sql`
      insert into invoice_lines (tenant_id, id, invoice_id, position, kind, description, service_type, provider, model,
        usage_month, closing, seq_from, seq_to, subscription_id, fee_period, service_from, service_to, requests, quantity, covered_quantity, amount, amount_exact,
        provider_cost, client_price, discount, tax_rate_percent)
      values (${tx.tenantId}, ${newId()}, ${invoiceId}, ${i + 1}, ${draft.kind}, ${draft.description},
        ${slice?.serviceType ?? null}, ${slice?.provider ?? null}, ${slice?.model ?? null}, ${slice?.month ?? null},
        ${slice?.closing ?? null}, ${slice?.seqFrom ?? null}, ${slice?.seqTo ?? null},
        ${draft.fee?.subscriptionId ?? null}, ${draft.fee?.period ?? null}, ${draft.fee?.from ?? null}, ${draft.fee?.to ?? null},
        ${slice?.requests ?? 0}, ${draft.quantity},
        ${slice?.coveredQuantity ?? "0"}, ${formatAmount(line.amount)}, ${formatAmount(line.exact)},
        ${formatAmount(slice?.providerCost ?? 0n)}, ${formatAmount(slice?.clientPrice ?? line.exact)}, ${formatAmount(line.discount)},
        ${line.taxRatePercent})`;
  }
}

async function closePeriods(tx: TenantTransaction, months: Iterable<string>, head: Head): Promise<void> {
  for (const month of months) {
    await tx.sql`
      insert into billing_periods (tenant_id, month, timezone, closings, closed_seq, closed_at)
      values (${tx.tenantId}, ${month}, ${head.timezone}, 1, ${head.seq}, ${new Date(head.nowMs).toISOString()})
      on conflict (tenant_id, month) do update set closings = billing_periods.closings + 1,
        closed_seq = excluded.closed_seq, closed_at = excluded.closed_at`;
  }
  // A zone that changed in the month holds for the next one.
  await tx.sql`update billing_ledgers l set timezone = t.timezone from tenants t
    where l.tenant_id = ${tx.tenantId} and t.id = l.tenant_id`;
}

async function insertInvoice(
  tx: TenantTransaction,
  head: Head,
  window: PeriodWindow,
  drafts: Draft[],
): Promise<ClosedMonth> {
  const figures = computeInvoice(
    drafts.map((draft, i) => ({
      key: String(i).padStart(4, "0"),
      exact: draft.exact,
      taxRatePercent: head.taxRatePercent,
    })),
    { currency: head.currency, discountPercent: head.discountPercent, taxMode: head.taxMode },
  );
  const id = newId();
  const number = await takeNumber(tx, window.firstDay);
  const dueAt = new Date(head.nowMs + DUE_AFTER_DAYS * 86_400_000);
  await tx.sql`
    insert into invoices (tenant_id, id, number, status, month, timezone, period_start, period_end, currency, subtotal,
      discount, tax, tax_rate_percent, tax_mode, tax_id, discount_percent, total, amount_due, billing_name, billing_email, billing_address, issued_at, due_at)
    values (${tx.tenantId}, ${id}, ${number}, 'open', ${window.firstDay}, ${head.timezone},
      ${new Date(window.start).toISOString()}, ${new Date(window.end).toISOString()}, ${head.currency},
      ${formatAmount(figures.subtotal)}, ${formatAmount(figures.discount)}, ${formatAmount(figures.tax)},
      ${head.taxRatePercent}, ${head.taxMode}, ${head.taxId}, ${head.discountPercent}, ${formatAmount(figures.total)}, ${formatAmount(figures.total)}, ${head.billing.name},
      ${head.billing.email}, ${head.billing.address}, ${new Date(head.nowMs).toISOString()},
      ${dueAt.toISOString()})`;
  await insertLines(tx, id, drafts, figures.lines);
  await openInvoice(tx, id, dueAt);
  await appendOutbox(tx, [
    {
      tenantId: tx.tenantId,
      name: "invoice.finalized",
      payload: { invoiceId: id, number },
      dedupeKey: `invoice:${id}`,
    },
  ]);
  return { invoiceId: id, number, created: true };
}

/**
 * Closes a month of a tenant: makes its invoice with the plan's lines and one for each slice of usage, proves the
 * lines against the single records, takes the number, all in one transaction. Done again it returns the invoice that
 * stands; a month without anything to bill makes none (null). Throws `precondition` while the month runs.
 */
export async function closeMonth(tenantId: TenantId, month: string): Promise<ClosedMonth | null> {
  const closed = await withTenant(tenantId, (tx) => closeMonthWithin(tx, month, null));
  if (closed?.created) wakeRelay();
  return closed;
}

/** The same in the caller's transaction, as of an instant on the tenant's clock (null: now). */
export async function closeMonthWithin(
  tx: TenantTransaction,
  month: string,
  nowMs: number | null,
): Promise<ClosedMonth | null> {
  await touchLedger(tx);
  const head = await readHead(tx, nowMs);
  const window = monthWindow(month, head.timezone);
  if (window.end > head.nowMs) {
    const message = `${month.slice(0, 7)} ends ${new Date(window.end).toISOString()} on the tenant's clock; close it then.`;
    throw new AppError("precondition", "billing.month_open", message);
  }
  const [standing] = await tx.sql`select id, number from invoices
    where tenant_id = ${tx.tenantId} and month = ${window.firstDay} and status <> 'void'`;
  if (standing)
    return { invoiceId: standing.id as string, number: standing.number as string, created: false };
  const slices = await listUnbilledSlices(tx, window);
  await proveSlices(tx, slices, (usageMonth) => monthWindow(usageMonth, head.timezone));
  const drafts = await listDrafts(tx, window, slices, head);
  if (drafts.length === 0) return null;
  const invoice = await insertInvoice(tx, head, window, drafts);
  await closePeriods(tx, new Set([window.firstDay, ...slices.map((slice) => slice.month)]), head);
  return invoice;
}
