import { type TenantTransaction, withTenant, writeTenant } from "#db/tenant.ts";
import type { InboundEvent } from "#domain/channels/inbound-event.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { channelHeard } from "#server/channels/channel-state.ts";
import { getConnectedChannel } from "#server/channels/connected-channel.ts";
import { channelAdapter } from "#server/providers/channels/adapters.ts";
import { clock } from "#server/runtime/clock.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { takeFreshJournal } from "../fresh-journals.ts";
import { type Ingested, type IngestWhere, ingestMessage, type SentIngest } from "./ingest-message.ts";
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

const settled = (tx: TenantTransaction, journalId: string, error: string | null) =>
  tx.sql`
    update webhook_journal set status = ${error ? "failed" : "processed"}, error = ${error}, processed_at = now()
    where tenant_id = ${tx.tenantId} and id = ${journalId}`.execute();

async function settleJournal(tenantId: TenantId, journalId: string, error: string | null): Promise<void> {
  await writeTenant(tenantId, (tx) => [settled(tx, journalId, error)]);
}

async function apply(tx: TenantTransaction, event: InboundEvent, where: IngestWhere): Promise<SentIngest> {
  switch (event.kind) {
    case "message":
      return ingestMessage(tx, event, where);
    case "status":
      await ingestStatus(tx, event, where.channelId);
      break;
    case "reaction":
      await ingestReaction(tx, event, where);
      break;
    case "edit":
    case "revoke":
      await ingestCorrection(tx, event, where);
      break;
    case "echo":
      await ingestEcho(tx, event, where);
      break;
    case "identity_changed":
      await ingestIdentityChange(tx, event, where);
      break;
    case "notice":
      break;
  }
  return [Promise.resolve(undefined)];
}

/**
 * One event in a transaction of its own, the webhook's last one with the journal's end in it; a lost race for a unique
 * key is run again and then finds the other's rows.
 */
async function applyOnce(
  tenantId: TenantId,
  event: InboundEvent,
  where: IngestWhere,
  ends: string | null,
): Promise<Ingested | undefined> {
  for (let race = 0; ; race += 1) {
    try {
      const [ingested] = await writeTenant<[Ingested | undefined, ...unknown[]]>(tenantId, async (tx) => {
        const [first, ...others] = await apply(tx, event, where);
        return [first, ...others, ends === null ? null : settled(tx, ends, null)];
      });
      return ingested;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code !== UNIQUE_VIOLATION || race >= MAX_RACES) throw error;
    }
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parseBody(body: Buffer): { ok: true; payload: unknown } | { ok: false; reason: string } {
  try {
    const text = utf8.decode(body);
    const payload: unknown = JSON.parse(text);
    return { ok: true, payload: text.includes("\\u0000") ? withoutNul(payload) : payload };
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
  const events = adapter.parse(body.payload, journal.received_at, channel);
  const ends = journal.status === "processed" ? null : journalId;
  const touched = new Map<string, Ingested>();
  for (const [at, event] of events.entries()) {
    const result = await applyOnce(tenantId, event, where, at === events.length - 1 ? ends : null);
    if (!result) continue;
    const known = touched.get(result.conversationId);
    // What was read before a later message of the same batch is not the whole queue.
    const facts = known ? null : result.facts;
    touched.set(result.conversationId, {
      ...result,
      facts,
      leased: result.leased || (known?.leased ?? false),
    });
  }
  if (events.length === 0 && ends !== null) await settleJournal(tenantId, journalId, null);
  await channelHeard(channel);
  return [...touched.values()];
}
