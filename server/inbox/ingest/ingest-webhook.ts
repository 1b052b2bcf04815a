import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import type { InboundEvent } from "#domain/channels/inbound-event.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { getConnectedChannel, markConnected } from "#server/channels/connected-channel.ts";
import { channelAdapter } from "#server/providers/channels/adapters.ts";
import { clock } from "#server/runtime/clock.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { takeFreshJournal } from "../fresh-journals.ts";
import { type Ingested, type IngestWhere, ingestMessage } from "./ingest-message.ts";
import { ingestCorrection, ingestEcho, ingestIdentityChange, ingestReaction } from "./ingest-side-event.ts";
import { ingestStatus } from "./ingest-status.ts";

const MAX_RACES = 5;
const UNIQUE_VIOLATION = "23505";

type Journal = { body: Buffer; status: string; received_at: string };

async function readJournal(tenantId: TenantId, journalId: string): Promise<Journal | undefined> {
  const fresh = takeFreshJournal(journalId);
  if (fresh) return { body: fresh.body, status: "received", received_at: fresh.receivedAt };
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql<Journal[]>`
    select body, status, received_at from webhook_journal where tenant_id = ${tenantId} and id = ${journalId}`,
  );
  return rows[0];
}

async function settleJournal(tenantId: TenantId, journalId: string, error: string | null): Promise<void> {
  await withTenant(tenantId, (tx) => markJournal(tx, journalId, error));
}

function markJournal(tx: TenantTransaction, journalId: string, error: string | null): Promise<unknown> {
  return tx.sql`update webhook_journal set status = ${error ? "failed" : "processed"}, error = ${error}, processed_at = now()
    where tenant_id = ${tx.tenantId} and id = ${journalId}`;
}

function apply(
  tx: TenantTransaction,
  event: InboundEvent,
  where: IngestWhere,
): Promise<Ingested | undefined> {
  const done = (work: Promise<void>) => work.then(() => undefined);
  switch (event.kind) {
    case "message":
      return ingestMessage(tx, event, where);
    case "status":
      return done(ingestStatus(tx, event, where.channelId));
    case "reaction":
      return done(ingestReaction(tx, event, where));
    case "edit":
    case "revoke":
      return done(ingestCorrection(tx, event, where));
    case "echo":
      return done(ingestEcho(tx, event, where));
    case "identity_changed":
      return done(ingestIdentityChange(tx, event, where));
    case "notice":
      return Promise.resolve(undefined);
  }
}

/** One event in a transaction of its own; a lost race for a unique key is run again and then finds the other's rows. */
async function applyOnce(
  tenantId: TenantId,
  event: InboundEvent,
  where: IngestWhere,
  alone: boolean,
): Promise<Ingested | undefined> {
  for (let race = 0; ; race += 1) {
    try {
      return await withTenant(tenantId, async (tx) => {
        const [result] = await Promise.all([
          apply(tx, event, where),
          // A webhook of one event is done with it, in the same transaction.
          alone && where.journalId ? markJournal(tx, where.journalId, null) : null,
        ]);
        return result;
      });
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code !== UNIQUE_VIOLATION || race >= MAX_RACES) throw error;
    }
  }
}

function parseBody(body: Buffer): { ok: true; payload: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, payload: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) };
  } catch {
    return { ok: false, reason: "The body is not valid JSON." };
  }
}

/** PostgreSQL text cannot hold NUL; a provider's text that does is kept with the replacement character. */
function withoutNul(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload).replaceAll("\\u0000", "\\ufffd"));
}

/**
 * Turns one journalled webhook into rows, exactly once however often it runs, and returns the conversations that got
 * a message. A body that cannot be read is marked failed, told to staff, and can be replayed.
 */
export async function ingestWebhook(input: {
  tenantId: TenantId;
  channelId: string;
  journalId: string;
  leaseOwner: string;
}): Promise<Ingested[]> {
  const { tenantId, channelId, journalId, leaseOwner } = input;
  const [journal, channel, now, offsetMs] = await Promise.all([
    readJournal(tenantId, journalId),
    getConnectedChannel(tenantId, channelId),
    clock.now(tenantId),
    clock.offsetMs(tenantId),
  ]);
  const adapter = channelAdapter(channel.type);
  if (!journal || !adapter) return [];
  const body = parseBody(journal.body);
  if (!body.ok) {
    await settleJournal(tenantId, journalId, body.reason);
    const source = `channel:${channelId}`;
    await recordSystemEvent({
      kind: "webhook.unreadable",
      source,
      severity: 2,
      tenantId,
      message: body.reason,
    });
    return [];
  }
  const where: IngestWhere = { channelId, journalId, now: now.toISOString(), offsetMs, leaseOwner };
  const touched = new Map<string, Ingested>();
  const events = adapter.parse(withoutNul(body.payload), journal.received_at, channel);
  for (const event of events) {
    const result = await applyOnce(tenantId, event, where, events.length === 1);
    if (!result) continue;
    const known = touched.get(result.conversationId);
    touched.set(result.conversationId, { ...result, leased: result.leased || (known?.leased ?? false) });
  }
  if (journal.status !== "processed" && events.length !== 1) await settleJournal(tenantId, journalId, null);
  await markConnected(tenantId, channel);
  return [...touched.values()];
}
