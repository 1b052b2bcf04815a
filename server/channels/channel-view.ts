import { CHANNEL_ADDRESS, CHANNEL_REQUIRED, type ChannelType } from "#domain/channels/channel-input.ts";
import { env } from "#server/runtime/env.ts";

export type ChannelRow = Record<string, unknown>;

/** A channel as the API shows it: secrets as masked tails only, the webhook address absolute. */
export function channelView(row: ChannelRow) {
  const type = String(row.type) as ChannelType;
  return {
    id: String(row.id),
    type,
    name: String(row.name),
    status: String(row.status),
    health: String(row.health),
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
