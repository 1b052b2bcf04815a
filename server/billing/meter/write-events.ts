import type { TenantTransaction } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { formatAmount } from "#domain/money/amount.ts";
import type { CrossedMark, Decision, NewRecord, QuotaEvent } from "./decide-group.ts";
import type { GroupState } from "./group-state.ts";

type OutboxRow = { id: string; name: string; payload: Record<string, unknown>; dedupe: string | null };

function markRow(state: GroupState, { alert, mark, spent, record }: CrossedMark) {
  return {
    id: newId(),
    alert: alert.id,
    start: new Date(alert.window.start).toISOString(),
    mark,
    spent: formatAmount(spent),
    budget: formatAmount(alert.budget),
    conversation: record.fact.conversationId ?? null,
    record: record.id,
    at: new Date(state.nowMs).toISOString(),
  };
}

function quotaEventRow({ kind, quota, record }: QuotaEvent): OutboxRow {
  const start = new Date(quota.window.start).toISOString();
  return {
    id: newId(),
    name: kind === "exceeded" ? "quota.exceeded" : "quota.warning",
    payload: {
      quotaId: quota.id,
      periodStart: start,
      used: formatAmount(quota.used),
      limit: formatAmount(quota.limit),
      action: quota.onExceed,
      // Refused only because of what calls in flight may take: it resumes when they took less.
      inFlight: quota.refused !== null && quota.used + quota.refused <= quota.limit,
      conversationId: record?.fact.conversationId ?? null,
    },
    dedupe: null,
  };
}

function unpricedRow(record: NewRecord): OutboxRow {
  const { serviceType, provider, model } = record.fact;
  return {
    id: newId(),
    name: "usage.unpriced",
    payload: { serviceType, provider, model, recordId: record.id },
    // One event a model and day is enough to wake staff.
    dedupe: `unpriced:${record.fact.tenantId}:${serviceType}:${provider}:${model}:${record.day}`,
  };
}

/** Whether a cost in another currency was counted one to one, because nobody entered a rate. */
export function lacksRate({ currency }: Pick<GroupState, "currency">, { priced }: NewRecord): boolean {
  const { price, exchange, providerCost } = priced;
  return price !== null && exchange === null && price.currency !== currency && providerCost > 0n;
}

function missingRateRow({ currency }: GroupState, { fact, priced, month }: NewRecord): OutboxRow {
  const pair = { base: priced.price?.currency ?? "", quote: currency, month: month.slice(0, 7) };
  return {
    id: newId(),
    name: "exchange_rate.missing",
    payload: pair,
    dedupe: `rate-missing:${fact.tenantId}:${pair.base}:${pair.month}`,
  };
}

/** What a group adds to the counters of AI providers, as deltas that are folded later. */
export function counterRows(records: readonly NewRecord[]) {
  const counters = new Map<string, { requests: number; errors: number; tokens: bigint; cost: bigint }>();
  for (const { fact, recorded, priced } of records) {
    if (!fact.aiProviderId) continue;
    const key = `ai_provider ${fact.aiProviderId}`;
    const counted = counters.get(key) ?? { requests: 0, errors: 0, tokens: 0n, cost: 0n };
    counted.requests += 1;
    if (fact.status === "failed") counted.errors += 1;
    if (fact.serviceType === "token") counted.tokens += BigInt(Math.round(recorded.total));
    counted.cost += priced.providerCost;
    counters.set(key, counted);
  }
  return [...counters].flatMap(([key, counted]) => {
    const [type, subject] = key.split(" ");
    const deltas = {
      request_count: String(counted.requests),
      error_count: String(counted.errors),
      token_count: String(counted.tokens),
      total_cost: formatAmount(counted.cost),
    };
    return Object.entries(deltas)
      .filter(([, delta]) => delta !== "0")
      .map(([counter, delta]) => ({ id: newId(), type, subject, counter, delta }));
  });
}

function writeMarks(tx: TenantTransaction, state: GroupState, marks: readonly CrossedMark[]) {
  const rows = JSON.stringify(marks.map((mark) => markRow(state, mark)));
  return tx.sql`
    with x as (
      select * from json_to_recordset(${rows}::json) as x(id uuid, alert uuid, start timestamptz, mark numeric,
        spent numeric, budget numeric, conversation uuid, record uuid, at timestamptz)
    ), fired as (
      insert into cost_alert_events (tenant_id, id, alert_id, period_start, mark, spent, budget, conversation_id,
        record_id, triggered_at)
      select ${tx.tenantId}, id, alert, start, mark, spent, budget, conversation, record, at from x order by id
      on conflict do nothing returning id, alert_id, period_start, mark, spent, budget, conversation_id, triggered_at
    ), counted as (
      update cost_alerts a set trigger_count = a.trigger_count + f.fired, last_triggered_at = f.at
      from (select alert_id, count(*) as fired, max(triggered_at) as at from fired group by alert_id) f
      where a.tenant_id = ${tx.tenantId} and a.id = f.alert_id
    )
    insert into outbox (id, tenant_id, name, payload)
    select id, ${tx.tenantId}, 'cost_alert.triggered', json_build_object('eventId', id, 'alertId', alert_id,
      'mark', mark::text, 'spent', spent::text, 'budget', budget::text, 'conversationId', conversation_id)
    from fired`;
}

type CounterRow = ReturnType<typeof counterRows>[number];

/** Sends counter deltas. */
export function writeCounters(tx: TenantTransaction, counters: readonly CounterRow[]): Promise<unknown> {
  return tx.sql`insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta)
    select ${tx.tenantId}, id, type, subject, counter, delta
    from json_to_recordset(${JSON.stringify(counters)}::json)
      as x(id uuid, type text, subject uuid, counter text, delta numeric)`.execute();
}

/** What happens seldom: marks that fired, quotas that filled, models without a price, counters of AI providers. */
export function writeEvents(
  tx: TenantTransaction,
  state: GroupState,
  decision: Decision,
): Promise<unknown>[] {
  const writes: Promise<unknown>[] = [];
  // After the wide statement, because both touch the alert's row.
  if (decision.marks.length > 0) writes.push(writeMarks(tx, state, decision.marks).execute());
  const unpriced = decision.records.filter((record) => record.priced.unpriced);
  const withoutRate = decision.records.filter((record) => lacksRate(state, record));
  const events = [
    ...decision.quotaEvents.map(quotaEventRow),
    ...unpriced.map(unpricedRow),
    ...withoutRate.map((record) => missingRateRow(state, record)),
  ];
  if (events.length > 0) {
    writes.push(
      tx.sql`insert into outbox (id, tenant_id, name, payload, dedupe_key)
        select id, ${tx.tenantId}, name, payload, dedupe from json_to_recordset(${JSON.stringify(events)}::json)
          as x(id uuid, name text, payload json, dedupe text) on conflict do nothing`.execute(),
    );
  }
  const counters = counterRows(decision.records);
  if (counters.length > 0) writes.push(writeCounters(tx, counters));
  return writes;
}
