import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { env } from "#server/runtime/env.ts";
import { sendMail } from "#server/runtime/mail.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { printInvoice } from "./invoices/invoice-pdf.ts";
import { percentText } from "./quotas.ts";

type Row = Record<string, unknown>;

const money = (row: Row, column: string) => {
  const amount = amountFromDatabase(row[column] as string);
  return `${formatMinor(amount, row.currency as string)} ${row.currency as string}`;
};

const link = (row: Row, path: string) => `${env().appUrl}/${row.slug as string}${path}`;

/** Mails the receivers of an alert whose mark fired, naming the conversation that crossed it. Sends once a mark. */
export async function mailCostAlert(tenantId: TenantId, eventId: string): Promise<void> {
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`
      select e.mark, e.spent, e.budget, e.conversation_id, a.name, a.emails, a.email_enabled, t.currency, t.slug, t.name as tenant
      from cost_alert_events e join cost_alerts a on a.tenant_id = e.tenant_id and a.id = e.alert_id
      join tenants t on t.id = e.tenant_id where e.tenant_id = ${tenantId} and e.id = ${eventId}`,
  );
  if (!row?.email_enabled || (row.emails as string[]).length === 0) return;
  const percent = percentText(
    amountFromDatabase(row.spent as string),
    amountFromDatabase(row.budget as string),
  );
  const conversation = row.conversation_id as string | null;
  await sendMail({
    dedupeKey: `cost-alert:${eventId}`,
    tenantId,
    to: row.emails as string[],
    subject: `${row.tenant as string}: spend is at ${percent} % of “${row.name as string}”`,
    text: [
      `Spend reached ${money(row, "spent")}, which is ${percent} % of the budget of ${money(row, "budget")}.`,
      `The mark of ${formatAmount(amountFromDatabase(row.mark as string))} % was passed${
        conversation ? ` by this conversation: ${link(row, `/inbox/${conversation}`)}` : "."
      }`,
      `Every call behind it: ${link(row, "/billing")}`,
    ].join("\n\n"),
  });
}

async function receivers(tenantId: TenantId, quotaId: string) {
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`
      select q.*, t.currency, t.slug, t.name as tenant, t.billing_email from usage_quotas q join tenants t on t.id = q.tenant_id
      where q.tenant_id = ${tenantId} and q.id = ${quotaId}`,
  );
  return row;
}

const CONSEQUENCES: Record<string, string> = {
  pause: "The service is paused: customers get your message and a person until there is room again.",
  notify: "Nothing is stopped; you asked to be told.",
  throttle: "Calls are slowed down until there is room again.",
  fallback_model: "Calls go to the fallback model until there is room again.",
};

/** Mails that a quota warns or is exceeded; once for each and period. */
export async function mailQuota(
  tenantId: TenantId,
  event: { quotaId: string; periodStart: string; exceeded: boolean },
): Promise<void> {
  const row = await receivers(tenantId, event.quotaId);
  if (!row) return;
  const emails = row.notify_emails as string[];
  const inMoney = row.measure === "money";
  const show = (column: string) =>
    inMoney ? money(row, column) : formatAmount(amountFromDatabase(row[column] as string));
  const percent = percentText(
    amountFromDatabase(row.used as string),
    amountFromDatabase(row.limit_amount as string),
  );
  const what = event.exceeded ? "is used up" : `is at ${percent} %`;
  await sendMail({
    dedupeKey: `quota:${event.exceeded ? "exceeded" : "warning"}:${event.quotaId}:${event.periodStart}`,
    tenantId,
    to: emails.length > 0 ? emails : [row.billing_email as string],
    subject: `${row.tenant as string}: the quota “${row.name as string}” ${what}`,
    text: [
      `${show("used")} of ${show("limit_amount")} are used.`,
      event.exceeded
        ? (CONSEQUENCES[row.on_exceed as string] ?? "")
        : "You asked to be warned at this point.",
      `Raise it or see what used it: ${link(row, "/billing")}`,
    ].join("\n\n"),
  });
}

/** Mails a finalised invoice to the tenant's billing address with its PDF, once. */
export async function mailInvoice(tenantId: TenantId, invoiceId: string): Promise<void> {
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`select i.*, t.slug from invoices i join tenants t on t.id = i.tenant_id
      where i.tenant_id = ${tenantId} and i.id = ${invoiceId}`,
  );
  if (!row || row.status === "draft") return;
  const { fileName, body } = await printInvoice(tenantId, invoiceId);
  await sendMail({
    attachments: [{ fileName, contentType: "application/pdf", content: body }],
    dedupeKey: `invoice:${invoiceId}`,
    tenantId,
    to: [row.billing_email as string],
    subject: `Invoice ${row.number as string}: ${money(row, "total")}`,
    text: [
      `Invoice ${row.number as string} for ${(row.month as string).slice(0, 7)}.`,
      `Subtotal ${money(row, "subtotal")}\nTax ${money(row, "tax")}\nTotal ${money(row, "total")}`,
      `Every number on it opens into the single calls it is made of: ${link(row, `/billing/invoices/${invoiceId}`)}`,
    ].join("\n\n"),
  });
}

/** Tells staff that a model without a price was used. */
export async function tellUnpriced(
  tenantId: TenantId,
  usage: { serviceType: string; provider: string; model: string; recordId: string },
): Promise<void> {
  await recordSystemEvent({
    kind: "usage.unpriced",
    source: `${usage.serviceType} ${usage.provider} ${usage.model}`,
    severity: 2,
    tenantId,
    message: `Usage of ${usage.provider} / ${usage.model} has no price; its records wait for one.`,
    details: usage,
  });
}
