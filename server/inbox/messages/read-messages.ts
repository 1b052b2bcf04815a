import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { listUsage } from "#server/billing/list-usage.ts";
import type { Actor } from "#server/trpc/context.ts";
import { readConversation, withinReach } from "../conversations/conversation-view.ts";
import { type CallRow, readCalls, sumCalls } from "./message-calls.ts";
import { type MessageRow, messageNames, messageView, selectMessages } from "./message-view.ts";

type PageInput = { limit: number; cursor?: string | undefined };

function callsByMessage(calls: readonly CallRow[]): Map<string, CallRow[]> {
  const byMessage = new Map<string, CallRow[]>();
  for (const call of calls) {
    const id = String(call.for_message_id);
    byMessage.set(id, [...(byMessage.get(id) ?? []), call]);
  }
  return byMessage;
}

/** A conversation's messages, the newest first, the bot's with how many calls led to them and what those cost. */
export async function listMessages(actor: Actor, input: PageInput & { id: string }) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const [rows, calls] = await withTenant(actor.tenantId, async (tx) => {
    await readConversation(tx, actor, input.id);
    const found = await tx.sql<MessageRow[]>`${selectMessages(tx)}
      where m.tenant_id = ${tx.tenantId} and m.conversation_id = ${input.id} and (${after}::int is null or m.position < ${after}::int)
      order by m.position desc limit ${input.limit + 1}`;
    const [newest, oldest] = [found[0], found.at(-1)];
    const behind =
      newest && oldest
        ? await readCalls(tx, input.id, { from: Number(oldest.position), to: Number(newest.position) })
        : [];
    return [found, behind] as const;
  });
  const [names, byMessage] = [await messageNames(actor.tenantId, rows), callsByMessage(calls)];
  return toPage(
    rows,
    input.limit,
    (row) => [Number(row.position)],
    (row) => messageView(row, names, sumCalls(byMessage.get(String(row.id)) ?? [])),
  );
}

/** The calls behind the bot's messages of a page, whichever conversations they belong to. */
async function callsBehind(tx: TenantTransaction, rows: readonly MessageRow[]): Promise<CallRow[]> {
  const spans = new Map<string, { from: number; to: number }>();
  for (const row of rows) {
    if (row.role !== "assistant") continue;
    const [talk, position] = [String(row.conversation_id), Number(row.position)];
    const { from, to } = spans.get(talk) ?? { from: position, to: position };
    spans.set(talk, { from: Math.min(from, position), to: Math.max(to, position) });
  }
  const found = await Promise.all([...spans].map(([talk, span]) => readCalls(tx, talk, span)));
  return found.flat();
}

/** Messages of every conversation within the actor's reach, or of one, the newest first. */
export async function listAllMessages(
  actor: Actor,
  input: PageInput & { conversationId?: string | undefined },
) {
  const { conversationId, ...page } = input;
  if (conversationId) return listMessages(actor, { ...page, id: conversationId });
  const after = decodeCursor(page.cursor, 1)?.[0] ?? null;
  const [rows, calls] = await withTenant(actor.tenantId, async (tx) => {
    const found = await tx.sql<MessageRow[]>`${selectMessages(tx)}
      join conversations v on v.tenant_id = m.tenant_id and v.id = m.conversation_id
      where m.tenant_id = ${tx.tenantId} and ${withinReach(tx, actor)} and (${after}::uuid is null or m.id < ${after}::uuid)
      order by m.id desc limit ${page.limit + 1}`;
    return [found, await callsBehind(tx, found)] as const;
  });
  const [names, byMessage] = [await messageNames(actor.tenantId, rows), callsByMessage(calls)];
  return toPage(
    rows,
    page.limit,
    (row) => [String(row.id)],
    (row) => messageView(row, names, sumCalls(byMessage.get(String(row.id)) ?? [])),
  );
}

/** One message's row with the calls behind it, within the actor's reach. Throws `not_found`. */
export async function readMessage(actor: Actor, id: string) {
  return withTenant(actor.tenantId, async (tx) => {
    const rows = await tx.sql<MessageRow[]>`${selectMessages(tx)}
      join conversations v on v.tenant_id = m.tenant_id and v.id = m.conversation_id
      where m.tenant_id = ${tx.tenantId} and m.id = ${id} and ${withinReach(tx, actor)}`;
    const row = rows[0];
    if (!row) throw notFound("messages");
    const position = Number(row.position);
    const calls =
      row.role === "assistant"
        ? await readCalls(tx, String(row.conversation_id), { from: position, to: position })
        : [];
    return { row, calls };
  });
}

/** One message. Throws `not_found`. */
export async function getMessage(actor: Actor, id: string) {
  const { row, calls } = await readMessage(actor, id);
  return messageView(row, await messageNames(actor.tenantId, [row]), sumCalls(calls));
}

/** The usage records that hang on a message: each record on exactly one, so that messages sum to their conversation. */
export async function listMessageUsage(actor: Actor, input: PageInput & { id: string }) {
  await readMessage(actor, input.id);
  return listUsage(actor, { limit: input.limit, cursor: input.cursor, messageId: input.id });
}

/** How a message reached the customer (or came in): each carrying with its attempts. */
export async function listDeliveries(actor: Actor, input: PageInput & { id: string }) {
  await readMessage(actor, input.id);
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql`
      select cm.*, (select coalesce(json_agg(json_build_object('id', a.id, 'number', a.number, 'startedAt', a.started_at,
          'endedAt', a.ended_at, 'outcome', a.outcome, 'httpStatus', a.http_status, 'errorCode', a.error_code,
          'errorMessage', a.error_message) order by a.number), '[]'::json)
        from delivery_attempts a where a.tenant_id = cm.tenant_id and a.channel_message_id = cm.id) as tries
      from channel_messages cm where cm.tenant_id = ${tx.tenantId} and cm.message_id = ${input.id}
        and (${after}::uuid is null or cm.id > ${after}::uuid) order by cm.id limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], deliveryView);
}

type Attempt = { startedAt: string; endedAt: string | null };

function deliveryView(row: Record<string, unknown>) {
  const text = (name: string) => (row[name] as string | null) ?? null;
  const iso = (time: string | null) => (time === null ? null : new Date(time).toISOString());
  return {
    id: String(row.id),
    messageId: text("message_id"),
    channelId: String(row.channel_id),
    direction: String(row.direction),
    externalMessageId: text("external_message_id"),
    status: String(row.status),
    uncertain: Boolean(row.uncertain),
    recipient: text("recipient"),
    attemptCount: Number(row.attempts),
    errorCode: text("error_code"),
    errorReason: text("error_reason"),
    retryable: row.retryable as boolean | null,
    nextAttemptAt: text("next_attempt_at"),
    queuedAt: text("queued_at"),
    sentAt: text("sent_at"),
    deliveredAt: text("delivered_at"),
    readAt: text("read_at"),
    failedAt: text("failed_at"),
    journalId: text("journal_id"),
    raw: row.raw ?? null,
    attempts: (row.tries as Attempt[]).map((attempt) => ({
      ...attempt,
      startedAt: iso(attempt.startedAt),
      endedAt: iso(attempt.endedAt),
    })),
    createdAt: String(row.created_at),
  };
}
