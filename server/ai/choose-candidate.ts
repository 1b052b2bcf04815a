import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Candidate, getAiCatalogue } from "./ai-catalogue.ts";

/** The provider a call goes to: the named one, else the tenant's default. Throws `precondition` where AI is off. */
export async function chooseCandidate(tenantId: TenantId, providerId: string | null): Promise<Candidate> {
  const { aiEnabled, candidates } = await getAiCatalogue(tenantId);
  if (!aiEnabled)
    throw new AppError("precondition", "ai.switched_off", "AI is switched off for this workspace.");
  const chosen = providerId ? candidates.find((candidate) => candidate.id === providerId) : candidates[0];
  if (!chosen)
    throw new AppError(
      "precondition",
      "ai.no_provider",
      "There is no active AI provider. Connect one in the settings.",
    );
  return chosen;
}
