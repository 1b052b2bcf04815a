import type { TenantTransaction } from "#db/tenant.ts";
import type { AllowanceKind, Included } from "#domain/billing/allowance.ts";
import type { AlertState } from "#domain/billing/cost-alert.ts";
import type { Overage } from "#domain/billing/overage.ts";
import { type Period, type PeriodWindow, periodAt } from "#domain/billing/period.ts";
import type { PlanStretch } from "#domain/billing/plan-at.ts";
import type { QuotaState } from "#domain/billing/quota.ts";
import type { ServiceType } from "#domain/billing/service-type.ts";
import { type Amount, amountFromDatabase } from "#domain/money/amount.ts";
import { stretchesOf } from "../subscriptions/plan-stretches.ts";
import { type QuotaKind, requirePlanQuota } from "./plan-quota.ts";

export type LiveQuota = QuotaState & {
  kind: QuotaKind;
  name: string;
  pauseMessage: string | null;
  window: PeriodWindow;
  /** The row still counts an older (or, after a clock was set back, a newer) window. */
  stale: boolean;
};

export type LiveAlert = AlertState & { name: string; window: PeriodWindow; stale: boolean };

type StoredReservation = { id: string; amount: Amount; quantity: Amount; quotaIds: string[] };

/** Everything a group's decisions are made on, read under the tenant's lock. */
export type GroupState = {
  lastSeq: number;
  timezone: string;
  currency: string;
  pricingVersion: number;
  /** Now on the tenant's clock, which is real time moved by the offset. */
  nowMs: number;
  offsetMs: number;
  planId: string | null;
  /** The plans it had and has, for calls that are recorded late. */
  plans: PlanStretch[];
  included: Included;
  overage: Overage;
  quotas: LiveQuota[];
  alerts: LiveAlert[];
  /** Idempotency keys of this group that exist already. */
  known: Map<string, { recordId: string; payloadHash: string }>;
  /** Reservations that this group ends: named by commits and releases, and expired ones. */
  ended: StoredReservation[];
  allowances: Map<string, Amount>;
  /** Units beyond the allowances that the plan's own rates bill, by the same keys. */
  beyond: Map<string, Amount>;
  closings: Map<string, number>;
  /** The months that allowances and closings were read for. */
  months: ReadonlySet<string>;
};

type Wanted = { commits: number; keyHashes: string[]; reservationIds: string[]; months: string[] };
type QuotaRow = [
  string,
  string,
  string | null,
  QuotaState["measure"],
  Period,
  string,
  string,
  QuotaState["onExceed"],
  string | null,
  string | null,
  "recorded" | "billable",
  string,
  string,
  string,
  boolean,
  boolean,
  string | null,
  QuotaKind,
  string,
  string | null,
];
type AlertRow = [
  string,
  string,
  string | null,
  Period,
  string,
  string[],
  "recorded" | "billable",
  string,
  string,
  string,
];

/** Thrown when a tenant meters for the first time and has no ledger row yet. */
export class LedgerMissing extends Error {}

function readQuota(row: QuotaRow, zone: string, nowMs: number): LiveQuota {
  const [id, name, serviceType, measure, period, limit, warnPercent, onExceed, fallbackModel, pauseMessage] =
    row;
  const [, , , , , , , , , , counts, periodStart, used, reserved, warned, exceeded, refused] = row;
  const [kind, extra, extraFor] = row.slice(17) as [QuotaKind, string, string | null];
  const window = periodAt(period, zone, nowMs);
  const stale = Date.parse(periodStart) !== window.start;
  // What was paid for holds in its own window only.
  const paid = extraFor !== null && Date.parse(extraFor) === window.start ? amountFromDatabase(extra) : 0n;
  return {
    id,
    kind,
    name,
    serviceType: serviceType as ServiceType | null,
    measure,
    warnPercent,
    onExceed,
    fallbackModel,
    pauseMessage,
    counts,
    window,
    stale,
    limit: amountFromDatabase(limit) + paid,
    used: amountFromDatabase(used),
    reserved: amountFromDatabase(reserved),
    warned: warned && !stale,
    exceeded: exceeded && !stale,
    refused: refused === null || stale ? null : amountFromDatabase(refused),
  };
}

function readAlert(row: AlertRow, zone: string, nowMs: number): LiveAlert {
  const [id, name, serviceType, period, budget, marks, counts, periodStart, spent, passedMark] = row;
  const window = periodAt(period, zone, nowMs);
  return {
    id,
    name,
    serviceType: serviceType as ServiceType | null,
    marks,
    counts,
    passedMark,
    window,
    stale: Date.parse(periodStart) !== window.start,
    budget: amountFromDatabase(budget),
    spent: amountFromDatabase(spent),
  };
}

function selectState(tx: TenantTransaction, wanted: Wanted) {
  const { tenantId } = tx;
  return tx.sql`
    with gone as (
      delete from usage_reservations r
      where r.tenant_id = ${tenantId} and r.id in (
        select unnest(${wanted.reservationIds}::uuid[])
        union all
        (select e.id from usage_reservations e where e.tenant_id = ${tenantId} and e.expires_at < now() limit 500))
      returning json_build_array(r.id, r.amount::text, r.quantity::text, r.quota_ids) as row
    )
    select t.currency, t.clock_offset_ms, s.plan_id,
      (select json_agg(json_build_array(h.plan_id, h.started_at, h.ended_at)) from tenant_subscriptions h
        where h.tenant_id = ${tenantId}) as plans, p.included, p.overage, p.limits ->> 'aiRequests' as ai_requests,
      (select version from pricing_state where id = 1) as pricing_version,
      (select json_agg(json_build_array(q.id, q.name, q.service_type, q.measure, q.period, q.limit_amount::text,
          q.warn_percent::text, q.on_exceed, q.fallback_model, q.pause_message, q.counts, q.period_start,
          q.used::text, q.reserved::text, q.warned_at is not null, q.exceeded_at is not null,
          q.refused_amount::text, q.kind, q.extra_amount::text, q.extra_for))
        from (select * from usage_quotas where tenant_id = ${tenantId} and enabled order by id for update) q) as quotas,
      (select json_agg(json_build_array(a.id, a.name, a.service_type, a.period, a.budget::text, a.marks::text[],
          a.counts, a.period_start, a.spent::text, a.passed_mark::text))
        from cost_alerts a where a.tenant_id = ${tenantId} and a.enabled) as alerts,
      (select json_agg(json_build_array(k.key_hash, k.record_id, k.payload_hash)) from usage_keys k
        where k.tenant_id = ${tenantId} and k.key_hash = any(${wanted.keyHashes}::uuid[])) as known,
      (select json_agg(json_build_array(u.month, u.kind, u.used::text, u.beyond::text)) from usage_allowances u
        where u.tenant_id = ${tenantId} and u.month = any(${wanted.months}::date[])) as allowances,
      (select json_agg(json_build_array(b.month, b.closings)) from billing_periods b
        where b.tenant_id = ${tenantId} and b.month = any(${wanted.months}::date[])) as closed,
      (select json_agg(row) from gone) as ended
    from tenants t
    left join tenant_subscriptions s on s.tenant_id = t.id and s.ended_at is null
    left join plans p on p.id = s.plan_id
    where t.id = ${tenantId}`;
}

/**
 * Locks the tenant's ledger (groups with commits only: it gives out the ingest sequence, in commit order) and reads
 * the state. Both statements travel together; the second sees what was committed before the lock was granted.
 */
export async function readGroupState(tx: TenantTransaction, wanted: Wanted): Promise<GroupState> {
  const { tenantId } = tx;
  const locking =
    wanted.commits > 0
      ? tx.sql`update billing_ledgers set last_seq = last_seq + ${wanted.commits} where tenant_id = ${tenantId}
          returning last_seq, timezone`
      : tx.sql`select last_seq, timezone from billing_ledgers where tenant_id = ${tenantId}`;
  const [[ledger], [row]] = await Promise.all([locking, selectState(tx, wanted)]);
  if (!ledger || !row) throw new LedgerMissing("The tenant has no ledger yet.");
  const offsetMs = Number(row.clock_offset_ms);
  const nowMs = Date.now() + offsetMs;
  const zone = ledger.timezone as string;
  const list = <T>(value: unknown) => (value ?? []) as T[];
  const allowances = list<[string, AllowanceKind, string, string]>(row.allowances);
  const quotas = list<QuotaRow>(row.quotas).map((quota) => readQuota(quota, zone, nowMs));
  requirePlanQuota(quotas, row.ai_requests as string | null);
  return {
    lastSeq: Number(ledger.last_seq) - wanted.commits,
    timezone: zone,
    currency: row.currency as string,
    pricingVersion: Number(row.pricing_version),
    nowMs,
    offsetMs,
    planId: row.plan_id as string | null,
    plans: stretchesOf(row.plans),
    included: (row.included ?? {}) as Included,
    overage: (row.overage ?? {}) as Overage,
    quotas,
    alerts: list<AlertRow>(row.alerts).map((alert) => readAlert(alert, zone, nowMs)),
    known: new Map(
      list<[string, string, string]>(row.known).map(([hash, recordId, payload]) => [
        hash,
        { recordId, payloadHash: payload },
      ]),
    ),
    ended: list<[string, string, string, string[]]>(row.ended).map(([id, amount, quantity, quotaIds]) => ({
      id,
      amount: amountFromDatabase(amount),
      quantity: amountFromDatabase(quantity),
      quotaIds,
    })),
    allowances: new Map(
      allowances.map(([month, kind, used]) => [`${month} ${kind}`, amountFromDatabase(used)]),
    ),
    beyond: new Map(
      allowances.map(([month, kind, , over]) => [`${month} ${kind}`, amountFromDatabase(over)]),
    ),
    closings: new Map(list<[string, number]>(row.closed)),
    months: new Set(wanted.months),
  };
}
