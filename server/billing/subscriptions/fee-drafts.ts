import type { TenantTransaction } from "#db/tenant.ts";
import { cyclePeriod, type DaySpan, periodsBeginningIn } from "#domain/billing/billing-cycle.ts";
import type { PeriodWindow } from "#domain/billing/period.ts";
import { shiftDay } from "#domain/billing/period.ts";
import { type FeePart, feeParts, type PlanStretch } from "#domain/billing/proration.ts";
import { cycleOf } from "#domain/billing/subscription.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { type Amount, amountFromDatabase } from "#domain/money/amount.ts";
import { shareToMinor } from "#domain/money/currency.ts";
import { type Subscription, toSubscription } from "./subscription-row.ts";

type Row = Record<string, unknown>;
type Named = Subscription & { planName: string; minimum: Amount };

/** A line for a plan: its fee of a period or of days of it, or days given back. */
export type FeeDraft = {
  kind: "subscription" | "minimum";
  description: string;
  exact: Amount;
  quantity: string;
  fee: { subscriptionId: string; period: string; from: string; to: string } | null;
};

export type Billed = { subscriptionId: string; period: string; amount: Amount };

// What a month is billed for is what was known at its end, whenever its invoice is made.
async function readSubscriptions(tx: TenantTransaction, window: PeriodWindow): Promise<Named[]> {
  const end = new Date(window.end).toISOString();
  const rows = await tx.sql<Row[]>`
    select s.*, p.name as plan_name, p.minimum_commitment from tenant_subscriptions s join plans p on p.id = s.plan_id
    where s.tenant_id = ${tx.tenantId} and s.started_at < ${end} order by s.started_at, s.id`;
  return rows.map((row) => {
    const held = toSubscription(row);
    const ended = held.endedAt !== null && held.endedAt < end;
    const minimum = amountFromDatabase(row.minimum_commitment as string);
    return { ...held, endedAt: ended ? held.endedAt : null, planName: row.plan_name as string, minimum };
  });
}

/** What invoices bill of the fees, by subscription and period. */
export async function readBilled(tx: TenantTransaction): Promise<Billed[]> {
  const rows = await tx.sql`
    select subscription_id, fee_period, sum(amount)::text as amount from invoice_lines
    where tenant_id = ${tx.tenantId} and subscription_id is not null and not voided group by 1, 2`;
  return rows.map((row) => ({
    subscriptionId: row.subscription_id as string,
    period: row.fee_period as string,
    amount: amountFromDatabase(row.amount as string),
  }));
}

/** The days that a subscription is paid for: from the end of its trial, the day of its end belongs to what follows. */
function stretchOf(held: Named, zone: string): PlanStretch {
  const day = (at: string) => localDay(zone, Date.parse(at));
  return {
    id: held.id,
    planId: held.planId,
    fee: held.price,
    firstDay: day(held.trialEndsAt ?? held.startedAt),
    endDay: held.endedAt === null ? null : day(held.endedAt),
  };
}

const chainOf = (held: Named) => `${held.anchorDay} ${cycleOf(held).months}`;

function wordsOf(name: string, part: FeePart | undefined, amount: Amount): string {
  if (!part) return `${name} plan, given back`;
  const span = `${part.firstDay} to ${shiftDay(part.endDay, -1)}`;
  if (amount < 0n) return `${name} plan, reduced to ${span}`;
  return part.days === part.periodDays
    ? `${name} plan, ${span}`
    : `${name} plan, ${span} (${part.days} of ${part.periodDays} days)`;
}

function draftsOfPeriod(
  chain: readonly Named[],
  period: DaySpan,
  billed: readonly Billed[],
  at: { zone: string; currency: string },
): FeeDraft[] {
  const stretches = chain.map((held) => stretchOf(held, at.zone));
  const parts = feeParts(stretches, period, at.currency);
  const before = billed.filter((one) => one.period === period.firstDay);
  const drafts = chain.flatMap((held): FeeDraft[] => {
    const part = parts.find((one) => one.id === held.id);
    const known = before.find((one) => one.subscriptionId === held.id);
    if (!part && !known) return [];
    const exact = (part?.amount ?? 0n) - (known?.amount ?? 0n);
    if (known && exact === 0n) return [];
    return [
      {
        kind: "subscription",
        description: wordsOf(held.planName, part, exact),
        exact,
        quantity: part && part.days !== part.periodDays ? String(part.days) : "1",
        fee: {
          subscriptionId: held.id,
          period: period.firstDay,
          from: part?.firstDay ?? period.firstDay,
          to: part?.endDay ?? period.endDay,
        },
      },
    ];
  });
  // A plan without a fee shows only beside one that has a fee.
  return drafts.some((draft) => draft.exact !== 0n) ? drafts : [];
}

/**
 * The plan's lines of a month: the fee of each period that begins in it, by days where the plan changed, and the
 * difference for earlier periods that were billed before their plan changed. The parts of a period come to its fee.
 */
export async function listFeeDrafts(
  tx: TenantTransaction,
  window: PeriodWindow,
  at: { zone: string; currency: string },
): Promise<FeeDraft[]> {
  const held = await readSubscriptions(tx, window);
  const billed = await readBilled(tx);
  const drafts: FeeDraft[] = [];
  for (const key of new Set(held.map(chainOf))) {
    const chain = held.filter((one) => chainOf(one) === key);
    const [first] = chain;
    if (!first) continue;
    const cycle = cycleOf(first);
    const mine = new Set(chain.map((one) => one.id));
    const known = billed.filter((one) => mine.has(one.subscriptionId) && one.period < window.endDay);
    const earlier = known.map((one) => cyclePeriod(cycle, one.period));
    const periods = new Map(
      [...earlier, ...periodsBeginningIn(cycle, window)].map((one) => [one.firstDay, one]),
    );
    for (const period of [...periods.values()].sort((a, b) => (a.firstDay < b.firstDay ? -1 : 1)))
      drafts.push(...draftsOfPeriod(chain, period, known, at));
  }
  return drafts;
}

/** What is missing to the least that usage comes to in a month, by the days on each plan; null where nothing is. */
export async function findMinimumDraft(
  tx: TenantTransaction,
  window: PeriodWindow,
  usage: Amount,
  at: { zone: string; currency: string },
): Promise<FeeDraft | null> {
  const held = (await readSubscriptions(tx, window)).filter((one) => one.minimum > 0n);
  let least = 0n;
  for (const one of held) {
    const [part] = feeParts([{ ...stretchOf(one, at.zone), fee: one.minimum }], window, at.currency);
    if (part) least += shareToMinor(one.minimum, part.days, part.periodDays, at.currency);
  }
  if (least <= usage) return null;
  const names = [...new Set(held.map((one) => one.planName))].join(", ");
  return {
    kind: "minimum",
    description: `Minimum of the ${names} plan`,
    exact: least - usage,
    quantity: "1",
    fee: null,
  };
}
