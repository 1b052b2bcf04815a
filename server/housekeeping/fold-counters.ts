import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";

/** Where each counter lives. A counter that is not listed is a mistake and stays, visibly, in the delta table. */
const COLUMNS: Readonly<Record<string, { table: string; counters: readonly string[]; seen?: string }>> = {
  channel: { table: "channels", counters: ["message_count"] },
  flow: {
    table: "flows",
    counters: ["execution_count", "success_count", "failure_count", "total_duration_ms"],
  },
  intent: { table: "intents", counters: ["match_count", "confidence_sum"], seen: "last_matched_at" },
  message_template: { table: "message_templates", counters: ["usage_count"] },
};
const PROVIDER = ["request_count", "error_count", "token_count", "total_cost"] as const;
const BATCH = 5_000;

/** One update a table, in the order of keys, so that two folders never wait for each other crosswise. */
async function foldTable(tx: Transaction, subject: string): Promise<void> {
  const target = COLUMNS[subject];
  if (!target) return;
  const sets = target.counters.map(
    (counter) => `${counter} = t.${counter} + coalesce((d.sums ->> '${counter}')::numeric, 0)`,
  );
  if (target.seen) sets.push(`${target.seen} = greatest(t.${target.seen}, d.seen)`);
  await tx.sql.unsafe(`update ${target.table} t set ${sets.join(", ")} from folded d
    where d.subject_type = '${subject}' and t.tenant_id = d.tenant_id and t.id = d.subject_id`);
}

async function foldProviders(tx: Transaction, table: string): Promise<void> {
  const sets = PROVIDER.map(
    (counter) => `${counter} = t.${counter} + coalesce((d.sums ->> '${counter}')::numeric, 0)`,
  );
  await tx.sql.unsafe(`update ${table} t set ${sets.join(", ")}
    from (select subject_id, jsonb_object_agg(counter, total) as sums from (
      select f.subject_id, s.key as counter, sum(s.value::numeric) as total from folded f, jsonb_each_text(f.sums) s
      where f.subject_type = 'ai_provider' group by 1, 2) x group by 1) d
    where t.id = d.subject_id`);
}

async function foldEdges(tx: Transaction): Promise<void> {
  await tx.sql.unsafe(`insert into flow_edge_counts (tenant_id, id, flow_id, version, connection_key, count)
    select f.tenant_id, gen_random_uuid(), f.subject_id, split_part(s.key, ':', 1)::int, substr(s.key, strpos(s.key, ':') + 1), s.value::numeric
    from folded f, jsonb_each_text(f.sums) s where f.subject_type = 'flow_edge'
    on conflict (tenant_id, flow_id, version, connection_key) do update set count = flow_edge_counts.count + excluded.count`);
}

/**
 * Folds appended counter deltas into the rows they count for, oldest first, in one transaction: a delta is gone
 * exactly when its sum is in. Returns how many were folded.
 */
export async function foldCounters(): Promise<number> {
  return withSystem("fold counters", async (tx) => {
    // One folder at a time: two would only wait for each other's rows.
    const [lock] = await tx.sql`select pg_try_advisory_xact_lock(7205318) as mine`;
    if (!lock?.mine) return 0;
    await tx.sql.unsafe(`create temporary table folded on commit drop as
      with taken as (
        delete from counter_deltas where (tenant_id, id) in (select tenant_id, id from counter_deltas order by id limit ${BATCH})
        returning tenant_id, subject_type, subject_id, counter, delta, occurred_at
      ), summed as (
        select tenant_id, subject_type, subject_id, counter, sum(delta) as total, max(occurred_at) as seen, count(*) as n
        from taken group by 1, 2, 3, 4
      )
      select tenant_id, subject_type, subject_id, jsonb_object_agg(counter, total) as sums, max(seen) as seen, sum(n)::int as n
      from summed group by 1, 2, 3 order by 1, 2, 3`);
    const counts = await tx.sql.unsafe(
      "select coalesce(sum(n), 0)::int as n, array_agg(distinct subject_type) as kinds from folded",
    );
    const kinds = (counts[0]?.kinds as string[] | null) ?? [];
    for (const subject of Object.keys(COLUMNS)) if (kinds.includes(subject)) await foldTable(tx, subject);
    if (kinds.includes("flow_edge")) await foldEdges(tx);
    if (kinds.includes("ai_provider")) {
      await foldProviders(tx, "ai_providers");
      await foldProviders(tx, "platform_ai_providers");
    }
    return Number(counts[0]?.n ?? 0);
  });
}
