import type { TenantTransaction } from "#db/tenant.ts";
import type { LineFigures } from "#domain/billing/invoice.ts";
import { newId } from "#domain/core/id.ts";
import { formatAmount } from "#domain/money/amount.ts";
import type { PlannedLine, ReckonedMonth } from "./reckon-month.ts";

/** What an invoice is written as: a draft until `finalizesAt`, or final with its number. */
export type InvoiceStage =
  | { status: "draft"; finalizesAt: string }
  | { status: "open"; number: string; dueAt: Date };

const iso = (ms: number) => new Date(ms).toISOString();

/**
 * Writes a reckoned month down as a draft or as final, in the place of the draft that stands (`draftId`) or anew.
 * A draft's lines count as billing nothing (`voided`), so that its usage stays open. Returns the invoice's id.
 */
export async function writeInvoice(
  tx: TenantTransaction,
  { head, window, lines, figures, exchangeRates }: ReckonedMonth,
  stage: InvoiceStage,
  draftId: string | null,
): Promise<string> {
  const id = draftId ?? newId();
  const now = iso(head.nowMs);
  const final = stage.status === "open" ? stage : null;
  const draft = stage.status === "draft" ? stage : null;
  const due = formatAmount(final ? figures.total : 0n);
  if (draftId) await removeLines(tx, draftId);
  await tx.sql`
    insert into invoices (tenant_id, id, number, status, month, timezone, period_start, period_end, currency, subtotal,
      discount, tax, tax_rate_percent, tax_mode, tax_id, exchange_rates, discount_percent, total, amount_due, billing_name, billing_email,
      billing_address, drafted_at, computed_at, finalizes_at, issued_at, due_at)
    values (${tx.tenantId}, ${id}, ${final?.number ?? null}, ${stage.status}, ${window.firstDay}, ${head.timezone},
      ${iso(window.start)}, ${iso(window.end)}, ${head.currency},
      ${formatAmount(figures.subtotal)}, ${formatAmount(figures.discount)}, ${formatAmount(figures.tax)},
      ${head.taxRatePercent}, ${head.taxMode}, ${head.taxId}, ${JSON.stringify(exchangeRates)}, ${head.discountPercent}, ${formatAmount(figures.total)},
      ${due}, ${head.billing.name}, ${head.billing.email}, ${head.billing.address}, ${draft ? now : null}, ${now},
      ${draft?.finalizesAt ?? null}, ${final ? now : null}, ${final?.dueAt.toISOString() ?? null})
    on conflict (tenant_id, id) do update set number = excluded.number, status = excluded.status,
      timezone = excluded.timezone, period_start = excluded.period_start, period_end = excluded.period_end,
      currency = excluded.currency, subtotal = excluded.subtotal, discount = excluded.discount, tax = excluded.tax,
      tax_rate_percent = excluded.tax_rate_percent, tax_mode = excluded.tax_mode, tax_id = excluded.tax_id, exchange_rates = excluded.exchange_rates,
      discount_percent = excluded.discount_percent, total = excluded.total, amount_due = excluded.amount_due,
      billing_name = excluded.billing_name, billing_email = excluded.billing_email,
      billing_address = excluded.billing_address, computed_at = excluded.computed_at,
      finalizes_at = excluded.finalizes_at, issued_at = excluded.issued_at, due_at = excluded.due_at, updated_at = now()
    where invoices.status = 'draft'`;
  await insertLines(tx, id, lines, figures.lines, draft !== null);
  return id;
}

async function insertLines(
  tx: TenantTransaction,
  invoiceId: string,
  planned: readonly PlannedLine[],
  figures: readonly LineFigures[],
  voided: boolean,
): Promise<void> {
  for (const [i, { kind, description, quantity, slice, fee }] of planned.entries()) {
    const line = figures[i];
    if (!line) continue;
    await tx.sql`
      insert into invoice_lines (tenant_id, id, invoice_id, position, kind, description, service_type, provider, model,
        usage_month, closing, seq_from, seq_to, subscription_id, fee_period, service_from, service_to, requests, quantity, covered_quantity, amount, amount_exact,
        provider_cost, client_price, discount, tax_rate_percent, voided)
      values (${tx.tenantId}, ${newId()}, ${invoiceId}, ${i + 1}, ${kind}, ${description},
        ${slice?.serviceType ?? null}, ${slice?.provider ?? null}, ${slice?.model ?? null}, ${slice?.month ?? null},
        ${slice?.closing ?? null}, ${slice?.seqFrom ?? null}, ${slice?.seqTo ?? null},
        ${fee?.subscriptionId ?? null}, ${fee?.period ?? null}, ${fee?.from ?? null}, ${fee?.to ?? null},
        ${slice?.requests ?? 0}, ${quantity},
        ${slice?.coveredQuantity ?? "0"}, ${formatAmount(line.amount)}, ${formatAmount(line.exact)},
        ${formatAmount(slice?.providerCost ?? 0n)}, ${formatAmount(slice?.clientPrice ?? line.exact)}, ${formatAmount(line.discount)},
        ${line.taxRatePercent}, ${voided})`;
  }
}

const removeLines = (tx: TenantTransaction, id: string) =>
  tx.sql`delete from invoice_lines l using invoices i where l.tenant_id = ${tx.tenantId} and l.invoice_id = ${id}
    and i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.status = 'draft'`;

/** Removes a draft that has nothing to bill any more. */
export async function removeDraft(tx: TenantTransaction, id: string): Promise<void> {
  await removeLines(tx, id);
  await tx.sql`delete from invoices where tenant_id = ${tx.tenantId} and id = ${id} and status = 'draft'`;
}

export type StandingInvoice = { id: string; number: string | null; status: string };

/** The month's invoice that is not void; there is at most one. */
export async function findStanding(tx: TenantTransaction, firstDay: string): Promise<StandingInvoice | null> {
  const [row] = await tx.sql`select id, number, status from invoices
    where tenant_id = ${tx.tenantId} and month = ${firstDay} and status <> 'void'`;
  return (row as StandingInvoice | undefined) ?? null;
}
