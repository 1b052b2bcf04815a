import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { formatAmount } from "#domain/money/amount.ts";
import { currentPricing } from "../pricing-snapshot.ts";
import { type CommitOp, type Decision, decideGroup } from "./decide-group.ts";
import { footingOf, unchanged } from "./footing.ts";
import type { GroupState, LiveQuota } from "./group-state.ts";
import { type Column, Statement } from "./statement.ts";
import { counterRows, lacksRate, writeCounters } from "./write-events.ts";
import { ALERT, allowancePart } from "./write-group.ts";
import { recordParts } from "./write-records.ts";

const UNIQUE_VIOLATION = "23505";

/** The remembered state as it stands for the next commit, or null where something in it has run out. */
function nextState(footing: GroupState, op: CommitOp): GroupState | null {
  const nowMs = Date.now() + footing.offsetMs;
  const runs = (limit: { window: { start: number; end: number } }) =>
    limit.window.start <= nowMs && nowMs < limit.window.end;
  if (!footing.months.has(op.month) || !footing.quotas.every(runs) || !footing.alerts.every(runs))
    return null;
  return {
    ...footing,
    nowMs,
    quotas: footing.quotas.map((quota) => ({ ...quota })),
    alerts: footing.alerts.map((alert) => ({ ...alert })),
    allowances: new Map(footing.allowances),
    beyond: new Map(footing.beyond),
    known: new Map(),
    ended: [],
  };
}

function limitParts(
  s: Statement,
  tenant: string,
  op: CommitOp,
  before: GroupState,
  after: GroupState,
): string[] {
  const parts: string[] = [];
  const used = new Map(before.quotas.map((quota) => [quota.id, quota.used]));
  const quota: readonly Column<LiveQuota>[] = [
    ["id", "uuid", (q) => q.id],
    ["start", "timestamptz", (q) => new Date(q.window.start).toISOString()],
    ["added", "numeric", (q) => formatAmount(q.used - (used.get(q.id) ?? 0n))],
  ];
  const reservationId = op.fact.reservation?.id ?? null;
  if (reservationId !== null) {
    parts.push(`gone as (delete from usage_reservations r using guard
      where r.tenant_id = ${tenant} and r.id = ${s.value(reservationId, "uuid")} returning r.amount, r.quantity, r.quota_ids)`);
  }
  if (after.quotas.length > 0) {
    const freed =
      reservationId === null
        ? "0"
        : `coalesce((select case t.measure when 'money' then g.amount when 'requests' then 1 else g.quantity end from gone g
            where t.id = any(g.quota_ids)), 0)`;
    // Relative, because reservations book room without the ledger's lock.
    parts.push(`counted as (update usage_quotas t
      set used = t.used + case when t.period_start = x.start then x.added else 0 end,
        reserved = greatest(0, t.reserved - ${freed})
      from ${s.rows(after.quotas, quota)} cross join guard where t.tenant_id = ${tenant} and t.id = x.id)`);
  }
  if (after.alerts.length > 0) {
    parts.push(`spent as (update cost_alerts t set spent = x.spent
      from ${s.rows(after.alerts, ALERT)} cross join guard where t.tenant_id = ${tenant} and t.id = x.id)`);
  }
  if (after.allowances.size + after.beyond.size > 0)
    parts.push(`covered as (${allowancePart(s, tenant, after, " cross join guard")})`);
  return parts;
}

function statementOf(
  s: Statement,
  tenantId: TenantId,
  op: CommitOp,
  before: GroupState,
  after: GroupState,
  decision: Decision,
) {
  const tenant = s.value(tenantId, "uuid");
  const guard = `guard as (update billing_ledgers set last_seq = last_seq + 1
    where tenant_id = ${tenant} and last_seq = ${s.value(after.lastSeq, "int8")} and ${unchanged(s, tenant, after)}
    returning last_seq)`;
  const records = recordParts(s, tenant, decision.records, " cross join guard");
  const ctes = [
    guard,
    ...limitParts(s, tenant, op, before, after),
    ...records.map((part, i) => `w${i} as (${part})`),
  ];
  return `with ${ctes.join(",\n")} select last_seq from guard`;
}

/**
 * A lone commit decided on the remembered state and proven in the statement that writes it: nothing is written
 * unless the ledger still stands where it did. Returns null where the proof fails or the record does something
 * rare (crosses a mark, fills a quota, has no price, repeats a key); the general path then decides under the lock.
 */
export async function tryFastCommit(
  tenantId: TenantId,
  op: CommitOp,
): Promise<{ decision: Decision; state: GroupState } | null> {
  const footing = footingOf(tenantId);
  const pricing = await currentPricing();
  if (!footing || footing.pricingVersion !== pricing.version) return null;
  const state = nextState(footing, op);
  if (!state) return null;
  const decision = decideGroup(state, pricing, [op]);
  const [record] = decision.records;
  const plain =
    decision.records.length === 1 && decision.marks.length === 0 && decision.quotaEvents.length === 0;
  if (!plain || !record || record.priced.unpriced || lacksRate(state, record)) return null;
  const s = new Statement();
  const text = statementOf(s, tenantId, op, footing, state, decision);
  let answer: ReturnType<Statement["send"]> | undefined;
  try {
    await withTenant(tenantId, async (tx) => {
      answer = s.send(tx, text);
      answer.catch(() => undefined);
      const counters = counterRows(decision.records);
      // Counters are deltas of their own table, so the guard need not hold for them: they wait for its answer.
      if (counters.length > 0 && (await answer).length > 0) await writeCounters(tx, counters);
    });
  } catch (error) {
    const cause = await answer?.then(() => error).catch((reason: unknown) => reason);
    if ((cause as { code?: string }).code === UNIQUE_VIOLATION) return null;
    throw cause ?? error;
  }
  const held = ((await answer)?.length ?? 0) > 0;
  return held ? { decision, state: { ...state, lastSeq: state.lastSeq + 1 } } : null;
}
