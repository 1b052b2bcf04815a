import type { TenantTransaction } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { type Amount, formatAmount } from "#domain/money/amount.ts";
import type { Decision, NewReservation } from "./decide-group.ts";
import type { GroupState, LiveAlert, LiveQuota } from "./group-state.ts";
import { type Column, Statement } from "./statement.ts";
import { recordParts } from "./write-records.ts";

const startOf = (limit: LiveQuota | LiveAlert) => new Date(limit.window.start).toISOString();

const QUOTA: readonly Column<LiveQuota>[] = [
  ["id", "uuid", (q) => q.id],
  ["start", "timestamptz", startOf],
  ["used", "numeric", (q) => formatAmount(q.used)],
  ["reserved", "numeric", (q) => formatAmount(q.reserved)],
  ["warned", "bool", (q) => q.warned],
  ["exceeded", "bool", (q) => q.exceeded],
  ["refused", "numeric", (q) => (q.refused === null ? null : formatAmount(q.refused))],
];
const RESERVATION: readonly Column<NewReservation>[] = [
  ["id", "uuid", (r) => r.id],
  ["amount", "numeric", (r) => formatAmount(r.amount)],
  ["quantity", "numeric", (r) => formatAmount(r.quantity)],
  ["quotas", "text", (r) => `{${r.quotaIds.join(",")}}`],
  ["ttl", "float8", (r) => r.request.ttlSeconds ?? 600],
];
/** An alert's running state as columns. */
export const ALERT: readonly Column<LiveAlert>[] = [
  ["id", "uuid", (a) => a.id],
  ["start", "timestamptz", startOf],
  ["spent", "numeric", (a) => formatAmount(a.spent)],
  ["passed", "numeric", (a) => a.passedMark],
];
const ALLOWANCE: readonly Column<{ month: string; kind: string; used: Amount; beyond: Amount }>[] = [
  ["id", "uuid", () => newId()],
  ["month", "date", (a) => a.month],
  ["kind", "text", (a) => a.kind],
  ["used", "numeric", (a) => formatAmount(a.used)],
  ["beyond", "numeric", (a) => formatAmount(a.beyond)],
];

function limitParts(s: Statement, tenant: string, state: GroupState, decision: Decision): string[] {
  const parts: string[] = [];
  if (state.quotas.length > 0) {
    const now = s.value(new Date(state.nowMs).toISOString(), "timestamptz");
    parts.push(`update usage_quotas t set period_start = x.start, used = x.used, reserved = x.reserved,
      warned_at = case when x.warned then coalesce(t.warned_at, ${now}) end,
      exceeded_at = case when x.exceeded then coalesce(t.exceeded_at, ${now}) end,
      refused_amount = x.refused
      from ${s.rows(state.quotas, QUOTA)} where t.tenant_id = ${tenant} and t.id = x.id`);
  }
  if (decision.reservations.length > 0) {
    parts.push(`insert into usage_reservations (tenant_id, id, amount, quantity, quota_ids, expires_at)
      select ${tenant}, id, amount, quantity, quotas::uuid[], now() + make_interval(secs => ttl)
      from ${s.rows(decision.reservations, RESERVATION)}`);
  }
  if (decision.records.length > 0 && state.alerts.length > 0) {
    parts.push(`update cost_alerts t set period_start = x.start, spent = x.spent, passed_mark = x.passed
      from ${s.rows(state.alerts, ALERT)} where t.tenant_id = ${tenant} and t.id = x.id`);
  }
  if (decision.records.length > 0 && state.allowances.size + state.beyond.size > 0) {
    parts.push(allowancePart(s, tenant, state));
  }
  return parts;
}

/** The part that keeps how much of each allowance is used; `guard` joins a CTE without which nothing is written. */
export function allowancePart(s: Statement, tenant: string, state: GroupState, guard = ""): string {
  const { allowances, beyond } = state;
  const rows = [...new Set([...allowances.keys(), ...beyond.keys()])].map((key) => {
    const [month = "", kind = ""] = key.split(" ");
    return { month, kind, used: allowances.get(key) ?? 0n, beyond: beyond.get(key) ?? 0n };
  });
  return `insert into usage_allowances (tenant_id, id, month, kind, used, beyond)
    select ${tenant}, id, month, kind, used, beyond from ${s.rows(rows, ALLOWANCE)}${guard} where true
    on conflict (tenant_id, month, kind) do update set used = excluded.used, beyond = excluded.beyond`;
}

/** Sends everything a group writes as one statement of data-modifying CTEs: only what there is something for. */
export function writeGroup(tx: TenantTransaction, state: GroupState, decision: Decision): Promise<unknown>[] {
  const s = new Statement();
  if (decision.records.length === 0 && decision.reservations.length === 0 && state.quotas.length === 0)
    return [];
  const tenant = s.value(tx.tenantId, "uuid");
  const parts = limitParts(s, tenant, state, decision);
  if (decision.records.length > 0) parts.push(...recordParts(s, tenant, decision.records));
  const last = parts.pop();
  if (last === undefined) return [];
  const ctes = parts.map((part, i) => `w${i} as (${part})`).join(",\n");
  return [s.send(tx, ctes ? `with ${ctes}\n${last}` : last)];
}
