import type { TenantTransaction } from "#db/tenant.ts";
import { formatScaled, parseDecimal } from "#domain/core/decimal.ts";
import { newId } from "#domain/core/id.ts";
import { AMOUNT_DECIMALS, type Amount, formatAmount, parseAmount } from "#domain/money/amount.ts";
import type { Decision, NewRecord } from "./decide-group.ts";
import type { GroupState } from "./group-state.ts";

type Sums = {
  requests: number;
  failed: number;
  unpriced: number;
  input: Amount;
  cached: Amount;
  output: Amount;
  total: Amount;
  cost: Amount;
  price: Amount;
  covered: Amount;
  billable: Amount;
  last: string;
};

const quantity = (value: number): Amount =>
  parseDecimal(value).d === 1n ? BigInt(value) * 10n ** 12n : parseAmount(value);

/** Sums records by a key; the sums are exact and the order of first appearance is kept. */
function sumBy(
  records: readonly NewRecord[],
  keyOf: (record: NewRecord) => string | null,
): Map<string, Sums> {
  const groups = new Map<string, Sums>();
  for (const record of records) {
    const key = keyOf(record);
    if (key === null) continue;
    let sums = groups.get(key);
    if (!sums) {
      sums = {
        requests: 0,
        failed: 0,
        unpriced: 0,
        input: 0n,
        cached: 0n,
        output: 0n,
        total: 0n,
        cost: 0n,
        price: 0n,
        covered: 0n,
        billable: 0n,
        last: record.fact.occurredAt,
      };
      groups.set(key, sums);
    }
    const { recorded, priced, fact } = record;
    sums.requests += 1;
    if (fact.status === "failed") sums.failed += 1;
    if (priced.unpriced) sums.unpriced += 1;
    sums.input += quantity(recorded.input);
    sums.cached += quantity(recorded.cached);
    sums.output += quantity(recorded.output);
    sums.total += quantity(recorded.total);
    sums.cost += priced.providerCost;
    sums.price += priced.clientPrice;
    sums.covered += record.covered;
    sums.billable += record.billablePrice;
    if (Date.parse(fact.occurredAt) > Date.parse(sums.last)) sums.last = fact.occurredAt;
  }
  return groups;
}

function recordRow(record: NewRecord) {
  const { fact, priced, recorded } = record;
  const partly = record.covered > 0n;
  return {
    id: record.id,
    at: fact.occurredAt,
    seq: record.seq,
    day: record.day,
    month: record.month,
    closing: record.closing,
    own: fact.ownKey ?? false,
    unpriced: priced.unpriced,
    hash: record.keyHash,
    payload: record.payloadHash,
    key: fact.idempotencyKey,
    conversation: fact.conversationId ?? null,
    message: fact.messageId ?? null,
    execution: fact.executionId ?? null,
    ai: fact.aiProviderId ?? null,
    rule: priced.rule?.id ?? null,
    price_id: priced.price?.id ?? null,
    status: fact.status,
    type: fact.serviceType,
    provider: fact.provider,
    model: fact.model,
    input: recorded.input,
    cached: recorded.cached || null,
    output: recorded.output || null,
    cost: formatAmount(priced.providerCost),
    price: formatAmount(priced.clientPrice),
    covered: partly ? formatAmount(record.covered) : null,
    billable: partly ? formatAmount(record.billablePrice) : null,
    parts: priced.parts.map((part) => [
      part.part,
      part.quantity,
      formatAmount(part.cost),
      formatAmount(part.price),
    ]),
  };
}

function sumsRow(sums: Sums) {
  return {
    requests: sums.requests,
    failed: sums.failed,
    unpriced: sums.unpriced,
    input: formatAmount(sums.input),
    cached: formatAmount(sums.cached),
    output: formatAmount(sums.output),
    total: formatAmount(sums.total),
    cost: formatAmount(sums.cost),
    price: formatAmount(sums.price),
    covered: formatAmount(sums.covered),
    billable: formatAmount(sums.billable),
    last: sums.last,
  };
}

const hourOf = (time: string) => `${new Date(time).toISOString().slice(0, 13)}:00:00.000Z`;

function dailyRows(records: readonly NewRecord[]) {
  const sums = sumBy(records, (r) =>
    JSON.stringify([r.day, r.fact.serviceType, r.fact.provider, r.fact.model, r.closing]),
  );
  return [...sums].map(([key, sum]) => {
    const [day, type, provider, model, closing] = JSON.parse(key);
    return { day, type, provider, model, closing, ...sumsRow(sum) };
  });
}

function hourlyRows(records: readonly NewRecord[]) {
  const sums = sumBy(records, (r) =>
    JSON.stringify([hourOf(r.fact.occurredAt), r.fact.serviceType, r.fact.provider, r.fact.model]),
  );
  return [...sums].map(([key, sum]) => {
    const [hour, type, provider, model] = JSON.parse(key);
    return { hour, type, provider, model, ...sumsRow(sum) };
  });
}

function threadRows(records: readonly NewRecord[], idOf: (record: NewRecord) => string | null | undefined) {
  const tokens = sumBy(records, (r) => (r.fact.serviceType === "token" ? (idOf(r) ?? null) : null));
  const voice = sumBy(records, (r) => (r.fact.serviceType === "voice" ? (idOf(r) ?? null) : null));
  return [...sumBy(records, (record) => idOf(record) ?? null)]
    .map(([id, sums]) => ({
      id,
      tokens: formatAmount(tokens.get(id)?.total ?? 0n),
      seconds: formatAmount(voice.get(id)?.total ?? 0n),
      cost: formatAmount(sums.cost),
      price: formatAmount(sums.price),
      profit: formatScaled(sums.price - sums.cost, AMOUNT_DECIMALS),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function limitRows(state: GroupState) {
  const quotas = state.quotas.map((quota) => ({
    id: quota.id,
    start: new Date(quota.window.start).toISOString(),
    used: formatAmount(quota.used),
    reserved: formatAmount(quota.reserved),
    warned: quota.warned,
    exceeded: quota.exceeded,
  }));
  const alerts = state.alerts.map((alert) => ({
    id: alert.id,
    start: new Date(alert.window.start).toISOString(),
    spent: formatAmount(alert.spent),
    passed: alert.passedMark,
  }));
  return { quotas, alerts };
}

function writeRecords(tx: TenantTransaction, state: GroupState, records: readonly NewRecord[]) {
  const tenant = tx.tenantId;
  const { alerts } = limitRows(state);
  const allowances = [...state.allowances].map(([key, used]) => {
    const [month, kind] = key.split(" ");
    return { month, kind, used: formatAmount(used), id: newId() };
  });
  return tx.sql`
    with r as (
      select * from json_to_recordset(${JSON.stringify(records.map(recordRow))}::json) as x(
        id uuid, at timestamptz, seq int8, day date, month date, closing int2, own bool, unpriced bool, hash uuid,
        payload uuid, key text, conversation uuid, message uuid, execution uuid, ai uuid, rule uuid, price_id uuid,
        status text, type text, provider text, model text, input numeric, cached numeric, output numeric,
        cost numeric, price numeric, covered numeric, billable numeric, parts jsonb)
    ), records as (
      insert into usage_breakdown (tenant_id, id, occurred_at, ingest_seq, usage_day, billing_month, closing, own_key,
        unpriced, key_hash, conversation_id, message_id, execution_id, ai_provider_id, pricing_rule_id,
        provider_price_id, status, service_type, provider, model, input_quantity, cached_quantity, output_quantity,
        provider_cost, client_price, covered_quantity, billable_price, parts)
      select ${tenant}, id, at, seq, day, month, closing, own, unpriced, hash, conversation, message, execution, ai,
        rule, price_id, status, type, provider, model, input, cached, output, cost, price, covered, billable, parts
      from r
    ), keys as (
      insert into usage_keys (tenant_id, key_hash, record_id, payload_hash, key)
      select ${tenant}, hash, id, payload, key from r
    ), daily as (
      insert into usage_daily as d (tenant_id, day, service_type, provider, model, closing, requests, failed_requests,
        unpriced_requests, input_quantity, cached_quantity, output_quantity, total_quantity, provider_cost,
        client_price, covered_quantity, billable_price)
      select ${tenant}, day, type, provider, model, closing, requests, failed, unpriced, input, cached, output, total,
        cost, price, covered, billable
      from json_to_recordset(${JSON.stringify(dailyRows(records))}::json) as x(
        day date, type text, provider text, model text, closing int2, requests int, failed int, unpriced int,
        input numeric, cached numeric, output numeric, total numeric, cost numeric, price numeric, covered numeric,
        billable numeric)
      on conflict (tenant_id, day, service_type, provider, model, closing) do update set
        requests = d.requests + excluded.requests, failed_requests = d.failed_requests + excluded.failed_requests,
        unpriced_requests = d.unpriced_requests + excluded.unpriced_requests,
        input_quantity = d.input_quantity + excluded.input_quantity,
        cached_quantity = d.cached_quantity + excluded.cached_quantity,
        output_quantity = d.output_quantity + excluded.output_quantity,
        total_quantity = d.total_quantity + excluded.total_quantity,
        provider_cost = d.provider_cost + excluded.provider_cost,
        client_price = d.client_price + excluded.client_price,
        covered_quantity = d.covered_quantity + excluded.covered_quantity,
        billable_price = d.billable_price + excluded.billable_price
    ), hourly as (
      insert into usage_hourly as h (tenant_id, hour, service_type, provider, model, requests, failed_requests,
        input_quantity, cached_quantity, output_quantity, total_quantity, provider_cost, client_price, last_occurred_at)
      select ${tenant}, hour, type, provider, model, requests, failed, input, cached, output, total, cost, price, last
      from json_to_recordset(${JSON.stringify(hourlyRows(records))}::json) as x(
        hour timestamptz, type text, provider text, model text, requests int, failed int, input numeric,
        cached numeric, output numeric, total numeric, cost numeric, price numeric, last timestamptz)
      on conflict (tenant_id, hour, service_type, provider, model) do update set
        requests = h.requests + excluded.requests, failed_requests = h.failed_requests + excluded.failed_requests,
        input_quantity = h.input_quantity + excluded.input_quantity,
        cached_quantity = h.cached_quantity + excluded.cached_quantity,
        output_quantity = h.output_quantity + excluded.output_quantity,
        total_quantity = h.total_quantity + excluded.total_quantity,
        provider_cost = h.provider_cost + excluded.provider_cost,
        client_price = h.client_price + excluded.client_price,
        last_occurred_at = greatest(h.last_occurred_at, excluded.last_occurred_at)
    ), covered as (
      insert into usage_allowances (tenant_id, id, month, kind, used)
      select ${tenant}, id, month, kind, used
      from json_to_recordset(${JSON.stringify(allowances)}::json) as x(id uuid, month date, kind text, used numeric)
      on conflict (tenant_id, month, kind) do update set used = excluded.used
    ), alerted as (
      update cost_alerts a set period_start = x.start, spent = x.spent, passed_mark = x.passed
      from json_to_recordset(${JSON.stringify(alerts)}::json) as x(id uuid, start timestamptz, spent numeric, passed numeric)
      where a.tenant_id = ${tenant} and a.id = x.id
    ), threads as (
      update conversations c set tokens_used = c.tokens_used + x.tokens, provider_cost = c.provider_cost + x.cost,
        client_price = c.client_price + x.price, profit = c.profit + x.profit,
        voice_minutes = c.voice_minutes + x.seconds / 60
      from json_to_recordset(${JSON.stringify(threadRows(records, (r) => r.fact.conversationId))}::json)
        as x(id uuid, tokens numeric, seconds numeric, cost numeric, price numeric, profit numeric)
      where c.tenant_id = ${tenant} and c.id = x.id
    )
    update messages m set tokens_used = m.tokens_used + x.tokens, provider_cost = m.provider_cost + x.cost,
      client_price = m.client_price + x.price
    from json_to_recordset(${JSON.stringify(threadRows(records, (r) => r.fact.messageId))}::json)
      as x(id uuid, tokens numeric, cost numeric, price numeric)
    where m.tenant_id = ${tenant} and m.id = x.id`;
}

function writeQuotas(tx: TenantTransaction, state: GroupState, decision: Decision) {
  const { quotas } = limitRows(state);
  const reservations = decision.reservations.map((reservation) => ({
    id: reservation.id,
    amount: formatAmount(reservation.amount),
    quantity: formatAmount(reservation.quantity),
    quotas: reservation.quotaIds,
    ttl: reservation.request.ttlSeconds ?? 600,
  }));
  return tx.sql`
    with reserved as (
      insert into usage_reservations (tenant_id, id, amount, quantity, quota_ids, expires_at)
      select ${tx.tenantId}, id, amount, quantity, quotas, now() + make_interval(secs => ttl)
      from json_to_recordset(${JSON.stringify(reservations)}::json)
        as x(id uuid, amount numeric, quantity numeric, quotas uuid[], ttl float8)
    )
    update usage_quotas q set period_start = x.start, used = x.used, reserved = x.reserved,
      warned_at = case when x.warned then coalesce(q.warned_at, ${new Date(state.nowMs).toISOString()}) end,
      exceeded_at = case when x.exceeded then coalesce(q.exceeded_at, ${new Date(state.nowMs).toISOString()}) end
    from json_to_recordset(${JSON.stringify(quotas)}::json)
      as x(id uuid, start timestamptz, used numeric, reserved numeric, warned bool, exceeded bool)
    where q.tenant_id = ${tx.tenantId} and q.id = x.id`;
}

/**
 * Sends everything a group writes: one wide statement for the records with their roll-ups and totals, one for quotas
 * and reservations, and others only where something rare happened. The statements travel together.
 */
export function writeGroup(tx: TenantTransaction, state: GroupState, decision: Decision): Promise<unknown>[] {
  const writes: Promise<unknown>[] = [];
  if (decision.records.length > 0) writes.push(writeRecords(tx, state, decision.records).execute());
  if (state.quotas.length > 0) writes.push(writeQuotas(tx, state, decision).execute());
  return writes;
}
