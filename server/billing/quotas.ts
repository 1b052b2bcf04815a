import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { hasRoomAgain, type quotaInput, type quotaPatchInput } from "#domain/billing/quota.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { Page } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { amountFromDatabase, formatAmount, parseAmount } from "#domain/money/amount.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import type { Actor } from "#server/trpc/context.ts";
import {
  type BillingNow,
  billingNow,
  type LimitRow,
  limitWindow,
  listLimits,
  percentText,
  reckonUsed,
  storedType,
} from "./limit-window.ts";
import { touchLedger } from "./meter/footing.ts";

/** A quota with its running state, as the API shows it. */
export type Quota = {
  id: string;
  /** `quota`, or `ai_budget`: the workspace's one monthly budget for AI. */
  kind: string;
  name: string;
  type: string;
  measure: string;
  period: string;
  limit: string;
  /** Room that was paid for beyond the limit, in the running window only. */
  extraAmount: string;
  currency: string;
  warnPercent: string;
  onExceed: string;
  fallbackModel: string | null;
  pauseMessage: string | null;
  notifyEmails: string[];
  counts: string;
  enabled: boolean;
  periodStart: string;
  resetsAt: string;
  currentAmount: string;
  reservedAmount: string;
  percentUsed: string;
  isExceeded: boolean;
  exceededAt: string | null;
  createdAt: string;
};

async function toQuota(tx: TenantTransaction, row: LimitRow, now: BillingNow): Promise<Quota> {
  const { start, end, current, used } = await limitWindow(tx, row, "used", now);
  const base = amountFromDatabase(row.limit_amount as string);
  const extra = row.extra_for === start ? amountFromDatabase(row.extra_amount as string) : 0n;
  const limit = base + extra;
  const reserved = amountFromDatabase(row.reserved as string);
  const refused = row.refused_amount === null ? null : amountFromDatabase(row.refused_amount as string);
  const exceeded = current && row.exceeded_at !== null && !hasRoomAgain({ limit, used, reserved, refused });
  return {
    id: row.id as string,
    kind: row.kind as string,
    name: row.name as string,
    type: (row.service_type as string | null) ?? "all",
    measure: row.measure as string,
    period: row.period as string,
    limit: formatAmount(base),
    extraAmount: formatAmount(extra),
    currency: row.currency as string,
    warnPercent: formatAmount(amountFromDatabase(row.warn_percent as string)),
    onExceed: row.on_exceed as string,
    fallbackModel: row.fallback_model as string | null,
    pauseMessage: row.pause_message as string | null,
    notifyEmails: row.notify_emails as string[],
    counts: row.counts as string,
    enabled: row.enabled as boolean,
    periodStart: start,
    resetsAt: end,
    currentAmount: formatAmount(used),
    reservedAmount: formatAmount(reserved),
    percentUsed: percentText(used, limit),
    isExceeded: exceeded,
    exceededAt: exceeded ? (row.exceeded_at as string) : null,
    createdAt: row.created_at as string,
  };
}

const select = (tx: TenantTransaction, id: string) =>
  tx.sql`select q.*, t.currency from usage_quotas q join tenants t on t.id = q.tenant_id
    where q.tenant_id = ${tx.tenantId} and q.id = ${id} and q.kind <> 'plan_limit'`;

/** A quota within a deed's transaction. Throws `not_found`. */
export async function readQuota(tx: TenantTransaction, id: string): Promise<Quota> {
  const [row] = await select(tx, id);
  if (!row) throw notFound("quota");
  return toQuota(tx, row, await billingNow(tx));
}

/** One quota. Throws `not_found`. */
export function getQuota(tenantId: TenantId, id: string): Promise<Quota> {
  return withTenant(tenantId, (tx) => readQuota(tx, id));
}

/** The tenant's quotas, oldest first. */
export async function listQuotas(
  tenantId: TenantId,
  input: { limit: number; cursor?: string | undefined },
): Promise<Page<Quota>> {
  return listLimits(
    tenantId,
    input,
    (tx, after) => tx.sql`select q.*, t.currency from usage_quotas q join tenants t on t.id = q.tenant_id
      where q.tenant_id = ${tenantId} and q.kind <> 'plan_limit' and q.id > ${after} order by q.id limit ${input.limit + 1}`,
    toQuota,
  );
}

/**
 * What stands in the running window is reckoned anew, so a quota made or changed in mid-period counts from its start.
 * A mark of the window stays unless the limit is no longer reached and the change makes room.
 */
export async function recountQuota(tx: TenantTransaction, id: string, makesRoom: boolean): Promise<void> {
  const [row] = await select(tx, id);
  if (!row) throw notFound("quota");
  const clock = await billingNow(tx);
  const { start } = await limitWindow(tx, row, "used", clock);
  const used = formatAmount(await reckonUsed(tx, row, clock));
  const now = new Date(clock.nowMs).toISOString();
  const lifted = tx.sql`(${makesRoom} or period_start <> ${start})`;
  const limit = tx.sql`(limit_amount + case when extra_for = ${start} then extra_amount else 0 end)`;
  const share = row.measure === "money" ? tx.sql`amount` : tx.sql`quantity`;
  const warn = formatAmount(amountFromDatabase(row.warn_percent as string));
  await tx.sql`
    update usage_quotas set period_start = ${start}, used = ${used},
      reserved = coalesce((select sum(${share}) from usage_reservations r
        where r.tenant_id = ${tx.tenantId} and ${id}::uuid = any(r.quota_ids)), 0),
      warned_at = case when ${used}::numeric * 100 >= ${limit} * ${warn}::numeric and ${used}::numeric > 0
        then coalesce(warned_at, ${now}) end,
      exceeded_at = case when ${used}::numeric >= ${limit} and ${used}::numeric > 0 then coalesce(exceeded_at, ${now})
        when not ${lifted} then exceeded_at end,
      refused_amount = case when ${used}::numeric < ${limit} and not ${lifted} then refused_amount end,
      updated_at = now()
    where tenant_id = ${tx.tenantId} and id = ${id}`;
}

/** Adds a quota; it counts what was used since the start of its running period. */
export async function createQuota(actor: Actor, input: z.infer<typeof quotaInput>): Promise<Quota> {
  return withTenant(actor.tenantId, async (tx) => {
    await touchLedger(tx);
    const id = newId();
    await tx.sql`
      insert into usage_quotas (tenant_id, id, name, service_type, measure, period, limit_amount, warn_percent, on_exceed,
        fallback_model, pause_message, notify_emails, counts, enabled, period_start)
      values (${tx.tenantId}, ${id}, ${input.name}, ${storedType(input.type)}, ${input.measure}, ${input.period}, ${input.limit},
        ${input.warnPercent}, ${input.onExceed}, ${input.fallbackModel ?? null}, ${input.pauseMessage ?? null},
        ${input.notifyEmails}, ${input.counts}, ${input.enabled}, '2000-01-01T00:00:00Z')`;
    await recountQuota(tx, id, true);
    await recordAudit(tx, actor, {
      action: "quota.created",
      subjectType: "quota",
      subjectId: id,
      after: input,
    });
    return readQuota(tx, id);
  });
}

// Raised, or counting something else than what filled it.
function makesRoom(before: Quota, patch: z.infer<typeof quotaPatchInput>): boolean {
  const counted = ["type", "measure", "period", "counts", "enabled"] as const;
  if (counted.some((name) => patch[name] !== undefined && patch[name] !== before[name])) return true;
  return parseAmount(patch.limit ?? before.limit) > parseAmount(before.limit);
}

/** The budget for AI is money for AI in a month, whatever else is said about it. */
function requireSameBudget(before: Quota, patch: z.infer<typeof quotaPatchInput>): void {
  const fixed = ["type", "measure", "period"] as const;
  if (before.kind !== "ai_budget" || fixed.every((name) => (patch[name] ?? before[name]) === before[name]))
    return;
  const message =
    "The monthly AI budget counts money for AI in a month. Add a limit of its own for anything else.";
  throw new AppError("precondition", "quotas.budget_is_fixed", message);
}

/** Changes a quota; raising its limit resumes what it had paused. Throws `not_found`. */
export async function updateQuota(
  actor: Actor,
  id: string,
  patch: z.infer<typeof quotaPatchInput>,
): Promise<Quota> {
  return withTenant(actor.tenantId, async (tx) => {
    await touchLedger(tx);
    const before = await readQuota(tx, id);
    requireSameBudget(before, patch);
    const next = { ...before, ...patch };
    await tx.sql`
      update usage_quotas set name = ${next.name}, service_type = ${storedType(next.type)}, measure = ${next.measure},
        period = ${next.period}, limit_amount = ${next.limit}, warn_percent = ${next.warnPercent},
        on_exceed = ${next.onExceed}, fallback_model = ${next.fallbackModel ?? null},
        pause_message = ${next.pauseMessage ?? null}, notify_emails = ${next.notifyEmails}, counts = ${next.counts},
        enabled = ${next.enabled}
      where tenant_id = ${tx.tenantId} and id = ${id}`;
    await recountQuota(tx, id, makesRoom(before, patch));
    await recordAudit(tx, actor, {
      action: "quota.updated",
      subjectType: "quota",
      subjectId: id,
      before,
      after: patch,
    });
    return readQuota(tx, id);
  });
}

/** Deletes a quota. Throws `not_found`. */
export async function deleteQuota(actor: Actor, id: string): Promise<void> {
  await withTenant(actor.tenantId, async (tx) => {
    await touchLedger(tx);
    const before = await readQuota(tx, id);
    await tx.sql`delete from usage_quotas where tenant_id = ${tx.tenantId} and id = ${id}`;
    await recordAudit(tx, actor, { action: "quota.deleted", subjectType: "quota", subjectId: id, before });
  });
}
