import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { newId } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";

/** The months of the filled year; the hot tenant's big month is the last but one. */
export const MONTHS = Array.from({ length: 12 }, (_, i) => `2025-${String(i + 1).padStart(2, "0")}`);
export const BIG_MONTH = "2025-11";

export type Filled = { tenants: TenantId[]; hot: TenantId; records: number; seconds: number };

const KINDS = `(values (0, 'token', 'openai', 'gpt-4', 0.03, 0.06), (1, 'token', 'openai', 'gpt-4o-mini', 0.00015, 0.0006),
  (2, 'token', 'anthropic', 'claude-sonnet-4-5', 0.003, 0.015), (3, 'sms', 'twilio', 'sms', 7.9, 0),
  (4, 'token', 'openai', 'gpt-4o', 0.0025, 0.01)) as k(kind, service_type, provider, model, input_rate, output_rate)`;

/**
 * A month's records of tenants, `per` each, evenly over its days: ten records a conversation, two a message. `from` is
 * the ingest sequence that went before.
 */
function fillMonth(tx: Transaction, month: string, tenants: readonly string[], per: number, from: number) {
  const perDay = Math.max(1, Math.ceil(per / 28));
  return tx.sql`
    insert into usage_breakdown (tenant_id, id, occurred_at, ingest_seq, usage_day, billing_month, key_hash, conversation_id,
      message_id, status, service_type, provider, model, input_quantity, cached_quantity, output_quantity, provider_cost,
      client_price, parts)
    select t.id, uuidv7(), at, ${from} + n, at::date, ${`${month}-01`}::date, md5(t.id || '-' || (${from} + n))::uuid,
      md5(t.id || ${month} || n / 10)::uuid, md5(t.id || ${month} || 'm' || n / 2)::uuid, 'succeeded',
      k.service_type, k.provider, k.model, input, 0, output, cost, cost * 1.66,
      jsonb_build_array(jsonb_build_array('input', input, (input * k.input_rate / 1000)::text, (input * k.input_rate * 1.66 / 1000)::text),
        jsonb_build_array('output', output, (output * k.output_rate / 1000)::text, (output * k.output_rate * 1.66 / 1000)::text))
    from unnest(${[...tenants]}::uuid[]) with ordinality as t(id, place)
    cross join lateral generate_series(1, ${per}::int) n
    cross join lateral (select (${`${month}-01`}::timestamp at time zone 'UTC') + ((n - 1) / ${perDay}::int) * interval '1 day'
      + ((n - 1) % ${perDay}::int) * (interval '86399 seconds' / ${perDay}::int) as at) a
    join ${tx.sql.unsafe(KINDS)} on k.kind = n % 5
    cross join lateral (select 100 + n % 50 as input, case when k.service_type = 'token' then 50 else 0 end as output) q
    cross join lateral (select (input * k.input_rate + output * k.output_rate) / 1000 as cost) c`;
}

const ROLL_UPS = [
  `insert into usage_daily (tenant_id, day, service_type, provider, model, requests, input_quantity, output_quantity,
      total_quantity, provider_cost, client_price, billable_price)
    select tenant_id, usage_day, service_type, provider, model, count(*), sum(input_quantity), sum(output_quantity),
      sum(input_quantity + output_quantity), sum(provider_cost), sum(client_price), sum(client_price)
    from usage_breakdown group by 1, 2, 3, 4, 5`,
  `insert into usage_hourly (tenant_id, hour, service_type, provider, model, requests, input_quantity, output_quantity,
      total_quantity, provider_cost, client_price, last_occurred_at)
    select tenant_id, date_trunc('hour', occurred_at), service_type, provider, model, count(*), sum(input_quantity),
      sum(output_quantity), sum(input_quantity + output_quantity), sum(provider_cost), sum(client_price), max(occurred_at)
    from usage_breakdown group by 1, 2, 3, 4, 5`,
  `insert into conversations (tenant_id, id, customer_id, channel_id, session_key, started_at, last_message_at, tokens_used,
      provider_cost, client_price, profit)
    select u.tenant_id, u.conversation_id, c.id, h.id, u.conversation_id::text, min(u.occurred_at), max(u.occurred_at),
      sum(case when u.service_type = 'token' then u.input_quantity + u.output_quantity else 0 end), sum(u.provider_cost),
      sum(u.client_price), sum(u.client_price - u.provider_cost)
    from usage_breakdown u join customers c on c.tenant_id = u.tenant_id join channels h on h.tenant_id = u.tenant_id
    group by u.tenant_id, u.conversation_id, c.id, h.id`,
  `insert into usage_keys (tenant_id, key_hash, record_id, payload_hash, key)
    select tenant_id, key_hash, id, key_hash, 'chatcmpl-' || ingest_seq from usage_breakdown`,
  `insert into billing_ledgers (tenant_id, timezone, last_seq)
    select tenant_id, 'UTC', max(ingest_seq) from usage_breakdown group by 1`,
];

// Indexes are built when the rows are there, as for any bulk load.
const DROP = `alter table usage_breakdown drop constraint usage_breakdown_pkey; drop index usage_breakdown_time_idx;
  drop index usage_breakdown_conversation_idx; alter table usage_keys drop constraint usage_keys_tenant_id_key_hash_pk`;
const BUILD = [
  "alter table usage_breakdown add primary key (tenant_id, id, occurred_at)",
  "create index usage_breakdown_time_idx on usage_breakdown (tenant_id, occurred_at)",
  "create index usage_breakdown_conversation_idx on usage_breakdown (tenant_id, conversation_id) where conversation_id is not null",
  "alter table usage_keys add constraint usage_keys_tenant_id_key_hash_pk primary key (tenant_id, key_hash)",
];

async function addTenants(count: number): Promise<TenantId[]> {
  const ids = Array.from({ length: count }, () => newId());
  await withSystem("bench tenants", async ({ sql }) => {
    await sql`insert into tenants (id, name, slug, status, timezone, currency, billing_email)
      select id, 'Tenant ' || id, 't-' || id, 'active', 'UTC', 'USD', 'billing@example.com' from unnest(${ids}::uuid[]) as t(id)`;
    await sql`insert into customers (tenant_id, id, name) select id, gen_random_uuid(), 'Bench' from unnest(${ids}::uuid[]) as t(id)`;
    await sql`insert into channels (tenant_id, id, type, name) select id, gen_random_uuid(), 'api', 'Bench' from unnest(${ids}::uuid[]) as t(id)`;
  });
  return ids.map(tenantIdFrom);
}

/**
 * Fills a fresh database with a year of usage of many tenants, roll-ups, totals and keys in step with it. One hot
 * tenant has a month of `big` records. `admin` runs statements as the database's owner.
 */
export async function fillUsage(
  admin: (statement: string) => Promise<unknown>,
  size: { records: number; tenants: number; big: number },
): Promise<Filled> {
  const started = performance.now();
  const tenants = await addTenants(size.tenants);
  const [hot, ...others] = tenants as [TenantId, ...TenantId[]];
  const per = Math.max(10, Math.floor((size.records - size.big) / others.length / MONTHS.length));
  await admin(DROP);
  for (const [i, month] of MONTHS.entries()) {
    await admin(`select ensure_usage_partition('${month}-01')`);
    await withSystem("bench fill", async (tx) => {
      await tx.sql`set local synchronous_commit = off`;
      await fillMonth(tx, month, others, per, i * per);
      if (month === BIG_MONTH) await fillMonth(tx, month, [hot], size.big, 0);
    });
  }
  const heavy =
    "set work_mem = '256MB'; set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 2;";
  for (const statement of [...ROLL_UPS, ...BUILD]) await admin(`${heavy} ${statement}`);
  for (const table of ["usage_breakdown", "usage_daily", "usage_hourly", "usage_keys", "conversations"])
    await admin(`vacuum analyze ${table}`);
  const records = per * others.length * MONTHS.length + size.big;
  return { tenants, hot, records, seconds: (performance.now() - started) / 1000 };
}
