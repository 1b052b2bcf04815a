import type { TenantTransaction } from "#db/tenant.ts";
import type { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { oweUsage } from "#server/billing/meter/owe-usage.ts";
import { messageLimitReached } from "#server/billing/plan-limits.ts";
import type { LiveChannel } from "#server/channels/connected-channel.ts";
import { channelAdapter } from "#server/providers/channels/adapters.ts";
import type { OutboundMessage, SendOutcome } from "#server/providers/channels/channel-adapter.ts";
import { clock } from "#server/runtime/clock.ts";
import { meterMessage } from "./message-usage.ts";
import { type PreparedOutbound, prepareOutbound } from "./prepare-outbound.ts";
import { notSent, sendOutbound } from "./send-outbound.ts";
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
  /** The bot's farewell before a person takes over. */
  lastWords?: boolean;
};

export type SendResult = {
  messageId: string | null;
  outcome: SendOutcome;
  reason: string;
  /** The plan or a quota has no room for another message of the bot's: nothing was sent. */
  refusal: AppError | null;
  settle: ((tx: TenantTransaction) => Promise<unknown>) | null;
};

const ACCEPTED: SendOutcome = { ok: true, externalId: "", raw: null, httpStatus: 200 };

async function refused(tenantId: TenantId, limit: number): Promise<SendResult> {
  const refusal = await messageLimitReached(tenantId, limit);
  const outcome = notSent(refusal.code, refusal.message);
  return { messageId: null, outcome, reason: refusal.message, refusal, settle: null };
}

/**
 * A message on its way out: `insert` commits it with its first attempt, `perform` hands it to the provider, and the
 * result's `settle` records how that ended. Where the same effect key was sent before, `perform` does nothing.
 */
export function openSend(partner: SendPartner, draft: SendDraft) {
  const { channel, conversationId, tenantId, to } = partner;
  const provider = channelAdapter(channel.type) !== undefined;
  let prepared: PreparedOutbound | null = null;
  let limit: number | null = null;

  async function insert(tx: TenantTransaction): Promise<PreparedOutbound | null> {
    const format = draft.template ? "template" : draft.buttons.length > 0 ? "quick_reply" : "text";
    const payload =
      draft.buttons.length > 0 || draft.template
        ? { buttons: draft.buttons, template: draft.template }
        : null;
    const preparation = await prepareOutbound(tx, {
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
      lastWords: draft.lastWords ?? false,
    });
    ({ prepared, limit } = preparation);
    return prepared;
  }

  async function perform(): Promise<SendResult> {
    const sent = prepared;
    if (limit !== null) return refused(tenantId, limit);
    if (!sent?.provider)
      return {
        messageId: sent?.messageId ?? null,
        outcome: ACCEPTED,
        reason: "",
        refusal: null,
        settle: null,
      };
    const { text, buttons, template } = draft;
    const bound = draft.role === "assistant" && !draft.lastWords;
    const leaving = { channel, fee: sent.fee, template, now: draft.now, bound };
    const { refusal, owed: owedFor } = await meterMessage(tenantId, leaving);
    const outcome = refusal
      ? notSent(refusal.code, refusal.message)
      : await sendOutbound(channel, {
          to,
          text,
          buttons,
          template,
          replyToExternalId: null,
          attemptId: sent.attemptId,
        });
    const now = (await clock.now(tenantId)).toISOString();
    const facts = { prepared: sent, conversationId, channelId: channel.id, outcome, attempt: 1 };
    const executionId = draft.flowExecutionId ?? null;
    const owed = await owedFor(outcome, { now, conversationId, messageId: sent.messageId, executionId });
    return {
      messageId: sent.messageId,
      outcome,
      reason: outcome.ok ? "" : outcome.reason,
      refusal,
      settle: (tx) => Promise.all([settleOutbound(tx, facts, now), owed && oweUsage(tx, owed)]),
    };
  }

  return { insert, perform };
}
