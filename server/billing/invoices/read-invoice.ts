import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { decodeCursor, type Page, toPage, toPageOfAll } from "#domain/core/paging.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { amountFromDatabase, formatAmount, sumAmounts } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { billingNow } from "../limit-window.ts";
import { touchLedger } from "../meter/footing.ts";
import { endDunning } from "../payments/dunning-case.ts";
import { giveBackToWallet } from "../payments/invoice-balance.ts";
import { finalizeDraft, recalculateDraft } from "./draft-month.ts";
import { type Invoice, type InvoiceLine, toInvoice, toLine } from "./invoice-view.ts";

type Paging = { limit: number; cursor?: string | undefined };
type Row = Record<string, unknown>;

/** The row of one of the tenant's invoices. Throws `not_found`. */
export async function invoiceRow(tx: TenantTransaction, id: string): Promise<Row> {
  const [row] = await tx.sql`select * from invoices where tenant_id = ${tx.tenantId} and id = ${id}`;
  if (!row) throw notFound("invoice");
  return row;
}

/** One invoice. Throws `not_found`. */
export async function getInvoice(tenantId: TenantId, id: string): Promise<Invoice> {
  return toInvoice(await withTenant(tenantId, (tx) => invoiceRow(tx, id)));
}

const keyOf = (row: Row) => [row.period_start as string, row.id as string];

/** A tenant's invoices, the newest month first. */
export async function listInvoices(
  tenantId: TenantId,
  input: Paging & { status?: string | undefined },
): Promise<Page<Invoice>> {
  const [start, id = ""] = decodeCursor(input.cursor, 2) ?? [];
  const rows = await withTenant(tenantId, ({ sql }) => {
    let where = sql`tenant_id = ${tenantId}`;
    if (input.status) where = sql`${where} and status = ${input.status}`;
    if (start) where = sql`${where} and (period_start, id) < (${start}::timestamptz, ${id}::uuid)`;
    return sql`select * from invoices where ${where} order by period_start desc, id desc limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, keyOf, toInvoice);
}

/** An invoice as staff see it: with whose it is. */
export type AnyInvoice = Invoice & { tenantName: string; tenantSlug: string };

const toAnyInvoice = (row: Row): AnyInvoice => ({
  ...toInvoice(row),
  tenantName: row.tenant_name as string,
  tenantSlug: row.tenant_slug as string,
});

/** Invoices of all tenants, or of one, the newest month first. */
export async function listAllInvoices(
  input: Paging & { tenantId?: string | undefined; status?: string | undefined },
): Promise<Page<AnyInvoice>> {
  const [start, id = ""] = decodeCursor(input.cursor, 2) ?? [];
  const rows = await withSystem("list invoices", ({ sql }) => {
    let where = sql`true`;
    if (input.tenantId) where = sql`${where} and i.tenant_id = ${input.tenantId}`;
    if (input.status) where = sql`${where} and i.status = ${input.status}`;
    if (start) where = sql`${where} and (i.period_start, i.id) < (${start}::timestamptz, ${id}::uuid)`;
    return sql`select i.*, t.name as tenant_name, t.slug as tenant_slug from invoices i join tenants t on t.id = i.tenant_id
      where ${where} order by i.period_start desc, i.id desc limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, keyOf, toAnyInvoice);
}

async function findOwner(id: string): Promise<TenantId> {
  const [row] = await withSystem(
    "find an invoice's tenant",
    (tx) => tx.sql`select tenant_id from invoices where id = ${id}`,
  );
  if (!row) throw notFound("invoice");
  return tenantIdFrom(row.tenant_id as string);
}

/** One invoice of any tenant, for staff. Throws `not_found`. */
export async function getAnyInvoice(id: string): Promise<AnyInvoice> {
  const [row] = await withSystem(
    "read any invoice",
    (tx) => tx.sql`select i.*, t.name as tenant_name, t.slug as tenant_slug from invoices i
      join tenants t on t.id = i.tenant_id where i.id = ${id}`,
  );
  if (!row) throw notFound("invoice");
  return toAnyInvoice(row);
}

/** Voids an invoice: it keeps its number, and what it billed can be billed again. A paid one cannot be voided. */
export async function voidInvoice(id: string): Promise<Invoice> {
  return withTenant(await findOwner(id), async (tx) => {
    await touchLedger(tx);
    const { status, amount_paid: paid } = await invoiceRow(tx, id);
    if (status === "draft") {
      const message = "A draft has no number to keep; it is made final or goes by itself.";
      throw new AppError("precondition", "invoices.draft", message);
    }
    if (status === "paid" || amountFromDatabase(paid as string) > 0n) {
      throw new AppError(
        "precondition",
        "invoices.paid",
        "An invoice that was paid, or a part of it, cannot be voided; write a credit note.",
      );
    }
    if (status !== "void") {
      await giveBackToWallet(tx, id);
      const { nowMs } = await billingNow(tx);
      await tx.sql`update invoices set status = 'void', voided_at = ${new Date(nowMs).toISOString()}, updated_at = now()
        where tenant_id = ${tx.tenantId} and id = ${id}`;
      await tx.sql`update invoice_lines set voided = true where tenant_id = ${tx.tenantId} and invoice_id = ${id}`;
      await endDunning(tx, id, "stopped");
    }
    return toInvoice(await invoiceRow(tx, id));
  });
}

/**
 * Makes a draft final before its grace has ended; a final one stays as it is. Throws `precondition` for a void one, and
 * for a draft in whose month nothing is left to bill.
 */
export async function finalizeInvoice(id: string): Promise<Invoice> {
  const owner = await findOwner(id);
  const row = await withTenant(owner, (tx) => invoiceRow(tx, id));
  if (row.status === "void") {
    throw new AppError(
      "precondition",
      "invoices.void",
      "A void invoice cannot be finalised; run the month again.",
    );
  }
  if (row.status === "draft") await finalizeDraft(owner, row.month as string);
  return getInvoice(owner, id);
}

/** Works a draft out anew. Throws `precondition` for a final one, and where nothing is left to bill. */
export async function recalculateInvoice(id: string): Promise<Invoice> {
  const owner = await findOwner(id);
  const row = await withTenant(owner, (tx) => invoiceRow(tx, id));
  if (row.status !== "draft") {
    const message = "This invoice is final; a credit note corrects it.";
    throw new AppError("precondition", "invoices.final", message);
  }
  await recalculateDraft(owner, row.month as string);
  return getInvoice(owner, id);
}

/** A level's total and whether it equals the level above it. */
export type LevelTotal = { amount: string; amountExact: string; equal: boolean };

/** The lines of an invoice, all or a page, with the total of all, which is the invoice's subtotal. */
export async function listInvoiceLines(
  tenantId: TenantId,
  invoiceId: string,
  input: Paging = { limit: Number.MAX_SAFE_INTEGER },
): Promise<Page<InvoiceLine> & { total: LevelTotal; currency: string }> {
  return withTenant(tenantId, async (tx) => {
    const invoice = await invoiceRow(tx, invoiceId);
    const currency = invoice.currency as string;
    const rows =
      await tx.sql`select * from invoice_lines where tenant_id = ${tenantId} and invoice_id = ${invoiceId}
      order by position`;
    const amount = sumAmounts(rows.map((row) => amountFromDatabase(row.amount as string)));
    const exact = sumAmounts(rows.map((row) => amountFromDatabase(row.amount_exact as string)));
    return {
      ...toPageOfAll(
        rows.map((row) => toLine(row, currency)),
        input,
        (line) => line.id,
      ),
      total: {
        amount: formatMinor(amount, currency),
        amountExact: formatAmount(exact),
        equal: amount === amountFromDatabase(invoice.subtotal as string),
      },
      currency,
    };
  });
}
