import { isFeeDue } from "#server/billing/meter/owe-usage.ts";
import type { CallOutcome, ConnectorCall } from "./call-endpoint.ts";

/**
 * A call that left, as usage: the connector's preset (or its name, where it has none) is the provider, the endpoint
 * the model. Null where it did not leave (answered out of the cache), or where metering it leads to nothing.
 */
export async function callUsage(call: ConnectorCall, outcome: CallOutcome) {
  const { connector, endpoint, tenantId, startedAt, conversationId, executionId } = call;
  if (outcome.attempts === 0 || call.fee === null) return null;
  const use = {
    serviceType: "api_call",
    provider: connector.preset === "custom" ? connector.name : connector.preset,
    model: endpoint.name,
  } as const;
  if (!(await isFeeDue(tenantId, call.fee, use, startedAt))) return null;
  const status = outcome.ok ? "succeeded" : outcome.uncertain ? "unsettled" : "failed";
  return {
    ...use,
    status: status as "succeeded" | "unsettled" | "failed",
    idempotencyKey: `api_call:${call.effectKey ?? call.logId}`,
    occurredAt: startedAt,
    conversationId,
    executionId,
  };
}
