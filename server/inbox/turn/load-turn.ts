import { withTenant } from "#db/tenant.ts";
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

type Facts = Record<string, unknown>;

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

async function runOf(partner: TurnPartner, row: Facts | undefined): Promise<Turn["run"]> {
  if (!row) return null;
  const version = await getFlowVersion(partner.tenantId, String(row.flow_version_id));
  const stored = row.state as {
    visits: Record<string, number>;
    stepsSinceTurn: number;
    tries: number;
    command: Command | null;
    messageId?: string | null;
  };
  const state: RunState = {
    status: row.status as RunState["status"],
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
    executionId: String(row.id),
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

function customerOf(row: Facts): Variables {
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

/** Everything a turn decides on, in one transaction: the conversation, who it is with, its queue, and its run. */
export async function loadTurn(tenantId: TenantId, conversationId: string, now: Date): Promise<Turn | null> {
  const [facts, queue, runs] = await withTenant(tenantId, (tx) =>
    Promise.all([
      tx.sql<Facts[]>`
        select v.status, v.handler, v.channel_id, c.id as customer_id, c.name as customer_name, c.external_id as customer_external_id,
          c.phone as customer_phone, c.email as customer_email, c.language as customer_language, i.address, i.scoped_user_id,
          t.name as tenant_name, t.website, t.timezone, t.status as tenant_status, t.ai_enabled, t.settings
        from conversations v join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
        join tenants t on t.id = v.tenant_id
        left join customer_identities i on i.tenant_id = v.tenant_id and i.id = v.identity_id
        where v.tenant_id = ${tenantId} and v.id = ${conversationId}`,
      tx.sql<Facts[]>`
        select q.id, q.kind, q.message_id, q.payload, m.content, m.format
        from conversation_inbox q left join messages m on m.tenant_id = q.tenant_id and m.id = q.message_id
        where q.tenant_id = ${tenantId} and q.conversation_id = ${conversationId} and q.handled_at is null
        order by q.provider_time, q.arrival`,
      tx.sql<
        Facts[]
      >`select * from flow_executions where tenant_id = ${tenantId} and conversation_id = ${conversationId}
        and status in ('running', 'waiting')`,
    ]),
  );
  const row = facts[0];
  if (!row) return null;
  const channel = await getConnectedChannel(tenantId, String(row.channel_id));
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
    inboundMessageId: text(queue.at(-1)?.message_id),
  };
  const timezone = String(row.timezone);
  return {
    partner,
    handler: String(row.handler),
    status: String(row.status),
    customer: customerOf(row),
    conversation: { id: conversationId, channel: channel.type, local_date: localDate(now, timezone) },
    tenant: { name: String(row.tenant_name), website: text(row.website) },
    tenantStatus: String(row.tenant_status),
    aiEnabled: Boolean(row.ai_enabled),
    settings: row.settings as Record<string, unknown>,
    timezone,
    queue: queue.map((item) => ({
      id: String(item.id),
      kind: String(item.kind),
      messageId: text(item.message_id),
      payload: item.payload as QueueItem["payload"],
      content: text(item.content) ?? "",
      format: text(item.format) ?? "text",
    })),
    run: await runOf(partner, runs[0]),
  };
}
