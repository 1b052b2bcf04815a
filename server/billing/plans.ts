import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import type { Included } from "#domain/billing/allowance.ts";
import type { Overage } from "#domain/billing/overage.ts";
import { findFinePrices, type planInput, type planPatchInput } from "#domain/billing/plan.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { amountFromDatabase } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { forgetFees } from "./meter/known-fees.ts";
import { isDuplicate, raisePricingVersion } from "./pricing-guard.ts";

type Row = Record<string, unknown>;

/** A plan as the API shows it. */
export function toPlan(row: Row) {
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
    intervalCount: Number(row.interval_count),
    trialDays: Number(row.trial_days),
    included: row.included as Included,
    overage: row.overage as Overage,
    minimumCommitment: money(row.minimum_commitment) ?? "0",
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

/** All plans, or those that may be chosen, oldest first. */
export async function listPlans(input: {
  limit: number;
  cursor?: string | undefined;
  offered?: boolean | undefined;
}): Promise<Page<Plan>> {
  const after = decodeCursor(input.cursor, 1);
  const rows = await withSystem(
    "list plans",
    (tx) => tx.sql`select * from plans where id > ${after?.[0] ?? "00000000-0000-0000-0000-000000000000"}
        and (active or not ${input.offered ?? false}) order by id limit ${input.limit + 1}`,
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
      insert into plans (id, name, code, description, currency, monthly_price, yearly_price, interval, interval_count, trial_days,
        included, overage, minimum_commitment, limits, features)
      values (${id}, ${input.name}, ${input.code}, ${input.description ?? null}, ${input.currency}, ${input.monthlyPrice},
        ${input.yearlyPrice ?? null}, ${input.interval}, ${input.intervalCount}, ${input.trialDays},
        ${JSON.stringify(input.included)}, ${JSON.stringify(input.overage)}, ${input.minimumCommitment},
        ${JSON.stringify(input.limits)}, ${JSON.stringify(input.features)})`;
    return read(tx, id);
  }).catch(codeTaken);
}

/** What stood with what is given over it; null takes away. */
function merged(before: object, patch: object | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null));
}

// A new currency puts every price to the test; otherwise what stood before is left alone.
function refuseFinePrices(before: Plan, patch: z.infer<typeof planPatchInput>): void {
  const currency = patch.currency ?? before.currency;
  const fields = findFinePrices(currency === before.currency ? patch : { ...before, ...patch }, currency);
  if (fields.length === 0) return;
  throw new AppError("invalid", "plans.fraction_of_a_coin", fields[0]?.message ?? "", { fields });
}

/** Changes a plan; what it includes holds for all who have it, a new price for those who choose it from now on. `active: false` hides it from new tenants. Throws `not_found`, `invalid`. */
export async function updatePlan(id: string, patch: z.infer<typeof planPatchInput>): Promise<Plan> {
  return withSystem("change a plan", async (tx) => {
    const before = await read(tx, id);
    refuseFinePrices(before, patch);
    const next = {
      ...before,
      ...patch,
      included: merged(before.included, patch.included),
      overage: merged(before.overage, patch.overage),
      limits: merged(before.limits, patch.limits),
    };
    forgetFees();
    await tx.sql`
      update plans set name = ${next.name}, code = ${next.code}, description = ${next.description ?? null},
        currency = ${next.currency}, monthly_price = ${next.monthlyPrice}, yearly_price = ${next.yearlyPrice ?? null},
        interval = ${next.interval}, interval_count = ${next.intervalCount}, overage = ${JSON.stringify(next.overage)},
        minimum_commitment = ${next.minimumCommitment}, trial_days = ${next.trialDays}, included = ${JSON.stringify(next.included)},
        limits = ${JSON.stringify(next.limits)}, features = ${JSON.stringify(next.features)}, active = ${next.active},
        updated_at = now()
      where id = ${id}`;
    // What a plan includes and allows is part of what every committer decides on.
    await raisePricingVersion(tx);
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
