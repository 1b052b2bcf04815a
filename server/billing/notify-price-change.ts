import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { isInTrial, type PriceTrial } from "#domain/billing/price-trial.ts";
import { notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { clock } from "#server/runtime/clock.ts";
import { env } from "#server/runtime/env.ts";
import { sendMail } from "#server/runtime/mail.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";
import { findPriceChange } from "./list-pricing-history.ts";

/**
 * Has every tenant that a change of price concerns written to, once each; the mails go out as jobs. Returns how many
 * tenants it concerns. Throws `not_found`.
 */
export async function notifyPriceChange(historyId: string): Promise<{ tenants: number }> {
  const tenants = await withSystem("announce a price", async (tx) => {
    const [change] = await tx.sql`select h.tenant_ref, h.plan_id, r.trial from pricing_history h
      left join pricing_rules r on r.id = h.subject_id where h.id = ${historyId}`;
    if (!change) throw notFound("pricing_history");
    const trial = change.trial as PriceTrial | null;
    const reached = await tx.sql`
      select t.id from tenants t left join tenant_subscriptions s on s.tenant_id = t.id and s.ended_at is null
      where t.status <> 'cancelled'
        and (${change.tenant_ref as string | null}::uuid is null or t.id = ${change.tenant_ref as string | null})
        and (${change.plan_id as string | null}::uuid is null or s.plan_id = ${change.plan_id as string | null})
      order by t.id`;
    const rows = trial ? reached.filter((row) => isInTrial(trial, row.id as string)) : reached;
    await appendOutbox(
      tx,
      rows.map((row) => ({
        tenantId: tenantIdFrom(row.id as string),
        name: "pricing.changed",
        payload: { historyId },
        dedupeKey: `pricing-notice:${historyId}:${row.id as string}`,
      })),
    );
    return rows.length;
  });
  wakeRelay();
  return { tenants };
}

type Change = NonNullable<Awaited<ReturnType<typeof findPriceChange>>>;

function lines(change: Change): string[] {
  const unit = change.unit?.replaceAll("_", " ") ?? "";
  const signed = (percent: string | null) =>
    percent === null ? "" : ` (${percent.startsWith("-") ? "" : "+"}${percent} %)`;
  if (change.parts.length === 0) return [`What this covers changes in price${signed(change.percent)}.`];
  return change.parts.map(
    ({ part, oldPrice, newPrice, percent }) =>
      `${part}: ${oldPrice ?? "–"} → ${newPrice ?? "–"} ${change.currency ?? ""} ${unit}${signed(percent)}`,
  );
}

/** Writes to a tenant about a change of its prices and keeps the proof: when, on its clock, and by which mail. Once. */
export async function mailPriceChange(tenantId: TenantId, historyId: string): Promise<void> {
  const change = await findPriceChange(tenantId, historyId);
  if (!change) return;
  const [tenant] = await withTenant(
    tenantId,
    (tx) => tx.sql`select name, slug, billing_email from tenants where id = ${tenantId}`,
  );
  if (!tenant) return;
  const what = [change.provider, change.model].filter((part) => part !== null).join(" ") || "your usage";
  const mailId = await sendMail({
    dedupeKey: `pricing-notice:${historyId}:${tenantId}`,
    tenantId,
    to: [tenant.billing_email as string],
    subject: `${tenant.name as string}: prices of ${what} change on ${change.effectiveFrom.slice(0, 10)}`,
    text: [
      `From ${change.effectiveFrom} on, prices of ${what} change.`,
      lines(change).join("\n"),
      ...(change.reason ? [`Reason: ${change.reason}`] : []),
      `All prices and their history: ${env().appUrl}/${tenant.slug as string}/billing`,
    ].join("\n\n"),
  });
  const now = (await clock.now(tenantId)).toISOString();
  await withTenant(
    tenantId,
    (tx) => tx.sql`insert into pricing_notices (tenant_id, id, history_id, notified_at, mail_id)
      values (${tenantId}, ${newId()}, ${historyId}, ${now}, ${mailId}) on conflict do nothing`,
  );
}
