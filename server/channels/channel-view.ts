import type { PendingQuery, Row } from "postgres";
import type { TenantTransaction } from "#db/tenant.ts";
import { channelHealth } from "#domain/channels/channel-health.ts";
import { CHANNEL_ADDRESS, CHANNEL_REQUIRED, type ChannelType } from "#domain/channels/channel-input.ts";
import { notFound } from "#domain/core/app-error.ts";
import { idFloor } from "#domain/core/id.ts";
import { env } from "#server/runtime/env.ts";

export type ChannelRow = Record<string, unknown>;

const HOUR_MS = 3_600_000;

/**
 * Channels with what the last hour brought them, `where` (with an order and a limit if wanted) said of the alias `c`. Rows of an hour are found by their ids,
 * which begin with the time.
 */
export function selectChannels(tx: TenantTransaction, where: PendingQuery<Row[]>) {
  const { tenantId } = tx;
  const from = idFloor(Date.now() - HOUR_MS);
  return tx.sql<ChannelRow[]>`
    with shown as materialized (select c.* from channels c where c.tenant_id = ${tenantId} and ${where}),
    deliveries as (
      select m.channel_id, count(*)::int as sent, count(*) filter (where m.status = 'failed')::int as failed,
        count(*) filter (where m.uncertain)::int as uncertain
      from channel_messages m join shown c on c.id = m.channel_id
      where m.tenant_id = ${tenantId} and m.id >= ${from}::uuid and m.direction = 'outbound' and m.created_at >= c.status_changed_at
      group by m.channel_id
    ), webhooks as (
      select j.channel_id, count(*)::int as failed from webhook_journal j
      where j.tenant_id = ${tenantId} and j.received_at > now() - interval '1 hour' and j.status = 'failed'
      group by j.channel_id
    )
    select c.*, coalesce(d.sent, 0) as hour_sent, coalesce(d.failed, 0) as hour_failed, coalesce(d.uncertain, 0) as hour_uncertain,
      coalesce(w.failed, 0) as failed_webhooks
    from shown c left join deliveries d on d.channel_id = c.id left join webhooks w on w.channel_id = c.id
    order by c.id desc`;
}

/** One channel in service, as `selectChannels` gives it. Throws `not_found`. */
export async function readChannel(tx: TenantTransaction, id: string): Promise<ChannelRow> {
  const [row] = await selectChannels(tx, tx.sql`c.id = ${id} and c.archived_at is null`);
  if (!row) throw notFound("channels");
  return row;
}

function healthOf(row: ChannelRow) {
  return channelHealth({
    status: String(row.status),
    sent: Number(row.hour_sent),
    failed: Number(row.hour_failed),
    failedWebhooks: Number(row.failed_webhooks),
  });
}

/** A channel as the API shows it: secrets as masked tails only, the webhook address absolute. */
export function channelView(row: ChannelRow) {
  const type = String(row.type) as ChannelType;
  return {
    id: String(row.id),
    type,
    name: String(row.name),
    status: String(row.status),
    health: healthOf(row),
    statusChangedAt: String(row.status_changed_at),
    lastError: (row.last_error as string | null) ?? null,
    lastErrorAt: (row.last_error_at as string | null) ?? null,
    settings: { ...(row.settings as object), ...(row.secret_tails as object) } as Record<string, string>,
    webhookUrl: CHANNEL_ADDRESS[type] ? `${env().appUrl}/api/webhooks/${type}/${row.id}` : null,
    botEnabled: Boolean(row.bot_enabled),
    paused: row.paused_at !== null,
    messageCount: Number(row.message_count),
    lastInboundAt: (row.last_inbound_at as string | null) ?? null,
    lastTestAt: (row.last_test_at as string | null) ?? null,
    lastTestResult: (row.last_test_result as string | null) ?? null,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

/** disconnected while something needed is missing, connecting until a test or a webhook proves it, then connected. */
export function statusFor(type: ChannelType, given: Record<string, unknown>, proven: boolean): string {
  const missing = CHANNEL_REQUIRED[type].some((name) => !given[name]);
  if (missing) return "disconnected";
  return CHANNEL_REQUIRED[type].length === 0 || proven ? "connected" : "connecting";
}
