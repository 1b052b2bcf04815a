import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import type { TenantTransaction } from "#db/tenant.ts";
import type { Transaction } from "#db/transaction.ts";
import type { planInput, planPatchInput } from "#domain/billing/plan.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { amountFromDatabase } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { isDuplicate } from "./pricing-guard.ts";

type Row = Record<string, unknown>;

/** A plan as the API shows it. */
function toPlan(row: Row) {
  const currency = row.currency as string;
  const money = (value: unknown) =>
    value === null ? null : formatMinor(amountFromDatabase(value as string), currency);
  return {
    id: row.id as string,
    name: row.name as string,
    code: row.code as string,
    description: row.description as string | null,
    currency,
    monthlyPrice: money(row.monthly_price) ?? "0",
    yearlyPrice: money(row.yearly_price),
    interval: row.interval as string,
    trialDays: Number(row.trial_days),
    included: row.included as Record<string, number>,
    limits: row.limits as Record<string, number>,
    features: row.features as string[],
    active: row.active as boolean,
    createdAt: row.created_at as string,
  };
}

export type Plan = ReturnType<typeof toPlan>;

async function read(tx: Transaction, id: string): Promise<Plan> {
  const [row] = await tx.sql`select * from plans where id = ${id}`;
  if (!row) throw notFound("plan");
  return toPlan(row);
}

/** One plan. Throws `not_found`. */
export function getPlan(id: string): Promise<Plan> {
  return withSystem("read a plan", (tx) => read(tx, id));
}

/** All plans, oldest first. */
export async function listPlans(input: { limit: number; cursor?: string | undefined }): Promise<Page<Plan>> {
  const after = decodeCursor(input.cursor, 1);
  const rows = await withSystem(
    "list plans",
    (tx) => tx.sql`select * from plans where id > ${after?.[0] ?? "00000000-0000-0000-0000-000000000000"}
      order by id limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [row.id as string], toPlan);
}

function codeTaken(error: unknown): never {
  if (isDuplicate(error)) throw new AppError("conflict", "plans.code_taken", "Another plan has this code.");
  throw error;
}

/** Adds a plan. Throws `conflict` when its code is taken. */
export async function createPlan(input: z.infer<typeof planInput>): Promise<Plan> {
  const id = newId();
  return withSystem("create a plan", async (tx) => {
    await tx.sql`
      insert into plans (id, name, code, description, currency, monthly_price, yearly_price, interval, trial_days, included,
        limits, features)
      values (${id}, ${input.name}, ${input.code}, ${input.description ?? null}, ${input.currency}, ${input.monthlyPrice},
        ${input.yearlyPrice ?? null}, ${input.interval}, ${input.trialDays}, ${JSON.stringify(input.included)},
        ${JSON.stringify(input.limits)}, ${JSON.stringify(input.features)})`;
    return read(tx, id);
  }).catch(codeTaken);
}

/** Changes a plan for all who have it from now on; `active: false` hides it from new tenants. Throws `not_found`. */
export async function updatePlan(id: string, patch: z.infer<typeof planPatchInput>): Promise<Plan> {
  return withSystem("change a plan", async (tx) => {
    const before = await read(tx, id);
    const next = {
      ...before,
      ...patch,
      included: { ...before.included, ...patch.included },
      limits: { ...before.limits, ...patch.limits },
    };
    await tx.sql`
      update plans set name = ${next.name}, code = ${next.code}, description = ${next.description ?? null},
        currency = ${next.currency}, monthly_price = ${next.monthlyPrice}, yearly_price = ${next.yearlyPrice ?? null},
        interval = ${next.interval}, trial_days = ${next.trialDays}, included = ${JSON.stringify(next.included)},
        limits = ${JSON.stringify(next.limits)}, features = ${JSON.stringify(next.features)}, active = ${next.active},
        updated_at = now()
      where id = ${id}`;
    return read(tx, id);
  }).catch(codeTaken);
}

/** Hides a plan from new tenants; those who have it keep it. Throws `not_found`. */
export async function archivePlan(id: string): Promise<void> {
  await updatePlan(id, { active: false });
}

/** The plan that a tenant has who chose none; made where there is none yet. */
export async function getFreePlan(): Promise<Plan> {
  return withSystem("read the free plan", async (tx) => {
    await tx.sql`insert into plans (id, name, code, currency, monthly_price, trial_days)
      values (${newId()}, 'Free', 'free', 'USD', 0, 30) on conflict do nothing`;
    const [row] = await tx.sql`select * from plans where lower(code) = 'free'`;
    if (!row) throw notFound("plan");
    return toPlan(row);
  });
}

/** Puts a tenant on a plan from an instant on, in the caller's transaction; an earlier subscription ends then. */
export async function startSubscription(
  tx: TenantTransaction,
  given: { planId: string; startedAt: string; trialEndsAt?: string | null },
): Promise<string> {
  const [plan] = await tx.sql`select id, interval, active from plans where id = ${given.planId}`;
  if (!plan?.active) throw notFound("plan");
  await tx.sql`update tenant_subscriptions set ended_at = ${given.startedAt}, status = 'cancelled', updated_at = now()
    where tenant_id = ${tx.tenantId} and ended_at is null`;
  const id = newId();
  await tx.sql`
    insert into tenant_subscriptions (tenant_id, id, plan_id, status, interval, started_at, trial_ends_at)
    values (${tx.tenantId}, ${id}, ${given.planId}, ${given.trialEndsAt ? "trialing" : "active"}, ${plan.interval as string},
      ${given.startedAt}, ${given.trialEndsAt ?? null})`;
  return id;
}

/** The tenant's current subscription with its plan and what is used of it this month, or null. */
export async function findSubscription(tx: TenantTransaction, month: string) {
  const [row] =
    await tx.sql`select s.id as subscription_id, s.status as subscription_status, s.started_at, s.trial_ends_at,
      s.auto_renew, s.cancel_at_period_end, s.interval as billed_by, p.*
    from tenant_subscriptions s join plans p on p.id = s.plan_id
    where s.tenant_id = ${tx.tenantId} and s.ended_at is null`;
  if (!row) return null;
  const used =
    await tx.sql`select kind, used from usage_allowances where tenant_id = ${tx.tenantId} and month = ${month}`;
  return {
    id: row.subscription_id as string,
    status: row.subscription_status as string,
    interval: row.billed_by as string,
    startedAt: row.started_at as string,
    trialEndsAt: row.trial_ends_at as string | null,
    autoRenew: row.auto_renew as boolean,
    cancelAtPeriodEnd: row.cancel_at_period_end as boolean,
    plan: toPlan(row),
    used: Object.fromEntries(
      used.map((one) => [
        one.kind as string,
        one.kind === "voiceMinutes" ? Number(one.used) / 60 : Number(one.used),
      ]),
    ),
  };
}
