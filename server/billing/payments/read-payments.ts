import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import type { Transaction } from "#db/transaction.ts";
import type { paymentListInput } from "#domain/billing/payment.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { nameActors } from "#server/people/name-actors.ts";
import {
  type CreditNote,
  type Payment,
  type Refund,
  toCreditNote,
  toPayment,
  toRefund,
} from "./payment-view.ts";

type Listing = z.output<typeof paymentListInput>;
type Whose = { tenantId: string | null };
const idKey = (row: Record<string, unknown>) => [row.id as string];

function selectPayments(tx: Transaction, input: Listing, { tenantId }: Whose) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  return tx.sql`
    select p.*, g.provider, g.name as gateway_name, i.number as invoice_number, t.name as tenant_name from payments p
    join payment_gateways g on g.id = p.gateway_id join tenants t on t.id = p.tenant_id
    left join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
    where (${tenantId}::uuid is null or p.tenant_id = ${tenantId}::uuid)
      and (${input.invoiceId ?? null}::uuid is null or p.invoice_id = ${input.invoiceId ?? null}::uuid)
      and (${input.gatewayId ?? null}::uuid is null or p.gateway_id = ${input.gatewayId ?? null}::uuid)
      and (${input.status ?? null}::text is null or p.status = ${input.status ?? null})
      and (${after}::uuid is null or p.id < ${after}::uuid) order by p.id desc limit ${input.limit + 1}`;
}

/** A tenant's payments, the newest first. */
export async function listPayments(tenantId: TenantId, input: Listing): Promise<Page<Payment>> {
  const rows = await withTenant(tenantId, (tx) => selectPayments(tx, input, { tenantId }));
  return toPage(rows, input.limit, idKey, toPayment);
}

/** Payments of all tenants or one, for staff. */
export async function listAllPayments(
  input: Listing & { tenantId?: string | undefined },
): Promise<Page<Payment & { tenantName: string }>> {
  const whose = { tenantId: input.tenantId ?? null };
  const rows = await withSystem("list payments", (tx) => selectPayments(tx, input, whose));
  return toPage(rows, input.limit, idKey, (row) => ({
    ...toPayment(row),
    tenantName: row.tenant_name as string,
  }));
}

type Notes = { limit: number; cursor?: string | undefined; invoiceId?: string | undefined };

function selectNotes(tx: Transaction, input: Notes, { tenantId }: Whose) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  return tx.sql`
    select c.*, i.number as invoice_number from credit_notes c
    join invoices i on i.tenant_id = c.tenant_id and i.id = c.invoice_id
    where (${tenantId}::uuid is null or c.tenant_id = ${tenantId}::uuid)
      and (${input.invoiceId ?? null}::uuid is null or c.invoice_id = ${input.invoiceId ?? null}::uuid)
      and (${after}::uuid is null or c.id < ${after}::uuid) order by c.id desc limit ${input.limit + 1}`;
}

/** A tenant's credit notes, the newest first. */
export async function listCreditNotes(tenantId: TenantId, input: Notes): Promise<Page<CreditNote>> {
  const rows = await withTenant(tenantId, (tx) => selectNotes(tx, input, { tenantId }));
  return toPage(rows, input.limit, idKey, toCreditNote);
}

/** Credit notes of all tenants or one, for staff. */
export async function listAllCreditNotes(
  input: Notes & { tenantId?: string | undefined },
): Promise<Page<CreditNote & { createdByName: string }>> {
  const whose = { tenantId: input.tenantId ?? null };
  const rows = await withSystem("list credit notes", (tx) => selectNotes(tx, input, whose));
  const nameOf = await nameActors(rows.map((row) => row.created_by as string));
  return toPage(rows, input.limit, idKey, (row) => ({
    ...toCreditNote(row),
    createdByName: nameOf(row.created_by as string),
  }));
}

/** One credit note. Throws `not_found`. */
export async function getCreditNote(tenantId: TenantId, id: string): Promise<CreditNote> {
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`select c.*, i.number as invoice_number from credit_notes c
      join invoices i on i.tenant_id = c.tenant_id and i.id = c.invoice_id
      where c.tenant_id = ${tenantId} and c.id = ${id}`,
  );
  if (!row) throw notFound("credit_note");
  return toCreditNote(row);
}

/** A tenant's refunds, the newest first. */
export async function listRefunds(
  tenantId: TenantId,
  input: {
    limit: number;
    cursor?: string | undefined;
    paymentId?: string | undefined;
    invoiceId?: string | undefined;
  },
): Promise<Page<Refund>> {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`select * from refunds where tenant_id = ${tenantId}
      and (${input.paymentId ?? null}::uuid is null or payment_id = ${input.paymentId ?? null}::uuid)
      and (${input.invoiceId ?? null}::uuid is null or payment_id in (
        select id from payments where tenant_id = ${tenantId} and invoice_id = ${input.invoiceId ?? null}::uuid))
      and (${after}::uuid is null or id < ${after}::uuid) order by id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, idKey, toRefund);
}

/** The tenant that a row of one of these tables belongs to, for staff's deeds. Throws `not_found`. */
export async function ownerOf(
  table: "payments" | "credit_notes" | "invoices" | "refunds",
  id: string,
): Promise<TenantId> {
  const [row] = await withSystem(
    "find a bill's tenant",
    (tx) => tx.sql`select tenant_id from ${tx.sql(table)} where id = ${id}`,
  );
  if (!row) throw notFound(table.replace(/s$/, ""));
  return tenantIdFrom(row.tenant_id as string);
}
