import type { TenantId } from "#domain/core/tenant-id.ts";
import { type FeeFacts, isFeeDue } from "#server/billing/meter/owe-usage.ts";
import type { OutboundMessage, SendOutcome } from "#server/providers/channels/channel-adapter.ts";

type Sent = {
  channel: { id: string; type: string };
  fee: FeeFacts;
  outcome: SendOutcome;
  template: OutboundMessage["template"];
  now: string;
  conversationId: string;
  messageId: string;
  executionId: string | null;
};

/**
 * A message that its provider took, as usage: the channel's type is the provider, the template's category (or
 * `service` for free words) the model. Null where it was not taken, or where metering it leads to nothing.
 */
export async function messageUsage(tenantId: TenantId, sent: Sent) {
  const { channel, fee, outcome, now, conversationId, messageId, executionId } = sent;
  if (!outcome.ok) return null;
  const use = {
    serviceType: "message",
    provider: channel.type,
    model: sent.template ? (sent.template.category ?? "template") : "service",
  } as const;
  if (!(await isFeeDue(tenantId, fee, use, now))) return null;
  return {
    ...use,
    status: "succeeded" as const,
    idempotencyKey: `message:${channel.id}:${outcome.externalId}`,
    occurredAt: now,
    conversationId,
    messageId,
    executionId,
  };
}
