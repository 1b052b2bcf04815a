import type { Transaction } from "#db/transaction.ts";
import { isInTrial } from "#domain/billing/price-trial.ts";
import type { PricingRule } from "#domain/billing/pricing-rule.ts";
import { AppError } from "#domain/core/app-error.ts";

/** Raises the version of everything that prices are made of: every committer reloads before its next group. */
export async function raisePricingVersion(tx: Transaction): Promise<void> {
  await tx.sql`update pricing_state set version = version + 1 where id = 1`;
}

type Narrowing = Pick<
  PricingRule,
  "scope" | "tenantId" | "planId" | "serviceType" | "provider" | "model" | "trial"
>;

/** When usage that a rule speaks about happened last, from an instant on; null when it never did. */
export async function lastUsageOfRule(
  tx: Transaction,
  rule: Narrowing,
  from: string | null,
): Promise<string | null> {
  const { sql } = tx;
  let where = sql`true`;
  if (from !== null) where = sql`${where} and h.last_occurred_at >= ${from}`;
  if (rule.tenantId !== null) where = sql`${where} and h.tenant_id = ${rule.tenantId}`;
  if (rule.planId !== null) {
    where = sql`${where} and h.tenant_id in (select tenant_id from tenant_subscriptions where plan_id = ${rule.planId})`;
  }
  if (rule.serviceType !== null) where = sql`${where} and h.service_type = ${rule.serviceType}`;
  if (rule.provider !== null) where = sql`${where} and h.provider = ${rule.provider}`;
  if (rule.model !== null) where = sql`${where} and h.model = ${rule.model}`;
  const { trial } = rule;
  if (trial === null) {
    const [row] = await sql`select max(h.last_occurred_at) as last from usage_hourly h where ${where}`;
    return (row?.last ?? null) as string | null;
  }
  const rows =
    await sql`select h.tenant_id, max(h.last_occurred_at) as last from usage_hourly h where ${where} group by 1 order by 2 desc`;
  return (rows.find((row) => isInTrial(trial, row.tenant_id as string))?.last ?? null) as string | null;
}

type Priced = { provider: string; model: string; serviceType: string };

/** When a call of a model happened last that an adjustment has priced since; from an instant on. */
async function lastAdjusted(
  tx: Transaction,
  { provider, model, serviceType }: Priced,
  from: string,
): Promise<string | null> {
  const [row] = await tx.sql`
    select max(o.occurred_at) as last from usage_breakdown a
    join usage_breakdown o on o.tenant_id = a.tenant_id and o.id = a.adjusts_id
    where a.adjusts_id is not null and a.provider = ${provider} and a.model = ${model}
      and o.service_type = ${serviceType} and not o.own_key and o.occurred_at >= ${from}`;
  return (row?.last ?? null) as string | null;
}

/**
 * When usage of a model was priced last from an instant on, at once or by an adjustment; what is still unpriced and
 * tenants' own keys do not count.
 */
export async function lastPricedUsage(tx: Transaction, of: Priced, from: string): Promise<string | null> {
  const times = [await lastPricedAtOnce(tx, of, from), await lastAdjusted(tx, of, from)];
  return (
    times
      .filter((time) => time !== null)
      .sort()
      .at(-1) ?? null
  );
}

async function lastPricedAtOnce(
  tx: Transaction,
  { provider, model, serviceType }: Priced,
  from: string,
): Promise<string | null> {
  const [last] = await tx.sql`
    select max(day) as day from usage_daily
    where provider = ${provider} and model = ${model} and service_type = ${serviceType} and requests > unpriced_requests
      and day >= ${from}::timestamptz::date - 1`;
  if (!last?.day) return null;
  const [row] = await tx.sql`
    select max(occurred_at) as last from usage_breakdown
    where provider = ${provider} and model = ${model} and service_type = ${serviceType} and not unpriced and not own_key
      and occurred_at >= greatest(${from}::timestamptz, ${last.day as string}::date - interval '1 day')`;
  return (row?.last ?? null) as string | null;
}

/** Refuses a change that begins at or before usage that is already priced. */
export function refuseRepricing(last: string | null): void {
  if (last === null) return;
  const message = `Usage up to ${last} is already priced, and history is never re-priced. Let the change begin after it.`;
  throw new AppError("conflict", "pricing.would_reprice", message, { lastUsageAt: last });
}

/** The instant after another, by a millisecond. */
export function justAfter(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}

/** Whether an error is a broken unique key. */
export function isDuplicate(error: unknown): boolean {
  return (error as { code?: unknown }).code === "23505";
}
