import type { TenantTransaction } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { LiveChannel } from "#server/channels/connected-channel.ts";
import { channelAdapter } from "#server/providers/channels/adapters.ts";
import type { OutboundMessage, SendOutcome } from "#server/providers/channels/channel-adapter.ts";
import { clock } from "#server/runtime/clock.ts";
import { type PreparedOutbound, prepareOutbound } from "./prepare-outbound.ts";
import { sendOutbound } from "./send-outbound.ts";
import { settleOutbound } from "./settle-outbound.ts";

export type SendPartner = {
  tenantId: TenantId;
  conversationId: string;
  channel: LiveChannel;
  to: { address: string; phone: string | null; scopedUserId: string | null };
};

export type SendDraft = {
  role: "assistant" | "agent";
  text: string;
  buttons: OutboundMessage["buttons"];
  template: OutboundMessage["template"];
  effectKey: string | null;
  flowExecutionId?: string | null;
  nodeKey?: string | null;
  authorUserId?: string | null;
  replyToMessageId?: string | null;
  now: string;
};

export type SendResult = {
  messageId: string | null;
  outcome: SendOutcome;
  reason: string;
  settle: ((tx: TenantTransaction) => Promise<unknown>) | null;
};

const ACCEPTED: SendOutcome = { ok: true, externalId: "", raw: null, httpStatus: 200 };

/**
 * A message on its way out: `insert` commits it with its first attempt, `perform` hands it to the provider, and the
 * result's `settle` records how that ended. Where the same effect key was sent before, `perform` does nothing.
 */
export function openSend(partner: SendPartner, draft: SendDraft) {
  const { channel, conversationId, tenantId, to } = partner;
  const provider = channelAdapter(channel.type) !== undefined;
  let prepared: PreparedOutbound | null = null;

  async function insert(tx: TenantTransaction): Promise<PreparedOutbound | null> {
    const format = draft.template ? "template" : draft.buttons.length > 0 ? "quick_reply" : "text";
    const payload =
      draft.buttons.length > 0 || draft.template
        ? { buttons: draft.buttons, template: draft.template }
        : null;
    prepared = await prepareOutbound(tx, {
      conversationId,
      channelId: channel.id,
      provider,
      role: draft.role,
      format,
      content: draft.text,
      payload,
      now: draft.now,
      recipient: to.address,
      effectKey: draft.effectKey,
      authorUserId: draft.authorUserId ?? null,
      replyToMessageId: draft.replyToMessageId ?? null,
      flowExecutionId: draft.flowExecutionId ?? null,
      nodeKey: draft.nodeKey ?? null,
    });
    return prepared;
  }

  async function perform(): Promise<SendResult> {
    const sent = prepared;
    if (!sent?.provider)
      return { messageId: sent?.messageId ?? null, outcome: ACCEPTED, reason: "", settle: null };
    const { text, buttons, template } = draft;
    const outcome = await sendOutbound(channel, {
      to,
      text,
      buttons,
      template,
      replyToExternalId: null,
      attemptId: sent.attemptId,
    });
    const now = (await clock.now(tenantId)).toISOString();
    const facts = { prepared: sent, conversationId, channelId: channel.id, outcome, attempt: 1 };
    return {
      messageId: sent.messageId,
      outcome,
      reason: outcome.ok ? "" : outcome.reason,
      settle: (tx) => settleOutbound(tx, facts, now),
    };
  }

  return { insert, perform };
}
