import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { reconcile } from "#server/billing/reconcile.ts";
import type { Played } from "./customers.ts";
import type { FaultPeers } from "./peers.ts";

export type Evidence = {
  tenantId: TenantId;
  played: Played[];
  acceptedMessages: ReadonlySet<string>;
  peers: FaultPeers;
};

/** What was looked at, how much of it there was, and every way in which it is wrong. */
export type Finding = { what: string; seen: number; wrong: string[] };

const countBy = <T>(items: readonly T[], keyOf: (item: T) => string) => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
};

function checkEnds({ played }: Evidence): Finding {
  const wrong = played
    .filter((one) => one.state !== "completed")
    .map((one) => `${one.phone} is ${one.state}`);
  return { what: "conversations completed", seen: played.length, wrong };
}

async function checkInbound(tx: TenantTransaction, { acceptedMessages }: Evidence): Promise<Finding> {
  const rows =
    await tx.sql`select external_message_id as id, count(*)::int as n, count(j.id)::int as journalled,
      count(m.id)::int as messages
    from channel_messages cm left join webhook_journal j on j.tenant_id = cm.tenant_id and j.id = cm.journal_id
    left join messages m on m.tenant_id = cm.tenant_id and m.id = cm.message_id
    where direction = 'inbound' group by 1`;
  const stored = new Map(rows.map((row) => [String(row.id), row]));
  const wrong = [...acceptedMessages].flatMap((id) => {
    const row = stored.get(id);
    if (!row) return [`${id} was answered 200 and is nowhere`];
    return row.n === 1 && row.journalled === 1 && row.messages === 1 ? [] : [`${id}: ${JSON.stringify(row)}`];
  });
  for (const id of stored.keys()) if (!acceptedMessages.has(id)) wrong.push(`${id} was never sent`);
  return { what: "accepted messages journalled and stored once", seen: acceptedMessages.size, wrong };
}

async function checkOutbound(tx: TenantTransaction, { peers }: Evidence): Promise<Finding> {
  const rows = await tx.sql`
    select coalesce(m.effect_key, m.id::text) as effect, cm.status, cm.uncertain, cm.external_message_id, cm.status_rank,
      array_agg(a.id::text) as attempts
    from channel_messages cm join messages m on m.tenant_id = cm.tenant_id and m.id = cm.message_id
    left join delivery_attempts a on a.tenant_id = cm.tenant_id and a.channel_message_id = cm.id
    where cm.direction = 'outbound' group by 1, 2, 3, 4, 5`;
  const taken = countBy(peers.taken, (message) => message.attemptId);
  const wrong: string[] = [];
  for (const [effect, n] of countBy(rows, (row) => String(row.effect))) {
    if (n > 1) wrong.push(`${effect} has ${n} messages`);
  }
  for (const row of rows) {
    const times = (row.attempts as string[]).reduce((sum, id) => sum + (taken.get(id) ?? 0), 0);
    const state = `${row.effect} is ${row.status}${row.uncertain ? ", uncertain" : ""}`;
    if (times > 1) wrong.push(`${state} and was taken ${times} times by the provider`);
    else if (row.uncertain && times > 0) wrong.push(`${state} although the provider reported it`);
    else if (!row.uncertain && row.status === "sending") wrong.push(`${state} and not shown as uncertain`);
    else if (!row.uncertain && times === 0) wrong.push(`${state} and the provider never saw it`);
  }
  const known = new Set(rows.flatMap((row) => row.attempts as string[]));
  for (const id of taken.keys())
    if (!known.has(id)) wrong.push(`the provider took ${id}, which no attempt row has`);
  return { what: "messages handed over at most once, unknown ones shown", seen: rows.length, wrong };
}

async function checkOrders(tx: TenantTransaction, { played, peers }: Evidence): Promise<Finding> {
  const rows = await tx.sql`select e.id, c.phone from flow_executions e
    join conversations v on v.tenant_id = e.tenant_id and v.id = e.conversation_id
    join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id`;
  const phones = new Map(rows.map((row) => [String(row.id), String(row.phone)]));
  const orders = Object.keys(peers.shop.state.keys).map((key) => phones.get(key.split(":")[0] ?? "") ?? key);
  const counts = countBy(orders, (phone) => phone);
  const wrong = played
    .filter(({ phone }) => counts.get(`+${phone}`) !== 1)
    .map(({ phone }) => `${phone} has ${counts.get(`+${phone}`) ?? 0} orders`);
  const { orders: all } = peers.shop.state;
  if (all.length !== orders.length) wrong.push(`${all.length} orders came with ${orders.length} keys`);
  if (rows.length !== played.length) wrong.push(`${rows.length} runs for ${played.length} conversations`);
  return { what: "one run and one order a conversation", seen: all.length, wrong };
}

async function checkCalls(tx: TenantTransaction, { peers }: Evidence): Promise<Finding> {
  const rows = await tx.sql`
    select a.attempt_key as key, a.status, a.provider, a.task, u.n, u.status as record_status, u.price::float8 as price,
      substring(m.content from '#(\\d{4})') as marker
    from ai_responses a left join lateral (
      select count(*)::int as n, min(u.status) as status, sum(u.client_price) as price from usage_keys k
      join usage_breakdown u on u.tenant_id = k.tenant_id and u.id = k.record_id
      where k.tenant_id = a.tenant_id and k.key = a.attempt_key) u on true
    left join messages m on m.tenant_id = a.tenant_id and m.id = a.message_id`;
  const wrong: string[] = [];
  for (const row of rows) {
    const facts = `${row.key} (${row.status}): ${row.n} records, ${row.record_status}, price ${row.price}`;
    if (row.n !== 1 || row.record_status !== row.status) wrong.push(facts);
    else if (row.status === "unsettled" && row.price !== 0) wrong.push(facts);
    else if (row.status === "succeeded" && row.provider === "openai" && !(Number(row.price) > 0))
      wrong.push(facts);
  }
  const asked = rows.filter((row) => row.provider === "openai");
  const rowsOf = countBy(asked, (row) => `${row.marker}:${row.task}`);
  const answered = countBy(
    asked.filter((row) => row.status === "succeeded"),
    (row) => `${row.marker}:${row.task}`,
  );
  for (const [key, n] of countBy(peers.calls, (call) => `${call.marker}:${call.kind}`)) {
    if ((rowsOf.get(key) ?? 0) < n)
      wrong.push(`${key}: the provider was asked ${n} times, written down are ${rowsOf.get(key)}`);
    if ((answered.get(key) ?? 0) !== 1) wrong.push(`${key}: ${answered.get(key) ?? 0} answered calls`);
  }
  const [records] = await tx.sql`select count(*)::int as n from usage_breakdown`;
  if (records?.n !== rows.length) wrong.push(`${records?.n} usage records for ${rows.length} calls`);
  return { what: "calls with one usage record, unsettled ones at price 0", seen: rows.length, wrong };
}

async function checkRest(tx: TenantTransaction): Promise<Finding> {
  const [row] = await tx.sql`select
    (select count(*)::int from webhook_journal where status <> 'processed') as "unread webhooks",
    (select count(*)::int from conversation_inbox where handled_at is null) as "unhandled queue rows",
    -- One that has run out and holds up nothing is taken by the next message; nobody looks for it.
    (select count(*)::int from conversations v where lease_owner is not null and (lease_expires_at > clock_timestamp()
      or exists (select from conversation_inbox q where q.tenant_id = v.tenant_id and q.conversation_id = v.id and q.handled_at is null)
      or exists (select from flow_executions e where e.tenant_id = v.tenant_id and e.conversation_id = v.id and e.status = 'running')
    )) as "leases that hold something up",
    (select count(*)::int from conversations where status <> 'resolved') as "unresolved conversations",
    (select count(*)::int from connector_logs where status in ('pending', 'uncertain')) as "open connector calls",
    (select count(*)::int from waitpoints where status = 'waiting') as "open waits",
    (select count(*)::int from usage_reservations r where exists (
      select from ai_responses a where a.tenant_id = r.tenant_id and a.estimate ->> 'id' = r.id::text)) as "reservations of ended calls",
    (select count(*)::int from usage_reservations where expires_at > now() + interval '10 minutes') as "lasting reservations",
    (select count(*)::int from early_statuses) as "early statuses",
    (select count(*)::int from conversations v where message_count <> (
      select count(*) from messages m where m.tenant_id = v.tenant_id and m.conversation_id = v.id)) as "wrong message counts"`;
  const wrong = Object.entries(row ?? {}).flatMap(([name, n]) => (Number(n) === 0 ? [] : [`${n} ${name}`]));
  return { what: "nothing left over", seen: Object.keys(row ?? {}).length, wrong };
}

async function checkPlatform(tenantId: TenantId): Promise<Finding[]> {
  const { data, differences } = await reconcile(tenantId);
  const sums = { what: "records = roll-ups = conversations, to the last digit", seen: data.length };
  const wrong = differences === 0 ? [] : data.flatMap((row) => row.differences);
  const [left] = await withSystem(
    "fault run",
    (tx) => tx.sql`select (select count(*)::int from outbox where state <> 'published') as outbox,
      (select count(*)::int from durable_jobs) as jobs`,
  );
  const open = Object.entries(left ?? {}).flatMap(([name, n]) =>
    Number(n) === 0 ? [] : [`${n} left in ${name}`],
  );
  return [
    { ...sums, wrong },
    { what: "outbox and jobs worked off", seen: 2, wrong: open },
  ];
}

/** Lays the rows beside what the peers wrote down. */
export async function checkInvariants(evidence: Evidence): Promise<Finding[]> {
  const { tenantId } = evidence;
  const own = await withTenant(tenantId, async (tx) => [
    await checkInbound(tx, evidence),
    await checkOutbound(tx, evidence),
    await checkOrders(tx, evidence),
    await checkCalls(tx, evidence),
    await checkRest(tx),
  ]);
  return [checkEnds(evidence), ...own, ...(await checkPlatform(tenantId))];
}
