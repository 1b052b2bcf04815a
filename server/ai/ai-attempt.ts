import type { TenantTransaction } from "#db/tenant.ts";
import { askModel, estimateTokens, type ModelTask } from "#domain/ai/model-task.ts";
import { normaliseUsage } from "#domain/billing/normalise-usage.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { meter } from "#server/billing/meter/meter.ts";
import type { Reservation, UsageFact, UsageRecord } from "#server/billing/meter/usage-fact.ts";
import type { ModelOutcome } from "#server/providers/ai/ai-port.ts";
import { callChatCompletions } from "#server/providers/ai/chat-completions.ts";
import { callOffline } from "#server/providers/ai/offline.ts";
import { clock } from "#server/runtime/clock.ts";
import { logger } from "#server/runtime/logger.ts";
import type { Candidate } from "./ai-catalogue.ts";
import { linkUsage } from "./link-usage.ts";
import { reserveCall } from "./reserve-call.ts";

/** What a call is for: where its record leads to. */
export type AiPurpose = {
  tenantId: TenantId;
  task: ModelTask;
  /** Derived from the fact; the attempt's number is appended. */
  key: string;
  conversationId: string | null;
  messageId: string | null;
  executionId: string | null;
  nodeKey: string | null;
};

/** One call to one provider: reserved, written down, made, settled, metered. */
export type AiAttempt = AiPurpose & {
  responseId: string;
  attemptKey: string;
  candidate: Candidate;
  model: string;
  reservation: Reservation;
  startedAt: string;
};

/** Prepares a call within the tenant's quotas. Throws `limit_reached` (with the message for customers) where one pauses. */
export async function openAttempt(
  purpose: AiPurpose,
  candidate: Candidate,
  model: string | null,
  number: number,
): Promise<AiAttempt> {
  const granted = await reserveCall(purpose.tenantId, purpose.task, candidate, model ?? candidate.model);
  return {
    ...purpose,
    ...granted,
    responseId: newId(),
    attemptKey: `${purpose.key}:${number}`,
    startedAt: (await clock.now(purpose.tenantId)).toISOString(),
  };
}

/** Writes the attempt down as pending. Commit it before the call leaves. */
export function insertAttempt(tx: TenantTransaction, attempt: AiAttempt): Promise<unknown> {
  const { candidate, reservation } = attempt;
  const asked = estimateTokens(askModel(attempt.task));
  return tx.sql`insert into ai_responses (tenant_id, id, task, conversation_id, message_id, flow_execution_id, node_key,
      attempt_key, provider_id, provider, model, status, estimate, started_at)
    values (${tx.tenantId}, ${attempt.responseId}, ${attempt.task.kind}, ${attempt.conversationId}, ${attempt.messageId},
      ${attempt.executionId}, ${attempt.nodeKey}, ${attempt.attemptKey}, ${candidate.id}, ${candidate.type}, ${attempt.model},
      'pending', ${JSON.stringify({ ...reservation, ownKey: candidate.ownKey, asked })}, ${attempt.startedAt})`;
}

/** Makes the call, once. Never throws. */
export function performAttempt(attempt: AiAttempt): Promise<ModelOutcome> {
  const call = { provider: attempt.candidate, model: attempt.model, task: attempt.task };
  return attempt.candidate.type === "offline" ? callOffline(call) : callChatCompletions(call);
}

function usageOf(attempt: AiAttempt, outcome: ModelOutcome) {
  return normaliseUsage(attempt.candidate.type, outcome.usage);
}

/** How an attempt's row and its record call its end; unsettled: it left, and nobody knows what became of it. */
const statusOf = (outcome: ModelOutcome) =>
  outcome.ok ? "succeeded" : outcome.unknown ? "unsettled" : "failed";

/** Settles the attempt's row with its answer or its error. */
export function settleAttempt(
  tx: TenantTransaction,
  attempt: AiAttempt,
  outcome: ModelOutcome,
): Promise<unknown> {
  const quantities = usageOf(attempt, outcome)?.quantities;
  const input = quantities
    ? (quantities.input ?? 0) + (quantities.cachedInput ?? 0) + (quantities.cacheWrite ?? 0)
    : null;
  return tx.sql`update ai_responses set status = ${statusOf(outcome)},
      output = ${outcome.ok ? JSON.stringify(outcome.output) : null}, error = ${outcome.ok ? null : outcome.error},
      confidence = ${outcome.ok && outcome.confidence !== null ? outcome.confidence.toFixed(5) : null},
      input_tokens = ${input}, output_tokens = ${quantities ? (quantities.output ?? 0) + (quantities.reasoning ?? 0) : null},
      estimate = estimate || ${JSON.stringify({ quantities: quantities ?? null })}::jsonb,
      ended_at = ${attempt.startedAt}::timestamptz + make_interval(secs => ${outcome.durationMs / 1000}), duration_ms = ${outcome.durationMs}
    where tenant_id = ${tx.tenantId} and id = ${attempt.responseId}`;
}

/**
 * Records what the call used: exactly one record a call, whatever became of it. A failed call without usage is
 * recorded with nothing used, so that every attempt can be accounted for; an answer without usage at the estimate.
 */
export async function meterAttempt(attempt: AiAttempt, outcome: ModelOutcome): Promise<UsageRecord> {
  const measured = usageOf(attempt, outcome)?.quantities;
  const estimate = estimateTokens(askModel(attempt.task));
  const fact: UsageFact = {
    tenantId: attempt.tenantId,
    idempotencyKey: attempt.attemptKey,
    serviceType: "token",
    provider: attempt.candidate.type,
    model: attempt.model,
    status: statusOf(outcome),
    quantities: measured ?? (outcome.ok || outcome.unknown ? estimate : { input: 0, output: 0 }),
    occurredAt: attempt.startedAt,
    reservation: attempt.reservation,
    ownKey: attempt.candidate.ownKey,
    conversationId: attempt.conversationId,
    messageId: attempt.messageId,
    executionId: attempt.executionId,
    aiProviderId: attempt.candidate.id,
  };
  const record = await meter.commit(fact);
  linkUsage(attempt.tenantId, attempt.responseId, record.id);
  return record;
}

/** Meters beside the work that goes on. Never rejects: what fails here, the sweep records within a minute. */
export async function meterBeside(attempt: AiAttempt, outcome: ModelOutcome): Promise<void> {
  try {
    await meterAttempt(attempt, outcome);
  } catch (error) {
    logger.error(
      { error, attempt: attempt.attemptKey },
      "a call was not metered at once; the sweep will do it",
    );
  }
}
