import { withSystem } from "#db/system.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";

type Row = Record<string, unknown>;
type MailAttachment = { fileName: string; contentType: string; bytes: number; sha256: string };
type PageInput = { limit: number; cursor?: string | undefined };

const text = (row: Row, name: string) => (row[name] as string | null) ?? null;

/** Mail that was sent, or kept in the built-in mailbox, the newest first. */
export async function listMail(input: PageInput & { tenantId?: string | undefined }) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const tenantId = input.tenantId ?? null;
  const rows = await withSystem(
    "list mail",
    (tx) => tx.sql<
      Row[]
    >`select m.*, t.name as tenant_name from mail_messages m left join tenants t on t.id = m.tenant_ref
      where (${tenantId}::uuid is null or m.tenant_ref = ${tenantId}::uuid) and (${after}::uuid is null or m.id < ${after}::uuid)
      order by m.id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], mailView);
}

/** One mail. Throws `not_found`. */
export async function getMail(id: string) {
  const rows = await withSystem(
    "read mail",
    (tx) => tx.sql<Row[]>`select m.*, t.name as tenant_name from mail_messages m
      left join tenants t on t.id = m.tenant_ref where m.id = ${id}`,
  );
  if (!rows[0]) throw notFound("mail");
  return mailView(rows[0]);
}

function mailView(row: Row) {
  return {
    id: String(row.id),
    tenantId: text(row, "tenant_ref"),
    tenantName: text(row, "tenant_name"),
    to: row.recipients as string[],
    from: String(row.sender),
    subject: String(row.subject),
    text: String(row.text_body),
    attachments: row.attachments as MailAttachment[],
    status: String(row.status),
    error: text(row, "error"),
    createdAt: String(row.created_at),
    sentAt: text(row, "sent_at"),
  };
}

const MOST_BODY = 20_000;

function journalView(row: Row) {
  return {
    id: String(row.id),
    tenantId: String(row.tenant_id),
    tenantName: text(row, "tenant_name"),
    channelId: String(row.channel_id),
    channelName: text(row, "channel_name"),
    provider: String(row.provider),
    status: String(row.status),
    deliveries: Number(row.deliveries),
    error: text(row, "error"),
    headers: row.headers as Record<string, string>,
    body: row.body ? Buffer.from(row.body as Uint8Array).toString("utf8") : null,
    receivedAt: String(row.received_at),
    lastReceivedAt: String(row.last_received_at),
    processedAt: text(row, "processed_at"),
  };
}

type JournalFilter = {
  tenantId?: string | undefined;
  channelId?: string | undefined;
  status?: string | undefined;
};

/** Every genuine webhook request as it came, the newest first; of long bodies the beginning. */
export async function listJournal(input: PageInput & JournalFilter) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const { tenantId, channelId, status } = input;
  const rows = await withSystem("list the webhook journal", (tx) => {
    let where = tx.sql`true`;
    if (tenantId) where = tx.sql`${where} and j.tenant_id = ${tenantId}`;
    if (channelId) where = tx.sql`${where} and j.channel_id = ${channelId}`;
    if (status) where = tx.sql`${where} and j.status = ${status}`;
    if (after) where = tx.sql`${where} and j.id < ${after}::uuid`;
    return tx.sql<Row[]>`
      select j.id, j.tenant_id, j.channel_id, j.provider, j.status, j.deliveries, j.error, j.headers, substr(j.body, 1, ${MOST_BODY}) as body,
        j.received_at, j.last_received_at, j.processed_at, t.name as tenant_name, h.name as channel_name
      from webhook_journal j join tenants t on t.id = j.tenant_id
      left join channels h on h.tenant_id = j.tenant_id and h.id = j.channel_id
      where ${where} order by j.id desc limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, (row) => [String(row.id)], journalView);
}

/** One journalled request, whole. Throws `not_found`. */
export async function getJournalEntry(id: string) {
  const rows = await withSystem(
    "read a journal entry",
    (tx) => tx.sql<Row[]>`select j.*, t.name as tenant_name, h.name as channel_name
      from webhook_journal j join tenants t on t.id = j.tenant_id
      left join channels h on h.tenant_id = j.tenant_id and h.id = j.channel_id where j.id = ${id}`,
  );
  if (!rows[0]) throw notFound("webhook_journal");
  return journalView(rows[0]);
}

/** Works a journalled request off again; what it brought before stays one, however often it is played. */
export async function replayJournalEntry(id: string) {
  const entry = await getJournalEntry(id);
  const { tenantId, channelId } = entry;
  await withSystem("replay a webhook", async (tx) => {
    await tx.sql`update webhook_journal set status = 'received', error = null, processed_at = null
      where tenant_id = ${tenantId} and id = ${id}`;
    await appendOutbox(tx, [
      { tenantId, name: "webhooks/request.received", payload: { tenantId, channelId, journalId: id } },
    ]);
  });
  wakeRelay();
  return { ...entry, status: "received", error: null, processedAt: null };
}

const SEVERITIES = ["info", "notice", "warning", "critical"] as const;

function eventView(row: Row) {
  return {
    id: String(row.id),
    tenantId: text(row, "tenant_ref"),
    source: String(row.source),
    kind: String(row.kind),
    severity: SEVERITIES[Number(row.severity)] ?? "info",
    message: String(row.message),
    details: row.details as Record<string, unknown>,
    count: Number(row.count),
    resolvedAt: text(row, "resolved_at"),
    resolvedBy: text(row, "resolved_by"),
    createdAt: String(row.created_at),
    at: String(row.last_seen_at),
  };
}

type EventFilter = { tenantId?: string | undefined; resolved?: boolean | undefined };

/** What the house noticed by itself, the newest first; of one tenant, or of all for staff. */
export async function listSystemEvents(input: PageInput & EventFilter) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const { tenantId, resolved } = input;
  const rows = await withSystem("list system events", (tx) => {
    let where = tx.sql`true`;
    if (tenantId) where = tx.sql`${where} and tenant_ref = ${tenantId}`;
    if (resolved !== undefined) where = tx.sql`${where} and (resolved_at is not null) = ${resolved}`;
    if (after) where = tx.sql`${where} and id < ${after}::uuid`;
    return tx.sql<
      Row[]
    >`select * from system_events where ${where} order by id desc limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, (row) => [String(row.id)], eventView);
}

/** One event; of one tenant, or any for staff. Throws `not_found`. */
export async function getSystemEvent(id: string, tenantId?: string) {
  const rows = await withSystem(
    "read a system event",
    (tx) => tx.sql<Row[]>`select * from system_events
      where id = ${id} and (${tenantId ?? null}::uuid is null or tenant_ref = ${tenantId ?? null}::uuid)`,
  );
  if (!rows[0]) throw notFound("system_events");
  return eventView(rows[0]);
}

/** Marks an event as dealt with. Again changes nothing. Throws `not_found`. */
export async function resolveSystemEvent(id: string, by: string) {
  const rows = await withSystem(
    "resolve a system event",
    (tx) => tx.sql<
      Row[]
    >`update system_events set resolved_at = coalesce(resolved_at, now()), resolved_by = coalesce(resolved_by, ${by})
      where id = ${id} returning *`,
  );
  if (!rows[0]) throw notFound("system_events");
  return eventView(rows[0]);
}
