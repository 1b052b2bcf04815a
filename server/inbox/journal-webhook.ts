import { createHash } from "node:crypto";
import { writeTenantAhead } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { DirectoryEntry } from "#server/channels/directory.ts";
import { GroupQueue } from "#server/runtime/group-queue.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { once } from "#server/runtime/process.ts";
import { keepFreshJournal } from "./fresh-journals.ts";

const KEPT_HEADERS = ["content-type", "user-agent", "x-hub-signature-256", "x-request-id"];
// A group of the largest bodies stays below what one statement should carry.
const MAX_GROUP = 32;

type Received = {
  journalId: string;
  channelId: string;
  provider: string;
  deliveryKey: string;
  rawBody: Buffer;
  headers: string;
};

/** Deliveries of one request that came together are one row: a statement may touch a row only once. */
function distinct(items: readonly Received[]): (Received & { deliveries: number })[] {
  const rows = new Map<string, Received & { deliveries: number }>();
  for (const item of items) {
    const key = `${item.channelId}:${item.deliveryKey}`;
    const known = rows.get(key);
    if (known) known.deliveries += 1;
    else rows.set(key, { ...item, deliveries: 1 });
  }
  // In the order of the unique key, so that two processes never wait for each other crosswise.
  return [...rows.keys()].sort().map((key) => rows.get(key) as Received & { deliveries: number });
}

async function write(tenantId: TenantId, items: Received[]): Promise<undefined[]> {
  const rows = distinct(items);
  const all = <K extends keyof Received>(name: K) => rows.map((row) => row[name]);
  await writeTenantAhead(tenantId, (tx) => [
    tx.sql`
    with came as (
      select * from unnest(${all("journalId")}::uuid[], ${all("channelId")}::uuid[], ${all("provider")}::text[],
        ${all("deliveryKey")}::text[], ${rows.map((row) => row.rawBody.toString("base64"))}::text[], ${all("headers")}::text[],
        ${rows.map((row) => row.deliveries)}::int[], ${rows.map(() => newId())}::uuid[])
        as x(id, channel_id, provider, delivery_key, body, headers, deliveries, told_id)
    ), kept as (
      insert into webhook_journal (tenant_id, id, channel_id, provider, delivery_key, body, headers, deliveries)
      select ${tenantId}, id, channel_id, provider, delivery_key, decode(body, 'base64'), headers::jsonb, deliveries from came
      on conflict (tenant_id, channel_id, delivery_key) do update
        set deliveries = webhook_journal.deliveries + excluded.deliveries, last_received_at = now()
      returning id
    )
    insert into outbox (id, tenant_id, name, payload)
    select came.told_id, ${tenantId}, 'webhooks/request.received', json_build_object('tenantId', ${tenantId}::text,
      'channelId', came.channel_id, 'journalId', came.id) from came join kept on kept.id = came.id`,
  ]);
  for (const { journalId, rawBody } of rows) keepFreshJournal(journalId, rawBody);
  wakeRelay();
  return items.map(() => undefined);
}

const journal = () =>
  once(
    "inbox.journal",
    () =>
      new GroupQueue<TenantId, Received, undefined>({ name: "inbox.journal", most: MAX_GROUP, run: write }),
  );

/**
 * Journals a raw request once per delivery and, the first time, tells the turn; both in one transaction, which requests
 * that come at the same time share. Resolves when they are safe.
 */
export async function journalWebhook(
  entry: DirectoryEntry,
  rawBody: Buffer,
  headers: Headers,
): Promise<void> {
  const kept = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : [])),
  );
  await journal().submit(entry.tenantId, {
    journalId: newId(),
    channelId: entry.channelId,
    provider: entry.type,
    deliveryKey: createHash("sha256").update(rawBody).digest("hex"),
    rawBody,
    headers: JSON.stringify(kept),
  });
}
