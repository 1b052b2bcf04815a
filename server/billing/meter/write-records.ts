import { formatAmount } from "#domain/money/amount.ts";
import type { NewRecord } from "./decide-group.ts";
import { type Sums, sumBy } from "./roll-up.ts";
import type { Column, Statement } from "./statement.ts";

const hourOf = (time: string) => `${time.slice(0, 13)}:00:00Z`;

function partsOf(record: NewRecord): string {
  return JSON.stringify(
    record.priced.parts.map((p) => [p.part, p.quantity, formatAmount(p.cost), formatAmount(p.price)]),
  );
}

const RECORD: readonly Column<NewRecord>[] = [
  ["id", "uuid", (r) => r.id],
  ["occurred_at", "timestamptz", (r) => r.fact.occurredAt],
  ["ingest_seq", "int8", (r) => r.seq],
  ["usage_day", "date", (r) => r.day],
  ["billing_month", "date", (r) => r.month],
  ["closing", "int2", (r) => r.closing],
  ["own_key", "bool", (r) => r.fact.ownKey ?? false],
  ["unpriced", "bool", (r) => r.priced.unpriced],
  ["key_hash", "uuid", (r) => r.keyHash],
  ["conversation_id", "uuid", (r) => r.fact.conversationId],
  ["message_id", "uuid", (r) => r.fact.messageId],
  ["execution_id", "uuid", (r) => r.fact.executionId],
  ["ai_provider_id", "uuid", (r) => r.fact.aiProviderId],
  ["adjusts_id", "uuid", (r) => r.fact.adjusts?.recordId],
  ["pricing_rule_id", "uuid", (r) => r.priced.rule?.id],
  ["provider_price_id", "uuid", (r) => r.priced.price?.id],
  ["status", "text", (r) => r.fact.status],
  ["service_type", "text", (r) => r.fact.serviceType],
  ["provider", "text", (r) => r.fact.provider],
  ["model", "text", (r) => r.fact.model],
  ["input_quantity", "numeric", (r) => r.recorded.input],
  ["cached_quantity", "numeric", (r) => r.recorded.cached || null],
  ["output_quantity", "numeric", (r) => r.recorded.output || null],
  ["provider_cost", "numeric", (r) => formatAmount(r.priced.providerCost)],
  ["client_price", "numeric", (r) => formatAmount(r.priced.clientPrice)],
  ["covered_quantity", "numeric", (r) => (r.covered > 0n ? formatAmount(r.covered) : null)],
  ["credited_amount", "numeric", (r) => (r.credited > 0n ? formatAmount(r.credited) : null)],
  [
    "billable_price",
    "numeric",
    (r) => (r.billablePrice === r.priced.clientPrice ? null : formatAmount(r.billablePrice)),
  ],
  ["parts", "text", partsOf],
];
const RECORD_NAMES = RECORD.map(([name]) => name).join(", ");
const RECORD_VALUES = RECORD_NAMES.replace(/\bparts$/, "parts::jsonb");

const KEY: readonly Column<NewRecord>[] = [
  ["hash", "uuid", (r) => r.keyHash],
  ["id", "uuid", (r) => r.id],
  ["payload", "uuid", (r) => r.payloadHash],
  ["key", "text", (r) => r.fact.idempotencyKey],
];

const COUNTED: readonly Column<Sums>[] = [
  ["requests", "int", (s) => s.requests],
  ["failed_requests", "int", (s) => s.failed],
  ["input_quantity", "numeric", (s) => formatAmount(s.input)],
  ["cached_quantity", "numeric", (s) => formatAmount(s.cached)],
  ["output_quantity", "numeric", (s) => formatAmount(s.output)],
  ["total_quantity", "numeric", (s) => formatAmount(s.total)],
  ["provider_cost", "numeric", (s) => formatAmount(s.cost)],
  ["client_price", "numeric", (s) => formatAmount(s.price)],
];
const COVERED: readonly Column<Sums>[] = [
  ["covered_quantity", "numeric", (s) => formatAmount(s.covered)],
  ["billable_price", "numeric", (s) => formatAmount(s.billable)],
  ["unpriced_requests", "int", (s) => s.unpriced],
];
const SUBJECT: readonly Column<Sums>[] = [
  ["service_type", "text", (s) => s.first.fact.serviceType],
  ["provider", "text", (s) => s.first.fact.provider],
  ["model", "text", (s) => s.first.fact.model],
];
const DAILY: readonly Column<Sums>[] = [
  ["day", "date", (s) => s.first.day],
  ...SUBJECT,
  ["closing", "int2", (s) => s.first.closing],
  ...COUNTED,
  ...COVERED,
];
const HOURLY: readonly Column<Sums>[] = [
  ["hour", "timestamptz", (s) => hourOf(s.first.fact.occurredAt)],
  ...SUBJECT,
  ...COUNTED,
  ["last_occurred_at", "timestamptz", (s) => s.last],
];

const namesOf = (columns: readonly Column<Sums>[]) => columns.map(([name]) => name).join(", ");
const raise = (columns: readonly Column<Sums>[]) =>
  columns.map(([name]) => `${name} = t.${name} + excluded.${name}`).join(", ");

const DAILY_RAISE = raise([...COUNTED, ...COVERED]);
const HOURLY_RAISE = `${raise(COUNTED)}, last_occurred_at = greatest(t.last_occurred_at, excluded.last_occurred_at)`;

type IdOf = (record: NewRecord) => string | null | undefined;

function totalsOf(records: readonly NewRecord[], serviceType: string, idOf: IdOf) {
  const sums = sumBy(records, (r) => (r.fact.serviceType === serviceType ? idOf(r) : null));
  return new Map(sums.map((s) => [idOf(s.first), formatAmount(s.total)]));
}

function threadColumns(records: readonly NewRecord[], idOf: IdOf): Column<Sums>[] {
  const tokens = totalsOf(records, "token", idOf);
  const voice = totalsOf(records, "voice", idOf);
  return [
    ["id", "uuid", (s) => idOf(s.first)],
    ["tokens", "numeric", (s) => tokens.get(idOf(s.first)) ?? "0"],
    ["seconds", "numeric", (s) => voice.get(idOf(s.first)) ?? "0"],
    ["cost", "numeric", (s) => formatAmount(s.cost)],
    ["price", "numeric", (s) => formatAmount(s.price)],
  ];
}

function addToThreads(s: Statement, tenant: string, records: readonly NewRecord[], guard: string): string[] {
  const conversationOf: IdOf = (r) => r.fact.conversationId;
  const messageOf: IdOf = (r) => r.fact.messageId;
  const conversations = sumBy(records, conversationOf);
  const messages = sumBy(records, messageOf);
  const parts: string[] = [];
  if (conversations.length > 0) {
    parts.push(`update conversations t set tokens_used = t.tokens_used + x.tokens,
      voice_minutes = t.voice_minutes + x.seconds / 60, provider_cost = t.provider_cost + x.cost,
      client_price = t.client_price + x.price, profit = t.profit + x.price - x.cost
      from ${s.rows(conversations, threadColumns(records, conversationOf))}${guard}
      where t.tenant_id = ${tenant} and t.id = x.id`);
  }
  if (messages.length > 0) {
    parts.push(`update messages t set tokens_used = t.tokens_used + x.tokens,
      provider_cost = t.provider_cost + x.cost, client_price = t.client_price + x.price
      from ${s.rows(messages, threadColumns(records, messageOf))}${guard}
      where t.tenant_id = ${tenant} and t.id = x.id`);
  }
  return parts;
}

/**
 * The parts of a group's statement that write its records with their keys, roll-ups and the totals of their
 * conversations and messages; set-based, in one order of tables and keys for every group. `tenant` is a
 * parameter; `guard` joins a CTE without which nothing is written.
 */
export function recordParts(
  s: Statement,
  tenant: string,
  records: readonly NewRecord[],
  guard = "",
): string[] {
  const subject = (r: NewRecord) => `${r.fact.serviceType}\n${r.fact.provider}\n${r.fact.model}`;
  const daily = sumBy(records, (r) => `${r.day}\n${subject(r)}\n${r.closing}`);
  const hourly = sumBy(records, (r) => `${hourOf(r.fact.occurredAt)}\n${subject(r)}`);
  return [
    `insert into usage_breakdown (tenant_id, ${RECORD_NAMES})
      select ${tenant}, ${RECORD_VALUES} from ${s.rows(records, RECORD)}${guard}`,
    `insert into usage_keys (tenant_id, key_hash, record_id, payload_hash, key)
      select ${tenant}, hash, id, payload, key from ${s.rows(records, KEY)}${guard}`,
    `insert into usage_daily as t (tenant_id, ${namesOf(DAILY)})
      select ${tenant}, ${namesOf(DAILY)} from ${s.rows(daily, DAILY)}${guard} where true
      on conflict (tenant_id, day, service_type, provider, model, closing) do update set ${DAILY_RAISE}`,
    `insert into usage_hourly as t (tenant_id, ${namesOf(HOURLY)})
      select ${tenant}, ${namesOf(HOURLY)} from ${s.rows(hourly, HOURLY)}${guard} where true
      on conflict (tenant_id, hour, service_type, provider, model) do update set ${HOURLY_RAISE}`,
    ...addToThreads(s, tenant, records, guard),
  ];
}
