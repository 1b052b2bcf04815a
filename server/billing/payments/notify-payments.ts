import { withTenant } from "#db/tenant.ts";
import { DUNNING } from "#domain/billing/dunning.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { amountFromDatabase } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { apiKeysChanged } from "#server/auth/api-key.ts";
import { sessionsChanged } from "#server/auth/session.ts";
import { env } from "#server/runtime/env.ts";
import { sendMail } from "#server/runtime/mail.ts";

type Row = Record<string, unknown>;

async function readCase(tenantId: TenantId, caseId: string): Promise<Row | undefined> {
  const [row] = await withTenant(
    tenantId,
    (
      tx,
    ) => tx.sql`select d.*, i.number, i.amount_due, i.currency, i.billing_email, t.slug, t.name as tenant, t.timezone
      from dunning_cases d join invoices i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
      join tenants t on t.id = d.tenant_id where d.tenant_id = ${tenantId} and d.id = ${caseId}`,
  );
  return row;
}

const due = (row: Row) =>
  `${formatMinor(amountFromDatabase(row.amount_due as string), row.currency as string)} ${row.currency as string}`;
const link = (row: Row) =>
  `${env().appUrl}/${row.slug as string}/billing/invoices/${row.invoice_id as string}`;
const dayOf = (row: Row, column: string) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: row.timezone as string }).format(
    new Date(row[column] as string),
  );

/** Mails that a payment failed: when it is tried again, and when the workspace is suspended. Once per attempt. */
export async function mailPaymentFailed(tenantId: TenantId, caseId: string, attempt: number): Promise<void> {
  const row = await readCase(tenantId, caseId);
  if (row?.status !== "running") return;
  const next = row.next_attempt_at
    ? `We try again on ${dayOf(row, "next_attempt_at")}.`
    : "This was the last try.";
  await sendMail({
    dedupeKey: `dunning:${caseId}:${attempt}`,
    tenantId,
    to: [row.billing_email as string],
    subject: `Invoice ${row.number as string}: the payment of ${due(row)} failed`,
    text: [
      `${row.reason as string}`,
      `${next} Without a payment the workspace is suspended on ${dayOf(row, "suspends_at")}, ${DUNNING.suspendAfterDays} days after the first failure: everything stays readable and nothing is deleted.`,
      `Pay it now: ${link(row)}`,
    ].join("\n\n"),
  });
}

/** Reminds of an invoice that nobody tried to pay by its day. Once an invoice. */
export async function mailOverdue(tenantId: TenantId, invoiceId: string): Promise<void> {
  const [row] = await withTenant(
    tenantId,
    (
      tx,
    ) => tx.sql`select i.id as invoice_id, i.number, i.status, i.amount_due, i.currency, i.billing_email, t.slug
      from invoices i join tenants t on t.id = i.tenant_id where i.tenant_id = ${tenantId} and i.id = ${invoiceId}`,
  );
  if (row?.status !== "open") return;
  await sendMail({
    dedupeKey: `overdue:${invoiceId}`,
    tenantId,
    to: [row.billing_email as string],
    subject: `Invoice ${row.number as string} over ${due(row)} is past its day`,
    text: `If your transfer is on its way, there is nothing to do. Otherwise pay it here: ${link(row)}`,
  });
}

/** Mails that the workspace is suspended, and lets this process know at once. */
export async function tellSuspended(tenantId: TenantId, caseId: string): Promise<void> {
  apiKeysChanged();
  sessionsChanged();
  const row = await readCase(tenantId, caseId);
  if (row?.status !== "suspended") return;
  await sendMail({
    dedupeKey: `suspended:${caseId}`,
    tenantId,
    to: [row.billing_email as string],
    subject: `${row.tenant as string} is suspended until invoice ${row.number as string} is paid`,
    text: [
      `${due(row)} are still due. Everything can be read and nothing is deleted; messages that come in are kept.`,
      `The payment lifts the suspension at once: ${link(row)}`,
    ].join("\n\n"),
  });
}

/** Mails that the workspace goes on, and lets this process know at once. */
export async function tellResumed(tenantId: TenantId, caseId: string): Promise<void> {
  apiKeysChanged();
  sessionsChanged();
  const row = await readCase(tenantId, caseId);
  if (!row) return;
  await sendMail({
    dedupeKey: `resumed:${caseId}`,
    tenantId,
    to: [row.billing_email as string],
    subject: `${row.tenant as string} goes on`,
    text: `Thank you: invoice ${row.number as string} is paid and the workspace works again.\n\n${link(row)}`,
  });
}

/** Mails the receipt of a paid invoice, once. */
export async function mailReceipt(tenantId: TenantId, invoiceId: string): Promise<void> {
  const [row] = await withTenant(
    tenantId,
    (
      tx,
    ) => tx.sql`select i.id as invoice_id, i.number, i.total, i.currency, i.billing_email, i.payment_method,
        i.payment_transaction_id, t.slug
      from invoices i join tenants t on t.id = i.tenant_id
      where i.tenant_id = ${tenantId} and i.id = ${invoiceId} and i.status = 'paid'`,
  );
  if (!row) return;
  const total = due({ ...row, amount_due: row.total });
  const how = [row.payment_method, row.payment_transaction_id].filter(Boolean).join(", ");
  await sendMail({
    dedupeKey: `receipt:${invoiceId}`,
    tenantId,
    to: [row.billing_email as string],
    subject: `Invoice ${row.number as string} is paid`,
    text: `Thank you: ${total}${how ? ` by ${how}` : ""}.\n\n${link(row)}`,
  });
}
