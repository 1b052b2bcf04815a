import { withTenant } from "#db/tenant.ts";
import { periodAt } from "#domain/billing/period.ts";
import type { Actor } from "#server/trpc/context.ts";

/** What everybody in a workspace should know now; the words are the screen's. */
export type Notice =
  | { kind: "suspended" | "past_due"; id: string; at: string | null }
  | { kind: "quota_full"; id: string; name: string; type: string; stops: boolean; resetsAt: string }
  | { kind: "budget_mark"; id: string; name: string; mark: string; spent: string; budget: string }
  | { kind: "trial_ends"; id: string; plan: string; at: string };

const TRIAL_NOTICE_DAYS = 3;

type At = { zone: string; nowMs: number; status: string };

/**
 * The notices of a workspace, the gravest first: suspended, payment overdue, a quota that stops the bot, the highest
 * mark of each budget passed in its period (for who sees bills), a trial about to end.
 */
export async function listNotices(actor: Actor, { zone, nowMs, status }: At): Promise<Notice[]> {
  const start = (period: "daily" | "weekly" | "monthly") => periodAt(period, zone, nowMs).start;
  const seesBills = actor.allows("billing.view");
  const soon = new Date(nowMs + TRIAL_NOTICE_DAYS * 86_400_000).toISOString();
  const [quotas, marks, plans] = await withTenant(actor.tenantId, (tx) =>
    Promise.all([
      tx.sql`select id, name, service_type, period, period_start, on_exceed from usage_quotas
        where tenant_id = ${tx.tenantId} and enabled and exceeded_at is not null order by exceeded_at`,
      tx.sql`select distinct on (a.id) e.id, a.name, a.period, e.period_start, e.mark::text, e.spent::text, e.budget::text
        from cost_alerts a join cost_alert_events e on e.tenant_id = a.tenant_id and e.alert_id = a.id
        where a.tenant_id = ${tx.tenantId} and a.enabled and a.passed_mark > 0 and ${seesBills}
          and e.period_start = a.period_start order by a.id, e.mark desc`,
      tx.sql`select s.id, s.status, s.trial_ends_at, p.name from tenant_subscriptions s join plans p on p.id = s.plan_id
        where s.tenant_id = ${tx.tenantId} and s.ended_at is null`,
    ]),
  );
  const current = (row: Record<string, unknown>) =>
    Date.parse(String(row.period_start)) === start(row.period as "daily" | "weekly" | "monthly");
  const plan = plans[0];
  const trialEnd = plan?.status === "trialing" ? (plan.trial_ends_at as string | null) : null;
  return [
    ...(status === "suspended" ? [{ kind: "suspended", id: "suspended", at: null } as const] : []),
    ...(plan?.status === "past_due" && status !== "suspended"
      ? [{ kind: "past_due", id: `past-due:${String(plan.id)}`, at: null } as const]
      : []),
    ...quotas.filter(current).map((row) => ({
      kind: "quota_full" as const,
      id: `quota:${String(row.id)}:${String(row.period_start)}`,
      name: String(row.name),
      type: String(row.service_type ?? "all"),
      stops: row.on_exceed === "pause",
      resetsAt: new Date(periodAt(row.period as "daily", zone, nowMs).end).toISOString(),
    })),
    ...marks.filter(current).map((row) => ({
      kind: "budget_mark" as const,
      id: `mark:${String(row.id)}`,
      name: String(row.name),
      mark: trimmed(String(row.mark)),
      spent: trimmed(String(row.spent)),
      budget: trimmed(String(row.budget)),
    })),
    ...(trialEnd !== null && trialEnd <= soon
      ? [
          {
            kind: "trial_ends",
            id: `trial:${String(plan?.id)}`,
            plan: String(plan?.name),
            at: trialEnd,
          } as const,
        ]
      : []),
  ];
}

function trimmed(value: string): string {
  return value.includes(".") ? value.replace(/\.?0+$/, "") : value;
}
