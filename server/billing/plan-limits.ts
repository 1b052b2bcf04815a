import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { monthOf, nextMonth } from "#domain/billing/period.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { appendOutbox, wakeRelaySoon } from "#server/runtime/outbox.ts";
import { billingNow } from "./limit-window.ts";

/** What a plan limits that is made one by one. */
const COUNTED = ["customers", "seats", "channels", "flows", "connectors"] as const;
type CountedKind = (typeof COUNTED)[number];

async function countOf(tx: TenantTransaction, kind: CountedKind): Promise<number> {
  const [row] =
    kind === "seats"
      ? await tx.sql`select count(*)::int as n from memberships where tenant_id = ${tx.tenantId} and status <> 'removed'`
      : await tx.sql`select count(*)::int as n from ${tx.sql(kind)}
          where tenant_id = ${tx.tenantId} and archived_at is null`;
  return Number(row?.n);
}

type PlanLimit = { kind: string; limit: number; used: number };

/** What of a month's limit is used: messages by their own counter, AI requests by the roll-up. */
async function usedIn(tx: TenantTransaction, kind: string, month: string): Promise<number> {
  const [row] =
    kind === "messages"
      ? await tx.sql`select used as n from plan_counters
          where tenant_id = ${tx.tenantId} and month = ${month} and kind = 'messages'`
      : await tx.sql`select sum(requests - failed_requests)::int as n from usage_daily
          where tenant_id = ${tx.tenantId} and service_type = 'token' and day >= ${month} and day < ${nextMonth(month)}`;
  return Number(row?.n ?? 0);
}

/** Each limit of a plan with how much of it is used: now, or in a billing month (its first day). */
export async function listPlanLimits(
  tx: TenantTransaction,
  limits: Record<string, number>,
  month: string,
): Promise<PlanLimit[]> {
  const listed: PlanLimit[] = [];
  for (const kind of ["messages", "aiRequests"] as const) {
    const limit = limits[kind];
    if (limit !== undefined) listed.push({ kind, limit, used: await usedIn(tx, kind, month) });
  }
  for (const kind of COUNTED) {
    const limit = limits[kind];
    if (limit !== undefined) listed.push({ kind, limit, used: await countOf(tx, kind) });
  }
  return listed;
}

/**
 * Makes sure that the plan has room for one more, in the transaction that makes it: where the plan sets a limit, such
 * transactions of a tenant come one after the other. What customers bring along by writing is never refused. Throws
 * `limit_reached`.
 */
export async function requirePlanRoom(tx: TenantTransaction, kind: CountedKind): Promise<void> {
  const [plan] = await tx.sql`
    select p.name, (p.limits ->> ${kind})::bigint as most from tenant_subscriptions s join plans p on p.id = s.plan_id
    where s.tenant_id = ${tx.tenantId} and s.ended_at is null`;
  if (!plan || plan.most === null) return;
  await tx.sql`select pg_advisory_xact_lock(hashtextextended(${`plan-limit:${kind}:${tx.tenantId}`}, 0))`;
  if ((await countOf(tx, kind)) < Number(plan.most)) return;
  const message = `The ${String(plan.name)} plan has room for ${String(plan.most)} ${kind}. Choose a larger plan, or archive what is not needed.`;
  throw new AppError("limit_reached", "billing.plan_limit", message, { kind, limit: Number(plan.most) });
}

const words = (plan: string, limit: number, kind: string) =>
  `The ${plan} plan has room for ${limit} ${kind} a month, and they are used up. Choose a larger plan, or wait.`;

/**
 * The refusal of a bot's message, with what customers are told then: a quota's words, where one has them. The workspace
 * hears of it once a month and limit.
 */
export async function messageLimitReached(tenantId: TenantId, limit: number): Promise<AppError> {
  const row = await withTenant(tenantId, async (tx) => {
    const { zone, nowMs } = await billingNow(tx);
    const month = monthOf(localDay(zone, nowMs));
    const payload = { kind: "messages", limit, month };
    const dedupeKey = `plan-limit:messages:${tenantId}:${month}:${limit}`;
    await appendOutbox(tx, [{ tenantId, name: "plan.limit_reached", payload, dedupeKey }]);
    const [found] = await tx.sql`select p.name, (select q.pause_message from usage_quotas q
        where q.tenant_id = ${tenantId} and q.enabled and q.on_exceed = 'pause' and q.pause_message <> '' order by q.id limit 1) as said
      from tenant_subscriptions s join plans p on p.id = s.plan_id where s.tenant_id = ${tenantId} and s.ended_at is null`;
    return found;
  });
  wakeRelaySoon();
  const message = words(String(row?.name ?? "running"), limit, "messages");
  const details = { kind: "messages", limit, pauseMessage: row?.said ?? null };
  return new AppError("limit_reached", "billing.plan_limit", message, details);
}
