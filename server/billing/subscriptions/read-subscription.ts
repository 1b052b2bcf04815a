import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { monthOf } from "#domain/billing/period.ts";
import { runningPeriod } from "#domain/billing/subscription.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, amountFromDatabase, formatAmount, parseAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { type BillingNow, billingNow } from "../limit-window.ts";
import { listPlanLimits } from "../plan-limits.ts";
import { toPlan } from "../plans.ts";
import { toSubscription } from "./subscription-row.ts";

type Row = Record<string, unknown>;

/** A subscription as the API shows it. */
function subscriptionView(row: Row, { zone, nowMs }: BillingNow) {
  const held = toSubscription(row);
  const plan = toPlan(row.plan as Row);
  const period = held.endedAt === null ? runningPeriod(held, zone, nowMs) : null;
  return {
    id: held.id,
    status: held.status,
    interval: held.interval as string,
    intervalCount: held.intervalCount,
    price: formatMinor(held.price, plan.currency),
    currency: plan.currency,
    startedAt: held.startedAt,
    trialEndsAt: held.trialEndsAt,
    currentPeriodStart: period?.start ?? null,
    currentPeriodEnd: period?.end ?? null,
    autoRenew: held.autoRenew,
    cancelAtPeriodEnd: held.cancelAtPeriodEnd,
    pendingPlanId: held.pendingPlanId,
    cancelledAt: held.cancelledAt,
    endedAt: held.endedAt,
    endReason: held.endReason,
    plan,
  };
}

/** Without a plan nothing is included and every use is billed at its price. */
const NONE = {
  id: null,
  status: "none",
  interval: null,
  intervalCount: null,
  price: null,
  currency: null,
  startedAt: null,
  trialEndsAt: null,
  currentPeriodStart: null,
  currentPeriodEnd: null,
  autoRenew: false,
  cancelAtPeriodEnd: false,
  pendingPlanId: null,
  cancelledAt: null,
  endedAt: null,
  endReason: null,
  plan: null,
};

const select = (tx: TenantTransaction) => tx.sql`
  select s.*, to_jsonb(p) || jsonb_build_object('monthly_price', p.monthly_price::text, 'yearly_price', p.yearly_price::text,
    'minimum_commitment', p.minimum_commitment::text) as plan
  from tenant_subscriptions s join plans p on p.id = s.plan_id where s.tenant_id = ${tx.tenantId}`;

type Used = { units: Record<string, number>; credit: Amount };

async function readUsed(tx: TenantTransaction, month: string): Promise<Used> {
  const rows = await tx.sql`select kind, used from usage_allowances
    where tenant_id = ${tx.tenantId} and month = ${month}`;
  const credit = rows.find((row) => row.kind === "credit")?.used as string | undefined;
  const units = rows
    .filter((row) => row.kind !== "credit")
    .map((row) => [
      row.kind as string,
      row.kind === "voiceMinutes" ? Number(row.used) / 60 : Number(row.used),
    ]);
  return { units: Object.fromEntries(units), credit: amountFromDatabase(credit ?? "0") };
}

/** The plan's money credit: what there is of it this month, what usage has drawn, what is left. */
function creditView(included: string | undefined, drawn: Amount) {
  if (included === undefined) return null;
  const whole = parseAmount(included);
  const left = whole > drawn ? whole - drawn : 0n;
  return { included: formatAmount(whole), used: formatAmount(drawn), left: formatAmount(left) };
}

/**
 * The tenant's plan with what is included, used and left this month. One that has ended is shown as it ended and
 * includes nothing any more; status `none` where there never was one.
 */
export function getSubscription(tenantId: TenantId) {
  return withTenant(tenantId, (tx) => readSubscription(tx));
}

/** The same within a deed's transaction. */
export async function readSubscription(tx: TenantTransaction) {
  const now = await billingNow(tx);
  const [row] = await tx.sql<Row[]>`${select(tx)} order by s.ended_at desc nulls first, s.id desc limit 1`;
  const shown = row ? subscriptionView(row, now) : NONE;
  const plan = shown.endedAt === null ? shown.plan : null;
  const month = monthOf(localDay(now.zone, now.nowMs));
  const { units: used, credit: drawn } = await readUsed(tx, month);
  const { credit, ...units } = plan?.included ?? {};
  const included: Record<string, number> = units;
  const left = Object.fromEntries(
    Object.entries(included).map(([kind, units]) => [kind, Math.max(0, units - (used[kind] ?? 0))]),
  );
  return {
    ...shown,
    used: plan ? used : {},
    included,
    left,
    credit: creditView(credit, drawn),
    limits: await listPlanLimits(tx, plan?.limits ?? {}, month),
  };
}

/** All subscriptions of a tenant, the latest first. */
export async function listSubscriptions(
  tenantId: TenantId,
  input: { limit: number; cursor?: string | undefined },
) {
  const [at, id = ""] = decodeCursor(input.cursor, 2) ?? [];
  return withTenant(tenantId, async (tx) => {
    const now = await billingNow(tx);
    const after = at ? tx.sql`and (s.started_at, s.id) < (${at}::timestamptz, ${id}::uuid)` : tx.sql``;
    const rows = await tx.sql<
      Row[]
    >`${select(tx)} ${after} order by s.started_at desc, s.id desc limit ${input.limit + 1}`;
    const keyOf = (row: Row) => [row.started_at as string, row.id as string];
    return toPage(rows, input.limit, keyOf, (row) => subscriptionView(row, now));
  });
}
