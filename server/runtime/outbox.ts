import { AsyncLocalStorage } from "node:async_hooks";
import type { Sql } from "#db/client.ts";
import { createPool, databaseUrl } from "#db/client.ts";
import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { logger } from "./logger.ts";
import { once } from "./process.ts";

/** A fact to be told once its transaction has committed. `dedupeKey`: told once, however often it is appended. */
export type OutboxFact = {
  tenantId: string | null;
  name: string;
  payload: Record<string, unknown>;
  dedupeKey?: string;
};

/** A published fact: numbered per tenant without gaps, in the order of publishing. */
export type PublishedFact = {
  id: string;
  tenantId: string | null;
  number: number | null;
  name: string;
  payload: Record<string, unknown>;
  createdAt: string;
};

export type OutboxEvent = { id: string; name: string; data: Record<string, unknown>; ts: number };

/**
 * Where events go. `deliver` takes them inside the relay's transaction (the embedded executor); `send` takes them
 * over the network while the rows are claimed (a real Inngest server; a repeat carries the same event ids).
 */
export type OutboxSink = {
  knows(name: string): boolean;
  deliver?(sql: Sql, events: OutboxEvent[]): Promise<{ committed(): void; rolledBack(): void }>;
  send?(events: OutboxEvent[]): Promise<void>;
};

const CHANNEL = "aurora_outbox";
const BATCH = 500;
const SWEEP_MS = 1000;
const NOTIFY_MS = 50;
const SOON_MS = 25;
const CLAIM_SECONDS = 30;
const PRUNE_EVERY = 60;

/** Appends facts in the deed's own transaction, in one statement. Returns their ids. Call `wakeRelay` after commit. */
export async function appendOutbox(tx: Transaction, facts: OutboxFact[]): Promise<string[]> {
  if (facts.length === 0) return [];
  const ids = facts.map(() => newId());
  await tx.sql`
    insert into outbox (id, tenant_id, name, payload, dedupe_key)
    select f.id, f.tenant_id, f.name, f.payload::json, f.dedupe_key
    from unnest(${ids}::uuid[], ${facts.map((f) => f.tenantId)}::uuid[], ${facts.map((f) => f.name)}::text[],
      ${facts.map((f) => JSON.stringify(f.payload))}::text[], ${facts.map((f) => f.dedupeKey ?? null)}::text[])
      as f(id, tenant_id, name, payload, dedupe_key)
    on conflict do nothing`;
  return ids;
}

type Row = {
  id: string;
  tenant_id: string | null;
  number: number | null;
  name: string;
  payload: Record<string, unknown>;
  created_at: string;
};

const factOf = (row: Row): PublishedFact => ({
  id: row.id,
  tenantId: row.tenant_id,
  number: row.number,
  name: row.name,
  payload: row.payload,
  createdAt: row.created_at,
});

const eventOf = (row: Row): OutboxEvent => ({
  id: row.id,
  name: row.name,
  data: { ...(row.tenant_id ? { tenantId: row.tenant_id } : {}), ...row.payload },
  ts: Date.parse(row.created_at),
});

/** Numbers and publishes the oldest rows that are nobody's (or, given ids, exactly these). */
async function publish(sql: Sql, ids: string[] | null): Promise<Row[]> {
  const rows = (await sql`
    with picked as materialized (
      select id, tenant_id, created_at from outbox
      where state <> 'published' and ${
        ids ? sql`id = any(${ids}::uuid[])` : sql`(state = 'pending' or claimed_until < clock_timestamp())`
      }
      order by created_at, id limit ${BATCH} for update skip locked
    ), counted as (
      select *, row_number() over (partition by tenant_id order by created_at, id) as place,
        count(*) over (partition by tenant_id) as many
      from picked
    ), grown as (
      insert into outbox_counters (tenant_id, last)
      select tenant_id, count(*) from picked where tenant_id is not null group by tenant_id order by tenant_id
      on conflict (tenant_id) do update set last = outbox_counters.last + excluded.last
      returning tenant_id, last
    )
    update outbox o set state = 'published', published_at = clock_timestamp(), number = g.last - c.many + c.place
    from counted c left join grown g on g.tenant_id = c.tenant_id
    where o.id = c.id
    returning o.id, o.tenant_id, o.number, o.name, o.payload, o.created_at`) as unknown as Row[];
  return rows.sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
}

type Listener = (facts: PublishedFact[]) => void;

/** The relay of this process: takes committed rows out, tells them, keeps them an hour. */
class Relay {
  private sink: OutboxSink | null = null;
  private readonly listeners = new Set<Listener>();
  private wanted = false;
  private running: Promise<void> | null = null;
  private sweeper: NodeJS.Timeout | undefined;
  private rounds = 0;
  private told: string[] = [];
  private telling: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private ears: Sql | null = null;
  /** Runs work in the context that the relay was started in, not in that of the request which woke it. */
  private apart: <T>(work: () => T) => T = (work) => work();
  private readonly instance = newId();

  async start(sink: OutboxSink): Promise<void> {
    this.sink = sink;
    if (this.sweeper) return;
    this.apart = AsyncLocalStorage.snapshot();
    this.sweeper = setInterval(() => this.round(), SWEEP_MS);
    this.ears = createPool(process.env.DATABASE_DIRECT_URL ?? databaseUrl(), {
      max: 1,
      applicationName: "aurora-outbox",
      session: true,
    });
    await this.ears.listen(CHANNEL, (payload) => void this.hear(payload));
    this.wake();
  }

  runs(): boolean {
    return this.sink !== null;
  }

  async stop(): Promise<void> {
    clearInterval(this.sweeper);
    clearTimeout(this.telling);
    clearTimeout(this.soon);
    this.soon = undefined;
    this.sweeper = undefined;
    this.sink = null;
    await this.running;
    await this.ears?.end({ timeout: 1 });
    this.ears = null;
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  wakeSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      this.wake();
    }, SOON_MS);
  }

  wake(): void {
    this.wanted = true;
    if (this.running || !this.sink) return;
    this.running = this.apart(() => this.drain()).finally(() => {
      this.running = null;
      // A wake-up between the last look and this line must not wait for the sweep.
      if (this.wanted) this.wake();
    });
  }

  private round(): void {
    this.rounds += 1;
    this.wake();
    if (this.rounds % PRUNE_EVERY === 0) {
      void pruneOutbox().catch((error: unknown) => logger.warn({ error }, "the outbox was not pruned"));
    }
  }

  private async drain(): Promise<void> {
    while (this.wanted && this.sink) {
      this.wanted = false;
      try {
        const rows = await (this.sink.deliver ? this.relayHere(this.sink) : this.relayAway(this.sink));
        if (rows.length >= BATCH) this.wanted = true;
        if (rows.length > 0) this.tell(rows);
      } catch (error) {
        logger.error({ error }, "the outbox was not relayed");
        return;
      }
    }
  }

  /** Publishing and handing over to the embedded executor are one transaction. */
  private async relayHere(sink: OutboxSink): Promise<Row[]> {
    let delivery: { committed(): void; rolledBack(): void } | undefined;
    try {
      const rows = await withSystem("outbox relay", async (tx) => {
        const published = await publish(tx.sql, null);
        const events = published.filter((row) => sink.knows(row.name)).map(eventOf);
        if (events.length > 0) delivery = await sink.deliver?.(tx.sql, events);
        return published;
      });
      delivery?.committed();
      return rows;
    } catch (error) {
      delivery?.rolledBack();
      throw error;
    }
  }

  /** Claim, send, publish: after a crash in between the same event ids are sent again and counted once. */
  private async relayAway(sink: OutboxSink): Promise<Row[]> {
    const claimed = await withSystem(
      "outbox claim",
      (tx) => tx.sql`
        update outbox set state = 'claimed', claimed_until = clock_timestamp() + ${CLAIM_SECONDS} * interval '1 second'
        where id in (
          select id from outbox
          where state <> 'published' and (state = 'pending' or claimed_until < clock_timestamp())
          order by created_at, id limit ${BATCH} for update skip locked)
        returning id, tenant_id, number, name, payload, created_at`,
    );
    const rows = claimed as unknown as Row[];
    if (rows.length === 0) return [];
    const events = rows.filter((row) => sink.knows(row.name)).map(eventOf);
    if (events.length > 0) await sink.send?.(events);
    return withSystem("outbox publish", (tx) =>
      publish(
        tx.sql,
        rows.map((row) => row.id),
      ),
    );
  }

  private tell(rows: Row[]): void {
    this.emit(rows.map(factOf));
    this.told.push(...rows.map((row) => row.id));
    this.telling ??= setTimeout(() => void this.notifyOthers(), NOTIFY_MS);
  }

  private emit(facts: PublishedFact[]): void {
    for (const listener of this.listeners) {
      try {
        listener(facts);
      } catch (error) {
        logger.error({ error }, "a listener of the outbox failed");
      }
    }
  }

  private async notifyOthers(): Promise<void> {
    this.telling = undefined;
    const ids = this.told.splice(0);
    for (let start = 0; start < ids.length; start += 150) {
      const payload = JSON.stringify([this.instance, ...ids.slice(start, start + 150)]);
      await this.ears?.notify(CHANNEL, payload).catch((error: unknown) => {
        logger.warn({ error }, "other instances were not told");
      });
    }
  }

  private async hear(payload: string): Promise<void> {
    const [instance, ...ids] = JSON.parse(payload) as string[];
    if (instance === this.instance || this.listeners.size === 0) return;
    const rows = await withSystem(
      "outbox of another instance",
      (tx) => tx.sql`
        select id, tenant_id, number, name, payload, created_at from outbox
        where id = any(${ids}::uuid[]) order by tenant_id, number`,
    );
    this.emit((rows as unknown as Row[]).map(factOf));
  }
}

const relay = () => once("outbox.relay", () => new Relay());

/** Begins to relay committed facts to the sink and to listeners of this process. */
export function startRelay(sink: OutboxSink): Promise<void> {
  return relay().start(sink);
}

/** Whether this process relays. */
export function relayRuns(): boolean {
  return relay().runs();
}

/** Lets the running batch finish and stops. */
export function stopRelay(): Promise<void> {
  return relay().stop();
}

/** Call directly after the commit of a transaction that appended facts. Cheap, never throws. */
export function wakeRelay(): void {
  relay().wake();
}

/**
 * Like `wakeRelay`, for facts that only screens wait for: what is appended within a moment is told together. A turn
 * writes several, and each round of the relay costs as much as the write itself.
 */
export function wakeRelaySoon(): void {
  relay().wakeSoon();
}

/** Hears every published fact, of this process at once, of other instances within about 100 ms. */
export function subscribeOutbox(listener: Listener): () => void {
  return relay().subscribe(listener);
}

/** A tenant's facts after a number, oldest first: what a reconnecting stream missed. Kept for an hour. */
export async function listPublishedFacts(
  tenantId: TenantId,
  afterNumber: number,
  limit = 500,
): Promise<PublishedFact[]> {
  const rows = await withSystem(
    "resume a live stream",
    (tx) => tx.sql`
      select id, tenant_id, number, name, payload, created_at from outbox
      where tenant_id = ${tenantId} and number > ${afterNumber} order by number limit ${limit}`,
  );
  return (rows as unknown as Row[]).map(factOf);
}

/** The last number published for a tenant, 0 before the first. */
export async function lastPublishedNumber(tenantId: TenantId): Promise<number> {
  const [row] = await withSystem(
    "live stream position",
    (tx) => tx.sql`select last from outbox_counters where tenant_id = ${tenantId}`,
  );
  return Number(row?.last ?? 0);
}

/** Deletes facts published more than an hour ago. */
export async function pruneOutbox(): Promise<void> {
  await withSystem(
    "outbox prune",
    (tx) => tx.sql`
      delete from outbox where id in (
        select id from outbox where state = 'published' and published_at < clock_timestamp() - interval '1 hour' limit 20000)`,
  );
}
