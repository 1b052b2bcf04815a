import { askModel, estimateTokens, type ModelTask } from "#domain/ai/model-task.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { meter } from "#server/billing/meter/meter.ts";
import { refusalError } from "#server/billing/meter/refusal-error.ts";
import type { Reservation } from "#server/billing/meter/usage-fact.ts";
import { type Candidate, getAiCatalogue } from "./ai-catalogue.ts";
import { waitThrottled } from "./throttle.ts";

/** A call that may be made: to whom, which model, and the room it has. */
export type ReservedCall = { candidate: Candidate; model: string; reservation: Reservation };

async function ask(tenantId: TenantId, task: ModelTask, candidate: Candidate, model: string) {
  const outcome = await meter.reserve({
    tenantId,
    serviceType: "token",
    provider: candidate.type,
    model,
    quantities: estimateTokens(askModel(task)),
    ownKey: candidate.ownKey,
  });
  if (outcome.admitted) return outcome;
  throw refusalError(outcome.refusal);
}

/** Who has a model: a provider it is set for, else the one that was to be asked, under the other name. */
async function holderOf(tenantId: TenantId, candidate: Candidate, model: string): Promise<Candidate> {
  const { candidates } = await getAiCatalogue(tenantId);
  return candidates.find((one) => one.model === model) ?? candidate;
}

/**
 * Asks for room in the tenant's quotas and follows what a full one says: another model is called in its place, or the
 * call waits its turn. Throws `limit_reached`, with the message for customers, where a quota pauses.
 */
export async function reserveCall(
  tenantId: TenantId,
  task: ModelTask,
  candidate: Candidate,
  model: string,
): Promise<ReservedCall> {
  const { reservation, advice } = await ask(tenantId, task, candidate, model);
  if (advice?.action === "throttle") await waitThrottled(tenantId);
  const fallback = advice?.action === "fallback_model" ? advice.fallbackModel : null;
  if (fallback === null || fallback === model) return { candidate, model, reservation };
  await meter.release(tenantId, reservation);
  const holder = await holderOf(tenantId, candidate, fallback);
  // The quota is full for this model too and says the same again; one that pauses still refuses.
  const granted = await ask(tenantId, task, holder, fallback);
  return { candidate: holder, model: fallback, reservation: granted.reservation };
}
