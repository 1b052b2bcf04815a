import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { invoiceNumber } from "#domain/billing/invoice.ts";
import { monthWindow } from "#domain/billing/period.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";
import { touchLedger } from "../meter/footing.ts";
import { openInvoice } from "./open-invoice.ts";
import { type InvoiceHead, readInvoiceHead, reckonMonth } from "./reckon-month.ts";
import { findStanding, removeDraft, writeInvoice } from "./write-invoice.ts";

const DUE_AFTER_DAYS = 14;

export type ClosedMonth = { invoiceId: string; number: string; created: boolean };

async function takeNumber(tx: TenantTransaction, month: string): Promise<string> {
  const [row] = await tx.sql`
    insert into invoice_numbers (tenant_id, month, last_number) values (${tx.tenantId}, ${month}, 1)
    on conflict (tenant_id, month) do update set last_number = invoice_numbers.last_number + 1 returning last_number`;
  return invoiceNumber(month, Number(row?.last_number));
}

async function closePeriods(
  tx: TenantTransaction,
  months: Iterable<string>,
  head: InvoiceHead,
): Promise<void> {
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

/**
 * Closes a month of a tenant: makes its invoice final, in the place of its draft or anew, with the plan's lines and
 * one for each slice of usage, proves the lines against the single records and takes the number, all in one
 * transaction. Done again it returns the invoice that stands; a month without anything to bill makes none (null) and
 * loses its draft. Throws `precondition` while the month runs.
 */
export async function closeMonth(tenantId: TenantId, month: string): Promise<ClosedMonth | null> {
  const closed = await withTenant(tenantId, (tx) => closeMonthWithin(tx, month, null));
  if (closed?.created) wakeRelay();
  return closed;
}

/** Throws `precondition` while the month runs on the tenant's clock. */
export function requireEnded(head: InvoiceHead, month: string): void {
  const { end } = monthWindow(month, head.timezone);
  if (end <= head.nowMs) return;
  const message = `${month.slice(0, 7)} ends ${new Date(end).toISOString()} on the tenant's clock; close it then.`;
  throw new AppError("precondition", "billing.month_open", message);
}

/** The same in the caller's transaction, as of an instant on the tenant's clock (null: now). */
export async function closeMonthWithin(
  tx: TenantTransaction,
  month: string,
  nowMs: number | null,
): Promise<ClosedMonth | null> {
  await touchLedger(tx);
  const head = await readInvoiceHead(tx, nowMs);
  requireEnded(head, month);
  const standing = await findStanding(tx, monthWindow(month, head.timezone).firstDay);
  if (standing && standing.status !== "draft")
    return { invoiceId: standing.id, number: standing.number ?? "", created: false };
  const reckoned = await reckonMonth(tx, head, month);
  if (reckoned.lines.length === 0) {
    if (standing) await removeDraft(tx, standing.id);
    return null;
  }
  const { firstDay } = reckoned.window;
  const number = await takeNumber(tx, firstDay);
  const dueAt = new Date(head.nowMs + DUE_AFTER_DAYS * 86_400_000);
  const stage = { status: "open", number, dueAt } as const;
  const invoiceId = await writeInvoice(tx, reckoned, stage, standing?.id ?? null);
  await openInvoice(tx, invoiceId, dueAt);
  await appendOutbox(tx, [
    {
      tenantId: tx.tenantId,
      name: "invoice.finalized",
      payload: { invoiceId, number },
      dedupeKey: `invoice:${invoiceId}`,
    },
  ]);
  const late = reckoned.lines.flatMap((line) => (line.slice ? [line.slice.month] : []));
  await closePeriods(tx, new Set([firstDay, ...late]), head);
  return { invoiceId, number, created: true };
}
