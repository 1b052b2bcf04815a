import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { env } from "#server/runtime/env.ts";
import { sendMail } from "#server/runtime/mail.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { printInvoice } from "./invoices/invoice-pdf.ts";
import { percentText } from "./limit-window.ts";

type Row = Record<string, unknown>;

const money = (row: Row, column: string) => {
  const amount = amountFromDatabase(row[column] as string);
  return `${formatMinor(amount, row.currency as string)} ${row.currency as string}`;
};

const link = (row: Row, path: string) => `${env().appUrl}/${row.slug as string}${path}`;

// A call may cross several marks: whichever of its events is told first, the lower marks are told before it.
const marksUpTo = (tenantId: TenantId, eventId: string) =>
  withTenant(
    tenantId,
    (tx) => tx.sql`
      select e.id, e.mark, e.spent, e.budget, e.conversation_id, a.name, a.emails, a.email_enabled, c.name as customer,
        t.currency, t.slug, t.name as tenant
      from cost_alert_events told
      join cost_alert_events e on e.tenant_id = told.tenant_id and e.alert_id = told.alert_id
        and e.period_start = told.period_start and e.record_id is not distinct from told.record_id and e.mark <= told.mark
      join cost_alerts a on a.tenant_id = e.tenant_id and a.id = e.alert_id
      join tenants t on t.id = e.tenant_id
      left join conversations v on v.tenant_id = e.tenant_id and v.id = e.conversation_id
      left join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
      where told.tenant_id = ${tenantId} and told.id = ${eventId} order by e.mark`,
  );

function markText(row: Row, mark: string, percent: string): string[] {
  const conversation = row.conversation_id as string | null;
  const who = row.customer === null ? "a conversation" : `the conversation with ${row.customer as string}`;
  const crossed = conversation
    ? `by ${who}: ${link(row, `/inbox/${conversation}`)}`
    : "by usage outside of conversations.";
  return [
    `The mark of ${mark} % of the budget “${row.name as string}” was passed ${crossed}`,
    `Spend is ${money(row, "spent")}, which is ${percent} % of the budget of ${money(row, "budget")}.`,
    `Every call behind it: ${link(row, "/billing")}`,
  ];
}

/**
 * Mails the receivers of an alert whose mark fired: one mail a mark, because each mark fires by itself, and in the
 * order of the marks. Names the mark, the budget and the conversation that crossed it. Sends once a mark.
 */
export async function mailCostAlert(tenantId: TenantId, eventId: string): Promise<void> {
  for (const row of await marksUpTo(tenantId, eventId)) {
    if (!row.email_enabled || (row.emails as string[]).length === 0) return;
    const [spent, budget, mark] = [row.spent, row.budget, row.mark].map((n) =>
      amountFromDatabase(n as string),
    );
    const percent = percentText(spent ?? 0n, budget ?? 0n);
    const marked = formatAmount(mark ?? 0n);
    await sendMail({
      dedupeKey: `cost-alert:${row.id as string}`,
      tenantId,
      to: row.emails as string[],
      subject: `${row.tenant as string}: ${marked} % of “${row.name as string}” passed, spend is at ${percent} %`,
      text: markText(row, marked, percent).join("\n\n"),
    });
  }
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

type QuotaNews = {
  quotaId: string;
  periodStart: string;
  limit: string;
  exceeded: boolean;
  /** Only what calls in flight may take is in the way. */
  inFlight: boolean;
};

/** Mails that a quota warns or is exceeded; once for each, period and limit: a raised one may fill again. */
export async function mailQuota(tenantId: TenantId, event: QuotaNews): Promise<void> {
  const row = await receivers(tenantId, event.quotaId);
  if (!row) return;
  const emails = row.notify_emails as string[];
  // The limit that was met, with what was paid for beyond it.
  row.limit_amount = event.limit;
  const inMoney = row.measure === "money";
  const show = (column: string) =>
    inMoney ? money(row, column) : formatAmount(amountFromDatabase(row[column] as string));
  const percent = percentText(
    amountFromDatabase(row.used as string),
    amountFromDatabase(row.limit_amount as string),
  );
  const what = event.exceeded ? `is exceeded at ${percent} %` : `is at ${percent} %`;
  const kind = event.exceeded ? (event.inFlight ? "in-flight" : "exceeded") : "warning";
  await sendMail({
    dedupeKey: `quota:${kind}:${event.quotaId}:${event.periodStart}:${event.limit}`,
    tenantId,
    to: emails.length > 0 ? emails : [row.billing_email as string],
    subject: `${row.tenant as string}: the quota “${row.name as string}” ${what}`,
    text: [
      `${show("used")} of ${show("limit_amount")} are used.`,
      event.exceeded
        ? (CONSEQUENCES[row.on_exceed as string] ?? "")
        : "You asked to be warned at this point.",
      ...(event.inFlight
        ? ["Calls that are still running hold the rest; what they do not use comes back."]
        : []),
      `Raise it or see what used it: ${link(row, "/billing")}`,
    ].join("\n\n"),
  });
}

/**
 * Mails a finalised invoice to the tenant's billing address with its PDF: once, or `again` because staff asked for it.
 * Returns the mail's id; null for an invoice that is not there. Throws `precondition` for a draft.
 */
export async function mailInvoice(
  tenantId: TenantId,
  invoiceId: string,
  which: "once" | "again" = "once",
): Promise<string | null> {
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`select i.*, t.slug from invoices i join tenants t on t.id = i.tenant_id
      where i.tenant_id = ${tenantId} and i.id = ${invoiceId}`,
  );
  if (!row) return null;
  const { fileName, body } = await printInvoice(tenantId, invoiceId);
  return sendMail({
    attachments: [{ fileName, contentType: "application/pdf", content: body }],
    dedupeKey: which === "once" ? `invoice:${invoiceId}` : `invoice:${invoiceId}:${newId()}`,
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

/** Mails that a trial is over, and which plan is in force now. Once a trial. */
export async function mailTrialEnd(tenantId: TenantId, subscriptionId: string): Promise<void> {
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`
      select t.name as tenant, t.slug, t.billing_email, p.name as tried, now_p.name as plan from tenant_subscriptions s
      join tenants t on t.id = s.tenant_id join plans p on p.id = s.plan_id
      left join tenant_subscriptions n on n.tenant_id = s.tenant_id and n.ended_at is null
      left join plans now_p on now_p.id = n.plan_id
      where s.tenant_id = ${tenantId} and s.id = ${subscriptionId}`,
  );
  if (!row) return;
  const plan = row.plan as string | null;
  await sendMail({
    dedupeKey: `trial-ended:${subscriptionId}`,
    tenantId,
    to: [row.billing_email as string],
    subject: `${row.tenant as string}: your trial of ${row.tried as string} is over`,
    text: [
      plan ? `From now on you are on the ${plan} plan.` : "No plan is in force from now on.",
      `Nothing of yours is lost. Choose another plan at any time: ${link(row, "/billing")}`,
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
