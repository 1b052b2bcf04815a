import { withTenant } from "#db/tenant.ts";
import { ALL_PERMISSIONS } from "#domain/access/permissions.ts";
import { monthOf, monthWindow } from "#domain/billing/period.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { notFound } from "#domain/core/app-error.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { demoMode } from "#server/runtime/demo-mode.ts";
import type { Actor } from "#server/trpc/context.ts";
import { listNotices } from "./list-notices.ts";

type Row = Record<string, unknown>;
const exact = (value: unknown) => formatAmount(amountFromDatabase(String(value)));

async function spendOf(actor: Actor, zone: string, nowMs: number) {
  if (!actor.allows("billing.view")) return null;
  const month = monthOf(localDay(zone, nowMs)).slice(0, 7);
  const { firstDay, endDay } = monthWindow(month, zone);
  const [totals, budgets] = await withTenant(actor.tenantId, (tx) =>
    Promise.all([
      tx.sql`select coalesce(sum(client_price), 0) as amount from usage_daily
        where tenant_id = ${tx.tenantId} and day >= ${firstDay} and day < ${endDay}`,
      tx.sql`select amount from (
          select budget as amount, 1 as place, created_at from cost_alerts
          where tenant_id = ${tx.tenantId} and enabled and period = 'monthly' and service_type is null
          union all
          select limit_amount, 2, created_at from usage_quotas
          where tenant_id = ${tx.tenantId} and enabled and period = 'monthly' and measure = 'money' and service_type is null
        ) x order by place, created_at limit 1`,
    ]),
  );
  return {
    month,
    amount: exact(totals[0]?.amount ?? "0"),
    budget: budgets[0] ? exact(budgets[0].amount) : null,
  };
}

/** What the frame around every room shows: the workspace, its clock, my rights, open work, this month's spend. */
export async function getShell(actor: Actor) {
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql<Row[]>`
      select t.id, t.slug, t.name, t.timezone, t.locale, t.currency, t.sandbox, t.clock_offset_ms, t.status,
        (select p.name from tenant_subscriptions s join plans p on p.id = s.plan_id
          where s.tenant_id = t.id and s.ended_at is null limit 1) as plan_name,
        (select count(*)::int from conversations v where v.tenant_id = t.id and v.status in ('open', 'pending', 'escalated')) as open
      from tenants t where t.id = ${actor.tenantId}`,
  );
  const row = rows[0];
  if (!row) throw notFound("tenants");
  const offsetMs = Number(row.clock_offset_ms);
  const nowMs = Date.now() + offsetMs;
  const timezone = String(row.timezone);
  const status = String(row.status);
  const [spend, demo, notices] = await Promise.all([
    spendOf(actor, timezone, nowMs),
    demoMode(),
    listNotices(actor, { zone: timezone, nowMs, status }),
  ]);
  return {
    tenant: {
      id: String(row.id),
      slug: String(row.slug),
      name: String(row.name),
      status,
      planName: (row.plan_name as string | null) ?? null,
      timezone,
      locale: String(row.locale),
      currency: String(row.currency),
      sandbox: Boolean(row.sandbox),
      now: new Date(nowMs).toISOString(),
      offsetMs,
    },
    role: actor.role,
    permissions: ALL_PERMISSIONS.filter((permission) => actor.allows(permission)) as string[],
    openConversations: Number(row.open),
    demo,
    spend,
    notices,
  };
}
