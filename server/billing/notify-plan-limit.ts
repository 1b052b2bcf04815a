import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { env } from "#server/runtime/env.ts";
import { sendMail } from "#server/runtime/mail.ts";

/** Mails whom the bills go to that the plan's messages of a month are used up. Once a month and limit. */
export async function mailPlanLimit(
  tenantId: TenantId,
  { kind, limit, month }: { kind: string; limit: number; month: string },
): Promise<void> {
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`select t.name, t.slug, t.billing_email, p.name as plan from tenants t
      left join tenant_subscriptions s on s.tenant_id = t.id and s.ended_at is null
      left join plans p on p.id = s.plan_id where t.id = ${tenantId}`,
  );
  if (!row) return;
  await sendMail({
    dedupeKey: `plan-limit:${kind}:${tenantId}:${month}:${limit}`,
    tenantId,
    to: [row.billing_email as string],
    subject: `${row.name as string}: the ${limit.toLocaleString("en-US")} ${kind} of the ${String(row.plan ?? "")} plan are used up`,
    text: [
      `Until the end of ${month.slice(0, 7)} the bot sends nothing more: customers hear that a person answers, and people take over.`,
      "What customers write is kept as always, and the replies of people go out.",
      `Choose a larger plan to go on at once: ${env().appUrl}/${row.slug as string}/billing/plan`,
    ].join("\n\n"),
  });
}
