import { AppError } from "#domain/core/app-error.ts";
import { meter } from "#server/billing/meter/meter.ts";
import { isFeeDue, type OwedUsage, type OwnUse, reserveOwnUse } from "#server/billing/meter/owe-usage.ts";
import { type CallOutcome, type ConnectorCall, performCall } from "./call-endpoint.ts";

/** How a call went, what is owed for it, and the quota that stood against it. */
type MeteredCall = { outcome: CallOutcome; owed: OwedUsage | null; refusal: AppError | null };

/** The connector's preset (or its name, where it has none) is the provider, the endpoint the model. */
function ownUseOf({ connector, endpoint }: ConnectorCall): OwnUse {
  const provider = connector.preset === "custom" ? connector.name : connector.preset;
  return { serviceType: "api_call", provider, model: endpoint.name };
}

function refused(refusal: AppError): MeteredCall {
  const none = { output: null, response: null, statusCode: null, attempts: 0, durationMs: 0 };
  const outcome = { ...none, ok: false, error: refusal.message, retryable: false, uncertain: false };
  return { outcome, owed: null, refusal };
}

/**
 * Makes a call. One that is metered asks the quotas for room before it leaves; one that is answered out of the cache
 * does not leave. Never throws for what the other side does.
 */
export async function performMetered(call: ConnectorCall): Promise<MeteredCall> {
  const { tenantId, startedAt, conversationId, executionId } = call;
  const use = ownUseOf(call);
  const due = call.fee !== null && !call.cached && (await isFeeDue(tenantId, call.fee, use, startedAt));
  const room = due ? await reserveOwnUse(tenantId, use) : null;
  if (room instanceof AppError) return refused(room);
  const outcome = await performCall(call);
  if (!due) return { outcome, owed: null, refusal: null };
  if (outcome.attempts === 0) {
    if (room) await meter.release(tenantId, room);
    return { outcome, owed: null, refusal: null };
  }
  const owed: OwedUsage = {
    ...use,
    status: outcome.ok ? "succeeded" : outcome.uncertain ? "unsettled" : "failed",
    idempotencyKey: `api_call:${call.effectKey ?? call.logId}`,
    occurredAt: startedAt,
    reservation: room,
    conversationId,
    executionId,
  };
  return { outcome, owed, refusal: null };
}
