import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { formatAmount, parseAmount } from "#domain/money/amount.ts";

type Home = {
  table: string;
  counters: readonly string[];
  /** Deltas of another name that count for a column too. */
  also?: Readonly<Record<string, string>>;
  /** The column that keeps the time of the newest delta of one name. */
  seen?: { column: string; of: string };
};

/** Where each counter lives. A counter that is not listed is a mistake. */
const HOMES: Readonly<Record<string, Home>> = {
  channel: {
    table: "channels",
    counters: ["message_count"],
    also: { inbound_count: "message_count" },
    seen: { column: "last_inbound_at", of: "inbound_count" },
  },
  flow: {
    table: "flows",
    counters: ["execution_count", "success_count", "failure_count", "total_duration_ms"],
  },
  intent: {
    table: "intents",
    counters: ["match_count", "confidence_sum"],
    seen: { column: "last_matched_at", of: "match_count" },
  },
  message_template: { table: "message_templates", counters: ["usage_count"] },
};
const PROVIDER = ["request_count", "error_count", "token_count", "total_cost"] as const;
const BATCH = 5_000;

type Sum = {
  tenant_id: string;
  subject_type: string;
  subject_id: string;
  counter: string;
  total: string;
  seen: string;
  n: number;
};

/** Takes appended deltas out and sums them; which ones does not matter, so no order is asked for. */
function takeSums(tx: Transaction): Promise<Sum[]> {
  return tx.sql`
    with taken as (
      delete from counter_deltas where ctid = any(array(select ctid from counter_deltas limit ${BATCH}))
      returning tenant_id, subject_type, subject_id, counter, delta, occurred_at
    )
    select tenant_id, subject_type, subject_id, counter, sum(delta) as total, max(occurred_at) as seen, count(*)::int as n
    from taken group by 1, 2, 3, 4 order by 1, 2, 3, 4` as unknown as Promise<Sum[]>;
}

type Subject = { tenantId: string; id: string; seen: string | null; totals: Map<string, string> };

const added = (known: string | undefined, more: string) =>
  known === undefined ? more : formatAmount(parseAmount(known) + parseAmount(more));

function bySubject(sums: readonly Sum[], home: Pick<Home, "also" | "seen"> = {}): Subject[] {
  const subjects = new Map<string, Subject>();
  for (const sum of sums) {
    const key = `${sum.tenant_id}:${sum.subject_id}`;
    const subject = subjects.get(key) ?? {
      tenantId: sum.tenant_id,
      id: sum.subject_id,
      seen: null,
      totals: new Map<string, string>(),
    };
    const column = home.also?.[sum.counter] ?? sum.counter;
    subject.totals.set(column, added(subject.totals.get(column), sum.total));
    if (sum.counter === home.seen?.of) subject.seen = sum.seen;
    subjects.set(key, subject);
  }
  return [...subjects.values()];
}

/** One update a table, in the order of keys, so that two folders never wait for each other crosswise. */
async function raise(
  tx: Transaction,
  table: string,
  counters: readonly string[],
  subjects: readonly Subject[],
  options: { seen?: string | undefined; byTenant: boolean },
): Promise<void> {
  const sets = counters.map((counter) => `${counter} = t.${counter} + d.${counter}`);
  if (options.seen) sets.push(`${options.seen} = greatest(t.${options.seen}, d.seen)`);
  const places = counters.map((_, at) => `$${at + 4}::numeric[]`).join(", ");
  const sameTenant = options.byTenant ? " and t.tenant_id = d.tenant_id" : "";
  await tx.sql.unsafe(
    `update ${table} t set ${sets.join(", ")}
      from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], ${places}) as d(tenant_id, id, seen, ${counters.join(", ")})
      where t.id = d.id${sameTenant}`,
    [
      subjects.map((subject) => subject.tenantId),
      subjects.map((subject) => subject.id),
      subjects.map((subject) => subject.seen),
      ...counters.map((counter) => subjects.map((subject) => subject.totals.get(counter) ?? "0")),
    ],
    { prepare: true },
  );
}

type Edge = { tenantId: string; flowId: string; version: number; key: string; count: number };

/** The lines of each way taken, each as often as the way was gone; a loop counts every passage. */
function edgesOf(paths: readonly Sum[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const { tenant_id: tenantId, subject_id: flowId, counter, total } of paths) {
    const [version, ...keys] = JSON.parse(counter) as [number, ...string[]];
    for (const key of keys) {
      const name = `${flowId}:${version}:${key}`;
      const edge = edges.get(name) ?? { tenantId, flowId, version, key, count: 0 };
      edge.count += Number(total);
      edges.set(name, edge);
    }
  }
  return [...edges.values()];
}

async function raiseEdges(tx: Transaction, edges: readonly Edge[]): Promise<void> {
  await tx.sql`
    insert into flow_edge_counts (tenant_id, id, flow_id, version, connection_key, count)
    select d.tenant_id, gen_random_uuid(), d.flow_id, d.version, d.key, d.count
    from unnest(${edges.map((e) => e.tenantId)}::uuid[], ${edges.map((e) => e.flowId)}::uuid[], ${edges.map((e) => e.version)}::int[],
      ${edges.map((e) => e.key)}::text[], ${edges.map((e) => e.count)}::int8[]) as d(tenant_id, flow_id, version, key, count)
    order by 1, 3, 4, 5
    on conflict (tenant_id, flow_id, version, connection_key) do update set count = flow_edge_counts.count + excluded.count`;
}

/** A provider's counters come from many tenants; it is one row, its tenant's own or the platform's. */
async function raiseProviders(tx: Transaction, sums: readonly Sum[]): Promise<void> {
  const merged = new Map<string, Sum>();
  for (const sum of sums) {
    const key = `${sum.subject_id}:${sum.counter}`;
    const known = merged.get(key);
    if (!known) merged.set(key, { ...sum, tenant_id: sum.subject_id });
    else known.total = added(known.total, sum.total);
  }
  const subjects = bySubject([...merged.values()]);
  await raise(tx, "ai_providers", PROVIDER, subjects, { byTenant: false });
  await raise(tx, "platform_ai_providers", PROVIDER, subjects, { byTenant: false });
}

/**
 * Folds appended counter deltas into the rows they count for, in one transaction: a delta is gone exactly when its sum
 * is in. No temporary table: one a round would make every session of the server read its catalogue anew. Returns how
 * many were folded.
 */
export async function foldCounters(): Promise<number> {
  return withSystem("fold counters", async (tx) => {
    // One folder at a time: two would only wait for each other's rows.
    const [lock] = await tx.sql`select pg_try_advisory_xact_lock(7205318) as mine`;
    if (!lock?.mine) return 0;
    const sums = await takeSums(tx);
    const of = (kind: string) => sums.filter((sum) => sum.subject_type === kind);
    for (const [kind, home] of Object.entries(HOMES)) {
      const subjects = bySubject(of(kind), home);
      const { table, counters, seen } = home;
      if (subjects.length > 0)
        await raise(tx, table, counters, subjects, { seen: seen?.column, byTenant: true });
    }
    const edges = edgesOf(of("flow_path"));
    if (edges.length > 0) await raiseEdges(tx, edges);
    if (of("ai_provider").length > 0) await raiseProviders(tx, of("ai_provider"));
    return sums.reduce((total, sum) => total + sum.n, 0);
  });
}
