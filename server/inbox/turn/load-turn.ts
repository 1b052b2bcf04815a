import { type TenantTransaction, writeTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { Command, RunState, Variables } from "#domain/flows/run/state.ts";
import { getConnectedChannel } from "#server/channels/connected-channel.ts";
import { getFlowVersion } from "#server/flows/run/flow-catalogue.ts";
import type { RunHost, TurnPartner } from "#server/flows/run/run-host.ts";

export type QueueItem = {
  id: string;
  kind: string;
  messageId: string | null;
  payload: { buttonId?: string | null; executionId?: string; nodeKey?: string; visit?: number };
  content: string;
  format: string;
};

export type Turn = {
  partner: TurnPartner;
  leaseOwner: string;
  handler: string;
  status: string;
  customer: Variables;
  conversation: Variables;
  tenant: Variables;
  tenantStatus: string;
  aiEnabled: boolean;
  settings: Record<string, unknown>;
  timezone: string;
  queue: QueueItem[];
  run: { host: RunHost; command: Command | null } | null;
};

/** A row of `readTurnFacts`. */
export type TurnFacts = Record<string, unknown>;

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

async function runOf(partner: TurnPartner, row: TurnFacts): Promise<Turn["run"]> {
  if (row.run_id === null) return null;
  const version = await getFlowVersion(partner.tenantId, String(row.flow_version_id));
  const stored = row.state as {
    visits: Record<string, number>;
    stepsSinceTurn: number;
    tries: number;
    command: Command | null;
    messageId?: string | null;
  };
  const state: RunState = {
    status: row.run_status as RunState["status"],
    current: text(row.current_node_key),
    variables: row.variables as Variables,
    visits: stored.visits,
    executed: row.executed_nodes as string[],
    stepCount: Number(row.step_count),
    stepsSinceTurn: stored.stepsSinceTurn,
    tries: stored.tries,
    outcome: text(row.outcome),
    error: text(row.error),
  };
  const host: RunHost = {
    ...partner,
    // Of a run that a dead process left, the message it was at: that one is not in the queue any more.
    inboundMessageId: stored.messageId ?? partner.inboundMessageId,
    executionId: String(row.run_id),
    version,
    state,
    stored: true,
    startedAt: String(row.started_at),
    triggerMessageId: text(row.trigger_message_id),
    startedBy: row.started_by as Record<string, unknown>,
    waitingSince: text(row.waiting_since),
    waitedMs: Number(row.waited_ms),
  };
  return { host, command: stored.command };
}

function customerOf(row: TurnFacts): Variables {
  const pick = (name: string) => (row[name] as string | null) ?? null;
  return {
    id: String(row.customer_id),
    name: pick("customer_name"),
    external_id: pick("customer_external_id"),
    phone: pick("customer_phone"),
    email: pick("customer_email"),
    language: pick("customer_language"),
  };
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** The tenant's calendar date of an instant, `YYYY-MM-DD`. */
export function localDate(now: Date, timezone: string): string {
  let format = dateFormats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", { timeZone: timezone, dateStyle: "short" });
    dateFormats.set(timezone, format);
  }
  return format.format(now);
}

/**
 * Everything a turn decides on, in one statement that is sent at once: the conversation, who it is with, the tenant,
 * the queue in the provider's order, and the run under way.
 */
export async function readTurnFacts(
  tx: TenantTransaction,
  conversationId: string,
): Promise<TurnFacts | null> {
  const { tenantId } = tx;
  const rows = await tx.sql<TurnFacts[]>`
    select v.status, v.handler, v.channel_id, c.id as customer_id, c.name as customer_name, c.external_id as customer_external_id,
      c.phone as customer_phone, c.email as customer_email, c.language as customer_language, i.address, i.scoped_user_id,
      t.name as tenant_name, t.website, t.timezone, t.status as tenant_status, t.ai_enabled, t.settings,
      (select coalesce(json_agg(json_build_array(q.id, q.kind, q.message_id, q.payload, m.content, m.format)
          order by q.provider_time, q.arrival), '[]')
        from conversation_inbox q left join messages m on m.tenant_id = q.tenant_id and m.id = q.message_id
        where q.tenant_id = ${tenantId} and q.conversation_id = ${conversationId} and q.handled_at is null) as queue,
      e.id as run_id, e.flow_version_id, e.status as run_status, e.current_node_key, e.variables, e.state, e.executed_nodes,
      e.step_count, e.outcome, e.error, e.started_at, e.trigger_message_id, e.started_by, e.waiting_since, e.waited_ms
    from conversations v join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
    join tenants t on t.id = v.tenant_id
    left join customer_identities i on i.tenant_id = v.tenant_id and i.id = v.identity_id
    left join flow_executions e on e.tenant_id = v.tenant_id and e.conversation_id = v.id and e.status in ('running', 'waiting')
    where v.tenant_id = ${tenantId} and v.id = ${conversationId}`.execute();
  return rows[0] ?? null;
}

/** `readTurnFacts` in a transaction of its own. */
export async function readTurn(tenantId: TenantId, conversationId: string): Promise<TurnFacts | null> {
  const [facts] = await writeTenant<[TurnFacts | null]>(tenantId, (tx) => [
    readTurnFacts(tx, conversationId),
  ]);
  return facts;
}

type QueueRow = [string, string, string | null, QueueItem["payload"], string | null, string | null];

const toItem = ([id, kind, messageId, payload, content, format]: QueueRow): QueueItem => ({
  id,
  kind,
  messageId,
  payload,
  content: content ?? "",
  format: format ?? "text",
});

/** The turn that these facts stand for: channel opened, run with its version. */
export async function toTurn(
  tenantId: TenantId,
  conversationId: string,
  leaseOwner: string,
  row: TurnFacts,
  now: Date,
): Promise<Turn> {
  const channel = await getConnectedChannel(tenantId, String(row.channel_id));
  const queue = (row.queue as QueueRow[]).map(toItem);
  const partner: TurnPartner = {
    tenantId,
    conversationId,
    channel,
    to: {
      address: text(row.address) ?? "",
      phone: text(row.customer_phone),
      scopedUserId: text(row.scoped_user_id),
    },
    language: text(row.customer_language),
    inboundMessageId: queue.at(-1)?.messageId ?? null,
  };
  const timezone = String(row.timezone);
  return {
    partner,
    leaseOwner,
    handler: String(row.handler),
    status: String(row.status),
    customer: customerOf(row),
    conversation: { id: conversationId, channel: channel.type, local_date: localDate(now, timezone) },
    tenant: { name: String(row.tenant_name), website: text(row.website) },
    tenantStatus: String(row.tenant_status),
    aiEnabled: Boolean(row.ai_enabled),
    settings: row.settings as Record<string, unknown>,
    timezone,
    queue,
    run: await runOf(partner, row),
  };
}
