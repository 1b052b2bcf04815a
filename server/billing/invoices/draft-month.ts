import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { monthWindow } from "#domain/billing/period.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";
import { touchLedger } from "../meter/footing.ts";
import { monthCloses } from "../subscriptions/schedule-billing.ts";
import { closeMonth, requireEnded } from "./close-month.ts";
import { readInvoiceHead, reckonMonth } from "./reckon-month.ts";
import { findStanding, removeDraft, writeInvoice } from "./write-invoice.ts";

/**
 * Makes the draft of a month that has ended, or works it out anew, as of an instant on the tenant's clock (null: now).
 * A draft has no number, closes nothing and holds no usage. Returns its id; null where nothing is to be billed (a
 * draft that stood is removed) or where the month's invoice is final. Throws `precondition` while the month runs.
 */
export async function draftMonthWithin(
  tx: TenantTransaction,
  month: string,
  nowMs: number | null,
): Promise<string | null> {
  await touchLedger(tx);
  const head = await readInvoiceHead(tx, nowMs);
  requireEnded(head, month);
  const standing = await findStanding(tx, monthWindow(month, head.timezone).firstDay);
  if (standing && standing.status !== "draft") return null;
  const reckoned = await reckonMonth(tx, head, month);
  if (reckoned.lines.length === 0) {
    if (standing) await removeDraft(tx, standing.id);
    return null;
  }
  const stage = { status: "draft", finalizesAt: monthCloses(month, head.timezone) } as const;
  const invoiceId = await writeInvoice(tx, reckoned, stage, standing?.id ?? null);
  await appendOutbox(tx, [{ tenantId: tx.tenantId, name: "invoice.drafted", payload: { invoiceId } }]);
  return invoiceId;
}

function nothingLeft(): AppError {
  const message = "Nothing is left to bill in this month, so its draft was removed.";
  return new AppError("precondition", "invoices.nothing_to_bill", message);
}

/** Works a month's draft out anew from all usage that came until now. Throws `precondition` when nothing is left. */
export async function recalculateDraft(tenantId: TenantId, month: string): Promise<void> {
  const id = await withTenant(tenantId, (tx) => draftMonthWithin(tx, month, null));
  wakeRelay();
  if (id === null) throw nothingLeft();
}

/** Makes a month's draft final before its grace has ended. Throws `precondition` when nothing is left to bill. */
export async function finalizeDraft(tenantId: TenantId, month: string): Promise<void> {
  if (!(await closeMonth(tenantId, month))) throw nothingLeft();
}
